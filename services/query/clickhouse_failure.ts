/** Errors of ClickHouse in the store's terms. */
import { ClickHouseStatementError, ClickHouseUnavailableError } from '../platform/clickhouse/errors.ts';
import { StoreError, type StoreFailure } from './store.ts';

/** ClickHouse's error numbers that say more than that it cannot answer now. */
const FAILURES: ReadonlyMap<string, StoreFailure> = new Map([
  ['60', 'no-tables'], // UNKNOWN_TABLE
  ['81', 'no-tables'], // UNKNOWN_DATABASE
  ['159', 'timeout'], // TIMEOUT_EXCEEDED
  ['160', 'timeout'], // TOO_SLOW
  ['394', 'timeout'], // QUERY_WAS_CANCELLED
  ['427', 'bad-pattern'], // CANNOT_COMPILE_REGEXP
  ['158', 'too-large'], // TOO_MANY_ROWS
  ['241', 'too-large'], // MEMORY_LIMIT_EXCEEDED
  ['307', 'too-large'], // TOO_MANY_BYTES
  ['396', 'too-large'], // TOO_MANY_ROWS_OR_BYTES
]);

/** Any other statement that the server refuses is a bug of ours: it stays as it is. */
export function storeError(error: unknown): unknown {
  if (!(error instanceof ClickHouseUnavailableError || error instanceof ClickHouseStatementError))
    return error;
  const failure = FAILURES.get(codeOf(error.cause));
  if (failure === undefined && error instanceof ClickHouseStatementError) return error;
  return new StoreError(failure ?? 'unavailable', error.message, { cause: error });
}

function codeOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
}
