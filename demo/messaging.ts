/**
 * Producing and consuming as the messaging conventions say it: a PRODUCER span whose context travels in the message,
 * and a CONSUMER span that begins a trace of its own and links to it.
 */
import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Span,
} from '@opentelemetry/api';
import { call } from './client.ts';

export interface Message {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const tracer = trace.getTracer('shop.messaging');

const attributesOf = (queue: string, id: string) => ({
  'messaging.system': 'shopqueue',
  'messaging.destination.name': queue,
  'messaging.message.id': id,
  'server.address': 'queue.shop.internal',
});

/** Resolves when the queue has the message. */
export function produce(queue: string, id: string, body: unknown): Promise<void> {
  const attributes = {
    ...attributesOf(queue, id),
    'messaging.operation.name': 'send',
    'messaging.operation.type': 'send',
  };
  const options = { kind: SpanKind.PRODUCER, attributes };
  return tracer.startActiveSpan(`send ${queue}`, options, async (span) => {
    const headers: Record<string, string> = {};
    propagation.inject(context.active(), headers);
    await ending(span, async () => {
      await call('queue', 'POST', `/queues/${queue}/messages`, { body: { id, headers, body }, tries: 3 });
    });
  });
}

/** Waits for messages for up to `waitMs`. */
export async function receive(queue: string, waitMs: number): Promise<Message[]> {
  return (await call('queue', 'GET', `/queues/${queue}/messages?waitMs=${waitMs}`)) as Message[];
}

/** Runs `work` as the processing of the message; an error is on the span and goes no further. */
export async function consume(
  queue: string,
  group: string,
  message: Message,
  work: () => Promise<void>,
): Promise<void> {
  const sent = propagation.extract(ROOT_CONTEXT, message.headers);
  const producer = trace.getSpanContext(sent);
  const options = {
    root: true,
    kind: SpanKind.CONSUMER,
    links: producer === undefined ? [] : [{ context: producer }],
    attributes: {
      ...attributesOf(queue, message.id),
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.consumer.group.name': group,
    },
  };
  const baggage = propagation.getBaggage(sent);
  const from = baggage === undefined ? ROOT_CONTEXT : propagation.setBaggage(ROOT_CONTEXT, baggage);
  await tracer.startActiveSpan(`process ${queue}`, options, from, async (span) => {
    const tier = baggage?.getEntry('user.tier')?.value;
    if (tier !== undefined) span.setAttribute('user.tier', tier);
    await ending(span, work).catch(() => undefined);
  });
}

async function ending(span: Span, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    span.recordException(error as Error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
    throw error;
  } finally {
    span.end();
  }
}
