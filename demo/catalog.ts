/** Products: lists, searches (some slow), single ones (some broken). */
import { Database } from './database.ts';
import { isBroken, searchMs } from './faults.ts';
import { HttpError, serve } from './server.ts';

interface Product {
  readonly id: number;
  readonly name: string;
  readonly priceCents: number;
}

const PRODUCTS = 500;
const NOUNS = ['mill', 'grinder', 'sieve', 'scale', 'kettle', 'filter', 'cup', 'tin'];
const products: readonly Product[] = Array.from({ length: PRODUCTS }, (_, index) => ({
  id: index + 1,
  name: `${NOUNS[index % NOUNS.length] ?? 'thing'} no. ${index + 1}`,
  priceCents: 299 + ((index * 137) % 9000),
}));
const database = new Database('catalog');
let searches = 0;
let lookups = 0;

serve('catalog', {
  'GET /products': async ({ query }) => {
    const word = query.get('q');
    if (word === null) {
      const text = 'SELECT id, name, price FROM products ORDER BY popularity DESC LIMIT 10';
      return { body: await select(text, 0, () => products.slice(0, 10)) };
    }
    const text = 'SELECT id, name, price FROM products WHERE name ILIKE $1 LIMIT 10';
    const found = () => products.filter((product) => product.name.includes(word)).slice(0, 10);
    return { body: await select(text, searchMs(++searches), found) };
  },
  'GET /products/{id}': async ({ params }) => {
    const id = Number(params['id']);
    const text = 'SELECT id, name, price FROM products WHERE id = $1';
    const product = await select(text, 0, () => products[id - 1]);
    if (product === undefined) throw new HttpError(404, `there is no product ${params['id'] ?? ''}`);
    return { body: product };
  },
  'GET /products/{id}/related': async ({ params }) => {
    const id = Number(params['id']);
    const text = 'SELECT b.id, b.name, b.price / b.stock FROM bought_together b WHERE a = $1 LIMIT 4';
    const related = await select(text, 0, () => products.slice(id % 100, (id % 100) + 4));
    if (isBroken(++lookups)) throw new RangeError(`division by zero: product ${id} has a stock of 0`);
    return { body: related };
  },
});

function select<T>(text: string, extraMs: number, work: () => T): Promise<T> {
  return database.query({ operation: 'SELECT', table: 'products', text, extraMs }, work);
}
