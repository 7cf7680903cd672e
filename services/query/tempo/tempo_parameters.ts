/** The parameters of Tempo's API: moments in Unix seconds. What is wrong is a 400. */
import { parseGoDuration } from '../foreign/go_duration.ts';
import { clipNs, countParameter, firstOf, wholeNumber } from '../foreign/query_values.ts';
import type { SpanCondition, SpanSearch } from '../foreign/span_search.ts';
import type { QueryString } from '../parameters.ts';
import { badRequest } from '../problem.ts';
import type { TimeRange } from '../store.ts';
import { tagSearch } from './tag_search.ts';
import { parseTraceql, type TraceqlQuery } from './traceql.ts';
import type { TraceqlField } from './traceql_field.ts';
import { TraceqlError } from './traceql_tokens.ts';

const DEFAULT_LOOKBACK_S = 3600n;
const LAST_S = 0xffff_ffffn;
const MOST_TRACES = 1000;
const MOST_SPANS = 100;

/** Throws a 400. */
export function tempoTraceIdParameter(text: string): string {
  if (!/^[0-9a-f]{1,32}$/i.test(text))
    throw badRequest('trace IDs can only contain hex characters: 1 to 32 of them');
  return text.toLowerCase().padStart(32, '0');
}

/** `start` and `end`; the last hour without them. */
export function tempoRange(query: QueryString, nowMs: number): TimeRange {
  const most = { min: 0n, max: LAST_S };
  const until = wholeNumber(query, 'end', { ...most, otherwise: BigInt(Math.ceil(nowMs / 1000)) });
  const since = wholeNumber(query, 'start', {
    ...most,
    otherwise: until > DEFAULT_LOOKBACK_S ? until - DEFAULT_LOOKBACK_S : 0n,
  });
  if (since > until) throw badRequest('http parameter start must be before end');
  return { sinceMs: Number(since) * 1000, untilMs: Number(until) * 1000 };
}

export interface TempoSearch extends SpanSearch {
  /** What the answer shows of each span. */
  readonly fields: readonly TraceqlField[];
  readonly spansPerSet: number;
}

export function tempoSearch(query: QueryString, tenant: string, nowMs: number): TempoSearch {
  const { sinceMs, untilMs } = tempoRange(query, nowMs);
  const q = firstOf(query, 'q');
  const tags = firstOf(query, 'tags');
  const { condition, fields } = q === null ? { condition: null, fields: [] } : traceqlParameter(q);
  return {
    ...{ tenant, fields },
    sinceNs: clipNs(BigInt(sinceMs) * 1_000_000n),
    untilNs: clipNs(BigInt(untilMs) * 1_000_000n),
    limit: countParameter(query, 'limit', { max: MOST_TRACES, otherwise: 20 }),
    spansPerSet: countParameter(query, 'spss', { max: MOST_SPANS, otherwise: 3 }),
    conditions: [
      ...(condition === null ? [] : [condition]),
      ...(tags === null ? [] : tagSearch(tags)),
      ...traceDuration(query, 'minDuration', '>='),
      ...traceDuration(query, 'maxDuration', '<='),
    ],
  };
}

/** Throws a 400. */
export function traceqlParameter(q: string): TraceqlQuery {
  try {
    return parseTraceql(q);
  } catch (error) {
    if (error instanceof TraceqlError) throw badRequest(`invalid TraceQL query: ${error.message}`);
    throw error;
  }
}

function traceDuration(query: QueryString, name: string, is: '>=' | '<='): SpanCondition[] {
  const text = firstOf(query, name);
  if (text === null) return [];
  const value = parseGoDuration(text);
  if (value === null)
    throw badRequest(`invalid ${name}: ${JSON.stringify(text.slice(0, 64))} is no duration`);
  return value === 0n ? [] : [{ on: 'traceDuration', test: { is, value } }];
}
