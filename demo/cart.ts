/** Carts: what a user means to buy. The price of an item comes from the catalog. */
import { call } from './client.ts';
import { Database, Table } from './database.ts';
import { HttpError, serve } from './server.ts';

interface Item {
  readonly product: number;
  readonly quantity: number;
  readonly priceCents: number;
}

const MAX_ITEMS = 20;
const carts = new Table<Item[]>(20_000);
const database = new Database('carts');

serve('cart', {
  'GET /carts/{user}': async ({ params: { user = '' } }) => {
    const text = 'SELECT product, quantity, price FROM items WHERE cart = $1';
    const items = await database.query({ operation: 'SELECT', table: 'items', text }, () => carts.get(user));
    return { body: { items: items ?? [] } };
  },
  'POST /carts/{user}/items': async ({ params: { user = '' }, body }) => {
    const { product, quantity = 1 } = body as { product: number; quantity?: number };
    const { priceCents } = (await call('catalog', 'GET', `/products/${product}`)) as Item;
    const items = carts.get(user) ?? [];
    if (items.length >= MAX_ITEMS) throw new HttpError(409, `a cart holds ${MAX_ITEMS} items`);
    const text = 'INSERT INTO items (cart, product, quantity, price) VALUES ($1, $2, $3, $4)';
    await database.query({ operation: 'INSERT', table: 'items', text }, () => {
      carts.set(user, [...items, { product, quantity, priceCents }]);
    });
    return { status: 201, body: { items: items.length + 1 } };
  },
  'DELETE /carts/{user}': async ({ params: { user = '' } }) => {
    const text = 'DELETE FROM items WHERE cart = $1';
    await database.query({ operation: 'DELETE', table: 'items', text }, () => carts.delete(user));
    return { status: 204 };
  },
});
