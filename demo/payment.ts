/** Payments: overloaded now and then (503), and some cards are declined (402) after a span of its own says why. */
import { setTimeout as delay } from 'node:timers/promises';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import { Database } from './database.ts';
import { fraudCheckMs, isDeclined, isOverloaded } from './faults.ts';
import { HttpError, serve } from './server.ts';

class CardDeclinedError extends Error {
  override name = 'CardDeclinedError';
}

interface Charge {
  readonly order: number;
  readonly amountCents: number;
}

const tracer = trace.getTracer('shop.payment');
const database = new Database('payments');

serve('payment', {
  'POST /charges': async ({ body, header }) => {
    const charge = body as Charge;
    const attempt = Number(header('x-resend-count') ?? 0);
    if (isOverloaded(charge.order, attempt)) throw new HttpError(503, 'too many charges at once, try again');
    try {
      await chargeCard(charge);
    } catch (error) {
      if (error instanceof CardDeclinedError) throw new HttpError(402, error.message, { cause: error });
      throw error;
    }
    const text = 'INSERT INTO charges (order_id, amount) VALUES ($1, $2)';
    await database.query({ operation: 'INSERT', table: 'charges', text }, () => undefined);
    return { status: 201, body: { charge: `ch-${charge.order}` } };
  },
});

function chargeCard({ order, amountCents }: Charge): Promise<void> {
  const attributes = { 'payment.amount_cents': amountCents, 'payment.provider': 'northbank' };
  return tracer.startActiveSpan('charge card', { attributes }, async (span) => {
    try {
      await delay(fraudCheckMs(order));
      span.addEvent('fraud check passed', { 'fraud.score': order % 7 });
      if (isDeclined(order)) throw new CardDeclinedError(`the bank declined the card for order ${order}`);
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
      throw error;
    } finally {
      span.end();
    }
  });
}
