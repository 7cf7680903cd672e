/**
 * A search for traces as SQL: which table answers it, by which key, under which conditions. Fixed text with parameters.
 *
 * A column that no condition needs is not in the text, since ClickHouse would read and group it all the same.
 */
import { readSql } from './queries.ts';
import { searchesSpans, spanConditions } from './span_conditions.ts';
import type { PageEnd, TraceSearch } from './store.ts';

const BY_SUMMARY = readSql('traces_by_summary');
const BY_SPAN = readSql('traces_by_span');

/** Before everything: keys are below 2^63, and ids have no letter behind f. */
const BEGINNING: PageEnd = { key: 2n ** 63n - 1n, traceId: 'g' };

const NS_IN_MS = 1_000_000n;

const DURATION = 'toUnixTimestamp64Nano(max(s.End)) - toUnixTimestamp64Nano(min(s.Start))';
const SUMMARY_KEYS = { newest: 'toUnixTimestamp64Nano(min(s.Start)) AS key', longest: `${DURATION} AS key` };
const SPAN_KEYS = {
  newest: 'toUnixTimestamp64Nano(max(Timestamp)) AS key',
  longest: 'toInt64(max(Duration)) AS key',
};

export interface SqlText {
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Whether the traces that are found from some moment on are the newest of all: the newest span of a trace tells its place. By
 * summaries a trace begins with its first fragment, which may lie before that moment.
 */
export const isFoundFromTheEnd = ({ span, order }: TraceSearch): boolean =>
  order === 'newest' && searchesSpans(span);

/** Behind the first trace of the page, Unix ms. */
export function pageUntilMs({ untilMs, after }: TraceSearch): number {
  return after === null ? untilMs : Math.min(untilMs, Number(after.key / NS_IN_MS) + 1);
}

/** `fromMs`: spans before it are left out. */
export function traceSearch(search: TraceSearch, fromMs: number): SqlText {
  const { tenant, sinceMs, untilMs, limit, order } = search;
  const { key, traceId } = search.after ?? BEGINNING;
  const page = { tenant, sinceMs, untilMs, limit, fromMs, afterKey: key.toString(), afterId: traceId };
  const traces = traceConditions(search);
  if (!searchesSpans(search.span)) {
    const summary = summaryConditions(search);
    const having = [...traces.lines, ...summary.lines];
    return {
      sql: filled(
        BY_SUMMARY,
        SUMMARY_KEYS[order],
        'trace',
        having.length > 0 ? `HAVING ${having.join(' AND ')}` : '',
      ),
      params: { ...page, ...traces.params, ...summary.params },
    };
  }
  const spans = spanConditions(search.span);
  const conditions = [spans.sql, ...(traces.lines.length > 0 ? [ofTraces(traces.lines)] : [])];
  return {
    sql: filled(BY_SPAN, SPAN_KEYS[order], 'span', conditions.join('\n    ')),
    params: { ...page, ...traces.params, ...spans.params },
  };
}

function filled(sql: string, key: string, kind: 'trace' | 'span', conditions: string): string {
  return sql.replace('-- key', () => key).replace(`-- ${kind} conditions`, () => conditions);
}

interface Lines {
  readonly lines: readonly string[];
  readonly params: Readonly<Record<string, unknown>>;
}

/** What is said of the trace as a whole. */
function traceConditions({ minNs, maxNs, minServices }: TraceSearch): Lines {
  return {
    lines: [
      ...(minNs === null ? [] : [`${DURATION} >= {minNs:Int64}`]),
      ...(maxNs === null ? [] : [`${DURATION} <= {maxNs:Int64}`]),
      ...(minServices <= 1 ? [] : ['length(groupUniqArrayArray(s.Services)) >= {minServices:UInt32}']),
    ],
    params: { minNs: String(minNs ?? 0), maxNs: String(maxNs ?? 0), minServices },
  };
}

/** What is said of a span and summaries can tell. */
function summaryConditions({ span: { service, status } }: TraceSearch): Lines {
  return {
    lines: [
      ...(service === null ? [] : ['max(has(s.Services, {service:String}))']),
      ...(status === null ? [] : ['sum(s.Errors) > 0']),
    ],
    params: { service: service ?? '' },
  };
}

/** The spans' traces; one may have begun a while before the stretch that its span lies in. */
function ofTraces(lines: readonly string[]): string {
  return `AND TraceId IN
    (
        SELECT s.TraceId
        FROM trace_summaries AS s
        WHERE s.Tenant = {tenant:String}
            AND s.Start >= fromUnixTimestamp64Milli({sinceMs:Int64}) - INTERVAL 1 HOUR
            AND s.Start < fromUnixTimestamp64Milli({untilMs:Int64})
        GROUP BY s.TraceId
        HAVING ${lines.join(' AND ')}
    )`;
}
