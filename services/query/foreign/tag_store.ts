/** Which attributes there are in a stretch of time, and which values they have. */
import { text } from '../columns.ts';
import { readSql, type Query } from '../queries.ts';
import type { TimeRange } from '../store.ts';
import { searchStatement } from './clickhouse_foreign_store.ts';
import { clipNs } from './query_values.ts';
import type { AttributeScope, SpanCondition, TextField } from './span_search.ts';

export interface TagQuery extends TimeRange {
  readonly tenant: string;
  /** Only of the spans that meet these. */
  readonly conditions?: readonly SpanCondition[];
  readonly limit: number;
}

export interface TagValueQuery extends TagQuery {
  readonly key: string;
  readonly scopes: readonly AttributeScope[];
}

/** All throw StoreError. Most frequent first. */
export interface TagStore {
  keys(query: TagQuery, scope: AttributeScope, signal: AbortSignal): Promise<string[]>;
  /** Empty values are none. */
  values(query: TagValueQuery, signal: AbortSignal): Promise<string[]>;
  fieldValues(query: TagQuery, field: TextField, signal: AbortSignal): Promise<string[]>;
}

const TAG_KEYS = readSql('tag_keys', 'foreign');
const TAG_VALUES = readSql('tag_values', 'foreign');
const FIELD_VALUES = readSql('field_values', 'foreign');

export function clickHouseTagStore(query: Query): TagStore {
  const ask = async (
    statement: string,
    asked: TagQuery,
    own: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<string[]> => {
    const { sql, params } = searchStatement(statement, {
      tenant: asked.tenant,
      sinceNs: clipNs(BigInt(Math.round(asked.sinceMs)) * 1_000_000n),
      untilNs: clipNs(BigInt(Math.round(asked.untilMs)) * 1_000_000n),
      conditions: asked.conditions ?? [],
    });
    const rows = await query(sql, { ...params, ...own, limit: asked.limit }, signal);
    return rows.map((row) => text(row, 'value'));
  };
  return {
    keys: (asked, scope, signal) => ask(TAG_KEYS, asked, { scope }, signal),
    values: (asked, signal) => ask(TAG_VALUES, asked, { key: asked.key, scopes: asked.scopes }, signal),
    fieldValues: (asked, field, signal) => ask(FIELD_VALUES, asked, { field }, signal),
  };
}
