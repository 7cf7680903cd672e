/** Orders: cart, payment (tried again after a 503), the order itself, then a message to shipping. */
import { trace } from '@opentelemetry/api';
import { call } from './client.ts';
import { Database, Table } from './database.ts';
import { produce } from './messaging.ts';
import { HttpError, serve } from './server.ts';

interface Order {
  readonly id: number;
  readonly user: string;
  readonly amountCents: number;
  readonly shipment: string | null;
}

interface Cart {
  readonly items: readonly { readonly quantity: number; readonly priceCents: number }[];
}

const PAYMENT_TRIES = 3;
const orders = new Table<Order>(20_000);
const database = new Database('orders');
let lastOrder = 0;

serve('orders', {
  'POST /orders': async ({ body }) => {
    const { user } = body as { user: string };
    const { items } = (await call('cart', 'GET', `/carts/${user}`)) as Cart;
    if (items.length === 0) throw new HttpError(409, 'the cart is empty');
    const amountCents = items.reduce((sum, item) => sum + item.quantity * item.priceCents, 0);
    const order: Order = { id: ++lastOrder, user, amountCents, shipment: null };
    trace.getActiveSpan()?.setAttributes({ 'order.id': order.id, 'order.items': items.length });

    const charge = { order: order.id, amountCents };
    await call('payment', 'POST', '/charges', { body: charge, tries: PAYMENT_TRIES });
    await save('INSERT', 'INSERT INTO orders (id, user_id, amount) VALUES ($1, $2, $3)', order);
    await Promise.all([
      produce('shipments', `m-${order.id}`, { order: order.id }),
      call('cart', 'DELETE', `/carts/${user}`),
    ]);
    return { status: 201, body: order };
  },
  'GET /orders/{id}': async ({ params: { id = '' } }) => ({ body: await load(id) }),
  'PUT /orders/{id}/shipment': async ({ params: { id = '' }, body }) => {
    const { shipment } = body as { shipment: string };
    const order = { ...(await load(id)), shipment };
    await save('UPDATE', 'UPDATE orders SET shipment = $2 WHERE id = $1', order);
    return { body: order };
  },
});

async function load(id: string): Promise<Order> {
  const text = 'SELECT id, user_id, amount, shipment FROM orders WHERE id = $1';
  const order = await database.query({ operation: 'SELECT', table: 'orders', text }, () => orders.get(id));
  if (order === undefined) throw new HttpError(404, `there is no order ${id}`);
  return order;
}

function save(operation: 'INSERT' | 'UPDATE', text: string, order: Order): Promise<void> {
  return database.query({ operation, table: 'orders', text }, () => orders.set(String(order.id), order));
}
