/**
 * Traces in ClickHouse: one by its id, and those that a search finds.
 *
 * Not for JSON answers (routes/) or SQL text (sql/*.sql).
 */
import { newestFirst } from './newest_first.ts';
import { readSql, type Query } from './queries.ts';
import { foundTrace, storedSpan, traceSummary } from './rows.ts';
import { nanos, text } from './columns.ts';
import type { FoundTraces, StoredTrace, TraceSearch, TraceStore } from './store.ts';
import { isFoundFromTheEnd, pageUntilMs, traceSearch } from './trace_search.ts';

const TRACE_SUMMARY = readSql('trace_summary');
const SPANS_OF_TRACES = readSql('spans_of_traces');
const TRACES_OF = readSql('traces_of');

export function traceStore(query: Query, maxTraceSpans: number): TraceStore {
  return {
    trace: (tenant, traceId, signal) => readTrace(query, maxTraceSpans, tenant, traceId, signal),
    version: async (tenant, traceId, signal) => {
      const [row] = await query(TRACE_SUMMARY, { tenant, traceId }, signal);
      return row === undefined ? null : versionOf(text(row, 'version'), maxTraceSpans);
    },
    find: (search, signal) => findTraces(query, search, signal),
  };
}

/** The limit is part of it: after a change of settings another answer is right. */
const versionOf = (stored: string, maxTraceSpans: number): string => `${stored}-${maxTraceSpans}`;

/** Both at once: each takes about as long as the other, and they need nothing of one another. */
async function readTrace(
  query: Query,
  maxSpans: number,
  tenant: string,
  traceId: string,
  signal: AbortSignal,
): Promise<StoredTrace | null> {
  const [[row], rows] = await Promise.all([
    query(TRACE_SUMMARY, { tenant, traceId }, signal),
    query(SPANS_OF_TRACES, { tenant, traceIds: [traceId], limit: maxSpans + 1 }, signal),
  ]);
  // The summary stands and the spans do not yet, or no longer: to the reader the trace is not there.
  if (row === undefined || rows.length === 0) return null;
  const summary = traceSummary(row);
  const truncated = rows.length > maxSpans;
  const isWhole = truncated || rows.length >= summary.spans;
  return {
    traceId,
    summary,
    truncated,
    spans: rows.slice(0, maxSpans).map(storedSpan),
    version: isWhole ? versionOf(text(row, 'version'), maxSpans) : null,
  };
}

/** Which traces, in order, and then what is known of them: only theirs are merged. */
async function findTraces(query: Query, search: TraceSearch, signal: AbortSignal): Promise<FoundTraces> {
  const look = (fromMs: number) => {
    const { sql, params } = traceSearch(search, fromMs);
    return query(sql, params, signal);
  };
  const candidates = isFoundFromTheEnd(search)
    ? await newestFirst({ ...search, untilMs: pageUntilMs(search) }, look)
    : await look(search.sinceMs);
  if (candidates.length === 0) return { traces: [], end: null };
  const { tenant, sinceMs, untilMs } = search;
  const traceIds = candidates.map((row) => text(row, 'traceId'));
  const rows = await query(TRACES_OF, { tenant, sinceMs, untilMs, traceIds }, signal);
  const found = new Map(rows.map((row) => [text(row, 'traceId'), foundTrace(row)]));
  const last = candidates.length < search.limit ? undefined : candidates.at(-1);
  return {
    traces: traceIds.flatMap((id) => found.get(id) ?? []),
    end: last === undefined ? null : { key: nanos(last, 'key'), traceId: text(last, 'traceId') },
  };
}
