/** Which spans of the traces found it was that met the search. */
import { searchStatement } from '../foreign/clickhouse_foreign_store.ts';
import type { SpanSearch } from '../foreign/span_search.ts';
import { readSql, type Query } from '../queries.ts';
import type { Attributes } from '../trace_answer.ts';

/** matched_spans.sql */
export interface MatchedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly service: string;
  readonly kind: string;
  readonly status: string;
  readonly statusMessage: string;
  readonly startNs: string;
  readonly durationNs: string;
  readonly attributes: Attributes;
  readonly resourceAttributes: Attributes;
  /** Of the trace, this one included. */
  readonly matched: number;
}

export interface MatchStore {
  /** At most `spans` of each trace, earliest first. Throws StoreError. */
  matches(
    search: SpanSearch,
    traceIds: readonly string[],
    spans: number,
    signal: AbortSignal,
  ): Promise<MatchedSpan[]>;
}

const MATCHED_SPANS = readSql('matched_spans', 'tempo');

export function clickHouseMatchStore(query: Query): MatchStore {
  return {
    matches: async (search, traceIds, spans, signal) => {
      if (traceIds.length === 0) return [];
      const { sql, params } = searchStatement(MATCHED_SPANS, search);
      const rows = await query(sql, { ...params, traceIds, spans }, signal);
      return rows.map((row) => row as unknown as MatchedSpan);
    },
  };
}
