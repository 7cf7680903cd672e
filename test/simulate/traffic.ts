/**
 * Requests of the simulated clients. Spans that make a call together come in one request, so that what is expected of the edges does
 * not depend on how a trace falls into runs.
 */
import { KIND_CLIENT, KIND_INTERNAL, KIND_SERVER, STATUS_ERROR } from '../../services/core/otlp/fields.ts';
import { DEFAULT_TENANT } from '../../services/core/contracts.ts';
import { seeded } from '../support/known_load.ts';
import { tracesData, type TestSpan } from '../support/otlp_bytes.ts';
import { FORBIDDEN } from './forbidden.ts';
import type { SentSpan } from './ledger.ts';

export interface Request {
  readonly tenant: string;
  readonly spans: readonly SentSpan[];
  readonly bytes: Buffer;
}

const TRACES = 4;
const MAX_UNITS = 3;
const BAD_NAMES = ['otel_traces', 'trace_summaries', 'span_metrics'].map((table) => FORBIDDEN[table] ?? '');
const OPERATIONS = ['get', 'put'];
/** Whose spans come past the collectors, which take those of one tenant only. */
export const OTHER_TENANT = 'blue';
/** Of the sampling upstream: the threshold as the trace state has it, and how many spans one stands for. */
const SAMPLED = [
  ['ot=th:8', 2],
  ['ot=th:c', 4],
] as const;

/** `number` makes the ids of its spans. */
export function makeRequest(seed: number, number: number, nowMs: number): Request {
  const random = seeded(seed);
  const tenant = random() < 0.15 ? OTHER_TENANT : DEFAULT_TENANT;
  let made = 0;
  const make = (traceId: string, kind: number, more: Partial<TestSpan> = {}): TestSpan => ({
    traceId,
    spanId: hex(number * 100 + ++made, 16),
    name: pick(random() < 0.02 ? BAD_NAMES : OPERATIONS, random),
    kind,
    startMs: nowMs - Math.floor(random() * 20_000),
    durationMs: 1 + Math.floor(random() * 50),
    status: random() < 0.2 ? STATUS_ERROR : 0,
    ...more,
  });
  const spans: SentSpan[] = [];
  for (let unit = 0; unit <= Math.floor(random() * MAX_UNITS); unit++) {
    const traceId = hex(1 + Math.floor(random() * TRACES), 32);
    const [traceState, weight] = random() < 0.2 ? pick(SAMPLED, random) : [undefined, 1];
    const common = { ...(traceState !== undefined && { traceState }) };
    const add = (service: string, span: TestSpan, calls: SentSpan['calls']): void => {
      spans.push({ tenant, service, span, weight, calls });
    };
    const shape = random();
    if (shape < 0.4) {
      // One in some waits for a parent that never comes.
      const orphan = random() < 0.3 ? { parentId: hex(0xdead, 16) } : {};
      add('shop', make(traceId, KIND_INTERNAL, { ...common, ...orphan }), null);
    } else if (shape < 0.6) {
      const name = random() < 0.03 ? (FORBIDDEN['service_edges'] ?? '') : 'orders';
      const attributes = { 'db.system.name': 'postgresql', 'db.namespace': name };
      const calls = { server: `postgresql/${name}`, type: 'database', isError: false } as const;
      add('shop', make(traceId, KIND_CLIENT, { ...common, attributes }), calls);
    } else {
      const client = make(traceId, KIND_CLIENT, common);
      const server = make(traceId, KIND_SERVER, { ...common, parentId: client.spanId });
      add('shop', client, { server: 'stock', type: 'rpc', isError: server.status === STATUS_ERROR });
      add('stock', server, null);
    }
  }
  const groups = Map.groupBy(spans, ({ service }) => service);
  const bytes = tracesData(
    [...groups].map(([service, of]) => ({ service, spans: of.map(({ span }) => span) })),
  );
  return { tenant, spans, bytes };
}

function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
