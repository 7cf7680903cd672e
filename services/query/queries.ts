/**
 * One question to ClickHouse: text from sql/*.sql, values as parameters only, limits of time, rows and bytes.
 *
 * Not for what is asked (the stores). Throws StoreError, or what `signal` was aborted with.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouse, Row } from '../platform/clickhouse/client.ts';
import { storeError } from './clickhouse_failure.ts';

export interface QueryOptions {
  readonly clickhouse: Pick<ClickHouse, 'query'>;
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  /** Rows that one question may make ClickHouse read. */
  readonly maxRowsRead?: number;
  /** A setting by which row policies know the tenant; '' where there are none. */
  readonly tenantSetting?: string;
}

export type Query = (
  sql: string,
  params: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
) => Promise<Row[]>;

/** The same for a tenant, by name; `*` is all of them. */
export type QueryFor = (
  sql: string,
  params: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
  tenant?: string,
) => Promise<Row[]>;

/** Of `sql/`, or that of a folder beside it. */
export const readSql = (name: string, folder = ''): string =>
  readFileSync(join(import.meta.dirname, folder, 'sql', `${name}.sql`), 'utf8');

export function limitedQuery(options: QueryOptions): QueryFor {
  const { clickhouse, timeoutMs, maxAnswerBytes, maxRowsRead = 0, tenantSetting = '' } = options;
  const settings = {
    max_execution_time: Math.ceil(timeoutMs / 1000),
    timeout_overflow_mode: 'throw',
    max_result_bytes: String(maxAnswerBytes),
    result_overflow_mode: 'throw',
    // 0 is no limit.
    max_rows_to_read: String(maxRowsRead),
    read_overflow_mode: 'throw',
    // The client left or its time is up: the server stops working for it.
    cancel_http_readonly_queries_on_client_close: 1,
  };
  return async (text, params, signal, tenant = '*') => {
    // Custom settings are written as literals.
    const own = tenantSetting === '' ? {} : { [tenantSetting]: `'${tenant.replace(/[\\']/g, '\\$&')}'` };
    try {
      return await clickhouse.query(text, params, { signal, settings: { ...settings, ...own } });
    } catch (error) {
      throw storeError(error);
    }
  };
}
