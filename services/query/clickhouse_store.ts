/**
 * The store of the API in ClickHouse: which query answers what, and rows as the API's own types.
 *
 * Not for JSON answers (routes/) or SQL text (sql/*.sql). Every query has limits of time, rows and bytes; all values go
 * in as parameters.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouse, Row } from '../platform/clickhouse/client.ts';
import { storeError } from './clickhouse_failure.ts';
import { foundTrace, serviceFigures, storedSpan, traceSummary } from './rows.ts';
import type { FoundTrace, ServiceFigures, Store, StoredTrace, TimeRange, TraceSearch } from './store.ts';

export interface ClickHouseStoreOptions {
  readonly clickhouse: Pick<ClickHouse, 'query'>;
  readonly timeoutMs: number;
  readonly maxTraceSpans: number;
  readonly maxAnswerBytes: number;
}

/** Rows of a statement; throws StoreError. */
export type Query = (
  sql: string,
  params: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
) => Promise<Row[]>;

const sql = (name: string): string => readFileSync(join(import.meta.dirname, 'sql', `${name}.sql`), 'utf8');
const TRACE_SUMMARY = sql('trace_summary');
const TRACE_SPANS = sql('trace_spans');
const NEWEST_TRACES = sql('newest_traces');
const SERVICES = sql('services');

export function clickHouseStore(options: ClickHouseStoreOptions): Store {
  const query = limitedQuery(options);
  return {
    trace: (tenant, traceId, signal) => readTrace(query, options.maxTraceSpans, tenant, traceId, signal),
    newestTraces: (search, signal) => newestTraces(query, search, signal),
    services: (tenant, range, signal) => services(query, tenant, range, signal),
  };
}

/** The limits of the service on every query: time, bytes of the answer, and the client's leaving. */
export function limitedQuery({
  clickhouse,
  timeoutMs,
  maxAnswerBytes,
}: Omit<ClickHouseStoreOptions, 'maxTraceSpans'>): Query {
  const settings = {
    max_execution_time: Math.ceil(timeoutMs / 1000),
    timeout_overflow_mode: 'throw',
    max_result_bytes: String(maxAnswerBytes),
    result_overflow_mode: 'throw',
    // The client left or its time is up: the server stops working for it.
    cancel_http_readonly_queries_on_client_close: 1,
  };
  return async (text, params, signal) => {
    try {
      return await clickhouse.query(text, params, { signal, settings });
    } catch (error) {
      throw storeError(error);
    }
  };
}

/** The summary first: it knows the time range, without which every day of spans would be looked through. */
async function readTrace(
  query: Query,
  maxSpans: number,
  tenant: string,
  traceId: string,
  signal: AbortSignal,
): Promise<StoredTrace | null> {
  const [row] = await query(TRACE_SUMMARY, { tenant, traceId }, signal);
  if (row === undefined) return null;
  const { summary, startNs, endNs } = traceSummary(row);
  const rows = await query(
    TRACE_SPANS,
    { tenant, traceId, startNs: startNs.toString(), endNs: endNs.toString(), limit: maxSpans + 1 },
    signal,
  );
  // The summary stands and the spans do not yet, or no longer: to the reader the trace is not there.
  if (rows.length === 0) return null;
  const truncated = rows.length > maxSpans;
  return { traceId, summary, truncated, spans: rows.slice(0, maxSpans).map(storedSpan) };
}

async function newestTraces(query: Query, search: TraceSearch, signal: AbortSignal): Promise<FoundTrace[]> {
  const rows = await query(NEWEST_TRACES, { ...search, service: search.service ?? '' }, signal);
  return rows.map(foundTrace);
}

async function services(
  query: Query,
  tenant: string,
  range: TimeRange,
  signal: AbortSignal,
): Promise<ServiceFigures[]> {
  const { table, stepSeconds } = metricsTable(range);
  const params = {
    tenant,
    table,
    since: Math.floor(range.sinceMs / 1000 / stepSeconds) * stepSeconds,
    until: Math.ceil(range.untilMs / 1000),
  };
  return (await query(SERVICES, params, signal)).map(serviceFigures);
}

/** The coarsest step that still says something of the range: its first window counts whole. */
export function metricsTable({ sinceMs, untilMs }: TimeRange): { table: string; stepSeconds: number } {
  const hours = (untilMs - sinceMs) / 3_600_000;
  if (hours <= 1) return { table: 'span_metrics', stepSeconds: 10 };
  if (hours <= 48) return { table: 'span_metrics_1m', stepSeconds: 60 };
  return { table: 'span_metrics_1h', stepSeconds: 3600 };
}
