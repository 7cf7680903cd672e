/** Shipping: takes paid orders from the queue, books a parcel, tells the orders service. */
import { setTimeout as delay } from 'node:timers/promises';
import { call } from './client.ts';
import { Database } from './database.ts';
import { consume, receive, type Message } from './messaging.ts';
import { serve } from './server.ts';

const QUEUE = 'shipments';
const GROUP = 'shipping';
const POLL_MS = 1000;
const database = new Database('shipping');
const stopping = new AbortController();

serve('shipping', {}, () => stopping.abort());

while (!stopping.signal.aborted) {
  try {
    const messages = await receive(QUEUE, POLL_MS);
    await Promise.all(messages.map((message) => consume(QUEUE, GROUP, message, () => ship(message))));
  } catch {
    // The queue is away: not this worker's failure, and it comes back.
    await delay(POLL_MS);
  }
}

async function ship(message: Message): Promise<void> {
  const { order } = message.body as { order: number };
  const shipment = `parcel-${order}`;
  const text = 'INSERT INTO parcels (id, order_id) VALUES ($1, $2)';
  await database.query({ operation: 'INSERT', table: 'parcels', text }, () => undefined);
  await call('orders', 'PUT', `/orders/${order}/shipment`, { body: { shipment } });
}
