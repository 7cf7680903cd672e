/**
 * A load of which every span is known beforehand: traces of a small shop, cut into shuffled pieces over requests.
 * The same seed gives the same ids and shapes.
 */
import { KIND_CLIENT, KIND_INTERNAL, KIND_SERVER, STATUS_ERROR } from '../../services/core/otlp/fields.ts';
import { tracesData, type TestSpan } from './otlp_bytes.ts';

export interface KnownLoad {
  readonly traces: number;
  readonly spans: number;
  readonly errors: number;
  /** ExportTraceServiceRequest bytes, in the order in which they are to be sent. */
  readonly requests: readonly Buffer[];
}

export interface LoadOptions {
  readonly traces: number;
  readonly startMs: number;
  readonly seed: number;
  /** Traces whose spans are shuffled together: they are under way at the same time. */
  readonly tracesAtOnce: number;
  readonly spansPerRequest: number;
}

interface Placed {
  readonly service: string;
  readonly span: TestSpan;
}

export const SPANS_A_TRACE = 10;

export function knownLoad(options: LoadOptions): KnownLoad {
  const random = seeded(options.seed);
  const requests: Buffer[] = [];
  let errors = 0;
  for (let first = 0; first < options.traces; first += options.tracesAtOnce) {
    const count = Math.min(options.tracesAtOnce, options.traces - first);
    const placed = Array.from({ length: count }, (_, i) => shopTrace(options, first + i, random)).flat();
    errors += placed.filter(({ span }) => span.status === STATUS_ERROR).length;
    shuffle(placed, random);
    for (let at = 0; at < placed.length; at += options.spansPerRequest) {
      requests.push(request(placed.slice(at, at + options.spansPerRequest)));
    }
  }
  return { traces: options.traces, spans: options.traces * SPANS_A_TRACE, errors, requests };
}

/** A page of the shop: the frontend calls catalog and checkout, checkout asks its database. */
function shopTrace(options: LoadOptions, number: number, random: () => number): Placed[] {
  const traceId = hex(options.seed, 16) + hex(number + 1, 16);
  const startMs = options.startMs + Math.floor(random() * 1000);
  const failed = random() < 0.1;
  let made = 0;
  const place = (
    service: string,
    parent: Placed | null,
    name: string,
    kind: number,
    more: Partial<TestSpan> = {},
  ) => {
    const span: TestSpan = {
      traceId,
      spanId: hex(number + 1, 12) + hex(++made, 4),
      ...(parent !== null && { parentId: parent.span.spanId }),
      name,
      kind,
      startMs: startMs + made,
      durationMs: 1 + Math.floor(random() * 200),
      ...more,
    };
    return { service, span };
  };
  const root = place('frontend', null, 'GET /shop', KIND_SERVER);
  const browse = place('frontend', root, 'GET', KIND_CLIENT);
  const catalog = place('catalog', browse, 'GET /products', KIND_SERVER);
  const search = place('catalog', catalog, 'search', KIND_INTERNAL);
  const buy = place('frontend', root, 'POST', KIND_CLIENT);
  const checkout = place(
    'checkout',
    buy,
    'POST /orders',
    KIND_SERVER,
    failed ? { status: STATUS_ERROR } : {},
  );
  const database = { 'db.system.name': 'postgresql', 'db.namespace': 'orders' };
  const insert = place('checkout', checkout, 'INSERT orders', KIND_CLIENT, { attributes: database });
  const price = place('checkout', checkout, 'price', KIND_INTERNAL);
  const render = place('frontend', root, 'render', KIND_INTERNAL);
  const log = place('frontend', render, 'log', KIND_INTERNAL);
  return [root, browse, catalog, search, buy, checkout, insert, price, render, log];
}

function request(placed: readonly Placed[]): Buffer {
  const groups = Map.groupBy(placed, ({ service }) => service);
  return tracesData([...groups].map(([service, of]) => ({ service, spans: of.map(({ span }) => span) })));
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

function shuffle(items: Placed[], random: () => number): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const [a, b] = [items[i], items[j]];
    if (a === undefined || b === undefined) continue;
    items[i] = b;
    items[j] = a;
  }
}

/** mulberry32: small, fast, the same everywhere. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
