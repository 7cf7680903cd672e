/**
 * Requests of the simulated clients. Spans that make a call together come in one request, so that what is expected of the edges does
 * not depend on how a trace falls into runs.
 */
import { KIND_CLIENT, KIND_INTERNAL, KIND_SERVER, STATUS_ERROR } from '../../services/core/otlp/fields.ts';
import { seeded } from '../support/known_load.ts';
import { tracesData, type TestSpan } from '../support/otlp_bytes.ts';
import type { SentSpan } from './ledger.ts';

export interface Request {
  readonly spans: readonly SentSpan[];
  readonly bytes: Buffer;
}

const TRACES = 4;
const MAX_UNITS = 3;
const OPERATIONS = ['get', 'put'];
const DATABASE = { 'db.system.name': 'postgresql', 'db.namespace': 'orders' };

/** `number` makes the ids of its spans. */
export function makeRequest(seed: number, number: number, nowMs: number): Request {
  const random = seeded(seed);
  let made = 0;
  const make = (traceId: string, kind: number, more: Partial<TestSpan> = {}): TestSpan => ({
    traceId,
    spanId: hex(number * 100 + ++made, 16),
    name: OPERATIONS[Math.floor(random() * OPERATIONS.length)] ?? '',
    kind,
    startMs: nowMs - Math.floor(random() * 20_000),
    durationMs: 1 + Math.floor(random() * 50),
    status: random() < 0.2 ? STATUS_ERROR : 0,
    ...more,
  });
  const spans: SentSpan[] = [];
  for (let unit = 0; unit <= Math.floor(random() * MAX_UNITS); unit++) {
    const traceId = hex(1 + Math.floor(random() * TRACES), 32);
    const shape = random();
    if (shape < 0.4) {
      // One in some waits for a parent that never comes.
      const orphan = random() < 0.3 ? { parentId: hex(0xdead, 16) } : {};
      spans.push({ service: 'shop', span: make(traceId, KIND_INTERNAL, orphan), calls: null });
    } else if (shape < 0.6) {
      const span = make(traceId, KIND_CLIENT, { attributes: DATABASE });
      const calls = { server: 'postgresql/orders', type: 'database', isError: false } as const;
      spans.push({ service: 'shop', span, calls });
    } else {
      const client = make(traceId, KIND_CLIENT);
      const server = make(traceId, KIND_SERVER, { parentId: client.spanId });
      const isError = server.status === STATUS_ERROR;
      spans.push({ service: 'shop', span: client, calls: { server: 'stock', type: 'rpc', isError } });
      spans.push({ service: 'stock', span: server, calls: null });
    }
  }
  const groups = Map.groupBy(spans, ({ service }) => service);
  const bytes = tracesData(
    [...groups].map(([service, of]) => ({ service, spans: of.map(({ span }) => span) })),
  );
  return { spans, bytes };
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
