/** The APIs of other tools over a database of a test's own, without a process around them, and a small trace for it. */
import type { FastifyInstance } from 'fastify';
import type { ClickHouse } from '../../../services/platform/clickhouse/client.ts';
import type { GrpcMethod } from '../../../services/platform/grpc/grpc_method.ts';
import { createRegistry } from '../../../services/platform/metrics.ts';
import { createApi } from '../../../services/query/api.ts';
import { foreignApis } from '../../../services/query/foreign_apis.ts';
import { limitedQuery } from '../../../services/query/queries.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { SHOP_TRACE_ID, SPAN_IDS } from '../../support/shop_trace.ts';
import type { QueryDatabase } from './query_database.ts';

export interface ForeignApi {
  readonly app: FastifyInstance;
  readonly grpcMethods: readonly GrpcMethod[];
}

export function createForeignApi(clickhouse: ClickHouse, timeoutMs = 20_000): ForeignApi {
  const { routes, grpcMethods } = foreignApis({
    query: limitedQuery({ clickhouse, timeoutMs, maxAnswerBytes: 2 ** 27 }),
    ...{ clock: { now: () => Date.now() }, log: quietLog, timeoutMs },
    retention: { tenSecondDays: 2, minuteDays: 30 },
    ...{ maxTraceSpans: 1000, maxClockShiftMs: 1000, zipkinAutocompleteKeys: ['n'] },
  });
  const registry = createRegistry('query');
  return { app: createApi({ log: quietLog, registry, requestTimeoutMs: timeoutMs, routes }), grpcMethods };
}

/** Two services, a span each, an error and a call: what there is to ask of all tables. */
export async function insertShopTrace(database: QueryDatabase, startMs: number): Promise<void> {
  const at = (ms: number): string => String((startMs + ms) / 1000);
  const second = Math.floor(startMs / 1000);
  const checkout = { ServiceName: 'storefront', SpanName: 'POST /checkout', SpanKind: 'Server' };
  const charge = { ServiceName: 'payment', SpanName: 'POST /charges/{id}', SpanKind: 'Server' };
  await database.insert('otel_traces', [
    {
      ...{
        ...checkout,
        TraceId: SHOP_TRACE_ID,
        SpanId: SPAN_IDS.checkout,
        Timestamp: at(0),
        Duration: '100000000',
      },
      ...{ StatusCode: 'Error', StatusMessage: 'card refused', SpanAttributes: { 'http.method': 'POST' } },
      ResourceAttributes: { 'host.name': 'node-a', 'service.name': 'storefront' },
      ...{ 'Events.Timestamp': [at(60)], 'Events.Name': ['retry'], 'Events.Attributes': [{ attempt: '2' }] },
    },
    {
      ...{ ...charge, TraceId: SHOP_TRACE_ID, SpanId: SPAN_IDS.charge, ParentSpanId: SPAN_IDS.checkout },
      ...{ Timestamp: at(20), Duration: '40000000', StatusCode: 'Ok', SpanAttributes: { n: '7' } },
      ResourceAttributes: { 'host.name': 'node-b', 'service.name': 'payment' },
    },
  ]);
  await database.insert('trace_summaries', [
    {
      ...{ TraceId: SHOP_TRACE_ID, Start: at(0), End: at(100), Spans: 2, Errors: 1, Fragments: 1 },
      ...{ RootService: 'storefront', RootName: 'POST /checkout', Services: ['storefront', 'payment'] },
    },
  ]);
  const counted = { Time: second - (second % 10), Spans: 1, Calls: 1, Errors: 0, Histogram: { 200: 1 } };
  await database.insert('span_metrics', [
    { ...checkout, ...counted, StatusCode: 'Error', Errors: 1 },
    { ...charge, ...counted, StatusCode: 'Ok' },
  ]);
  await database.insert('service_edges', [
    { Client: 'storefront', Server: 'payment', ConnectionType: 'rpc', Time: counted.Time, Calls: 1 },
  ]);
}
