/**
 * Forty traces of a shop, known to the nanosecond, with the summaries, metrics and edges that the pipeline makes of them.
 *
 * Trace n (1 to 40) begins n seconds before SHOP_MS and takes n * 10 ms: `GET /carts/{n}` of web, half of which is `GET /items` of
 * cart behind a client span, half of which again is a query of the database. Every tenth fails in cart.
 */
import { bucketIndex } from '../../../services/core/metrics/exponential_histogram.ts';
import { operationName } from '../../../services/core/metrics/operation_name.ts';
import type { QueryDatabase } from './query_database.ts';

/** 12:00:00 UTC of the day before: no TTL takes it, and it is no Monday's midnight. */
export const SHOP_MS = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 43_200_000;
export const SHOP_TRACES = 40;
/** A clock for which all of the shop lies in the last hour. */
export const SHOP_NOW_MS = SHOP_MS + 60_000;

export const shopTraceId = (n: number): string => n.toString(16).padStart(32, '0');
export const shopDurationNs = (n: number): number => n * 10_000_000;

type Row = Readonly<Record<string, unknown>>;

interface ShopSpan {
  readonly n: number;
  readonly id: string;
  readonly parent: string;
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly durationNs: number;
  readonly attributes: Readonly<Record<string, string>>;
}

function spansOf(n: number): ShopSpan[] {
  const whole = shopDurationNs(n);
  const id = (span: number): string => (n * 16 + span).toString(16).padStart(16, '0');
  const status = n % 10 === 0 ? 'Error' : 'Unset';
  const user = { 'user.id': `u${n % 4}`, 'http.route': '/carts/{id}' };
  const common = { n, status: 'Unset', attributes: {} };
  return [
    {
      ...common,
      id: id(1),
      parent: '',
      service: 'web',
      name: `GET /carts/${n}`,
      kind: 'Server',
      durationNs: whole,
      attributes: user,
    },
    {
      ...common,
      id: id(2),
      parent: id(1),
      service: 'web',
      name: 'GET',
      kind: 'Client',
      durationNs: whole / 2,
    },
    {
      ...common,
      id: id(3),
      parent: id(2),
      service: 'cart',
      name: 'GET /items',
      kind: 'Server',
      durationNs: whole / 2,
      status,
    },
    {
      ...common,
      id: id(4),
      parent: id(3),
      service: 'cart',
      name: 'SELECT items',
      kind: 'Client',
      durationNs: whole / 4,
      attributes: { 'db.system': 'postgresql', empty: '' },
    },
  ];
}

export async function insertShop(database: QueryDatabase): Promise<void> {
  const numbers = Array.from({ length: SHOP_TRACES }, (_, index) => index + 1);
  const spans = numbers.flatMap(spansOf);
  await database.insert('otel_traces', spans.map(spanRow));
  await database.insert('trace_summaries', numbers.map(summaryRow));
  await database.insert('span_metrics', spans.map(metricRow));
  await database.insert('service_edges', numbers.flatMap(edgeRows));
}

const startNs = (n: number): bigint => BigInt(SHOP_MS - n * 1000) * 1_000_000n;
const seconds = (ns: bigint): string =>
  `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, '0')}`;
const windowOf = (n: number): number => Math.floor((SHOP_MS / 1000 - n) / 10) * 10;

function spanRow(span: ShopSpan): Row {
  return {
    TraceId: shopTraceId(span.n),
    SpanId: span.id,
    ParentSpanId: span.parent,
    Timestamp: seconds(startNs(span.n)),
    ServiceName: span.service,
    SpanName: span.name,
    SpanKind: span.kind,
    StatusCode: span.status,
    Duration: String(span.durationNs),
    SpanAttributes: span.attributes,
    ResourceAttributes: { 'service.name': span.service, 'k8s.pod.name': `${span.service}-${span.n % 2}` },
  };
}

function summaryRow(n: number): Row {
  const whole = shopDurationNs(n);
  const step = (Service: string, Operation: string, SelfTime: number) => ({ Service, Operation, SelfTime });
  return {
    TraceId: shopTraceId(n),
    Start: seconds(startNs(n)),
    End: seconds(startNs(n) + BigInt(whole)),
    Received: seconds(startNs(n) + BigInt(whole) + 5_000_000n).slice(0, -6),
    Spans: 4,
    Errors: n % 10 === 0 ? 1 : 0,
    RootService: 'web',
    RootName: `GET /carts/${n}`,
    RootDuration: String(whole),
    Services: ['cart', 'web'],
    Fragments: 1,
    CriticalPath: [
      step('web', 'GET /carts/{}', whole / 2),
      step('cart', 'GET /items', whole / 4),
      step('cart', 'SELECT items', whole / 4),
    ],
  };
}

function metricRow(span: ShopSpan): Row {
  const failed = span.status === 'Error';
  const exemplar = { TraceId: shopTraceId(span.n), SpanId: span.id };
  return {
    ServiceName: span.service,
    SpanName: operationName(span.name),
    SpanKind: span.kind,
    StatusCode: span.status,
    Time: windowOf(span.n),
    Spans: 1,
    Calls: 1,
    Errors: failed ? 1 : 0,
    DurationSum: span.durationNs,
    Histogram: { [bucketIndex(span.durationNs)]: 1 },
    CriticalPathTime: span.kind === 'Server' ? span.durationNs / 2 : 0,
    Slowest: { Duration: String(span.durationNs), ...exemplar },
    ...(failed && { Newest: { StartMs: String(SHOP_MS - span.n * 1000), ...exemplar } }),
  };
}

function edgeRows(n: number): Row[] {
  const half = shopDurationNs(n) / 2;
  const failed = n % 10 === 0 ? 1 : 0;
  return [
    {
      Client: 'web',
      Server: 'cart',
      ConnectionType: 'rpc',
      Time: windowOf(n),
      Calls: 1,
      Errors: failed,
      ClientDurationSum: half,
      ServerDurationSum: half,
      ClientHistogram: { [bucketIndex(half)]: 1 },
      ServerHistogram: { [bucketIndex(half)]: 1 },
    },
    {
      Client: 'cart',
      Server: 'postgresql/shop',
      ConnectionType: 'database',
      Time: windowOf(n),
      Calls: 1,
      Errors: 0,
      ClientDurationSum: half / 2,
      ClientHistogram: { [bucketIndex(half / 2)]: 1 },
    },
  ];
}
