/** Columns of an answer's row by name and type. The SQL is ours and its columns are known: another shape is a bug and throws. */
import type { Row } from '../platform/clickhouse/client.ts';

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`column ${column} is no text`);
  return value;
}

export function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`column ${column} is no number`);
  return value;
}

/** A 64-bit integer, which comes as digits. */
export function nanos(row: Row, column: string): bigint {
  return BigInt(text(row, column));
}

export function list(row: Row, column: string): unknown[] {
  const value = row[column];
  if (!Array.isArray(value)) throw new TypeError(`column ${column} is no array`);
  return value;
}

/** Map(Int16, Float64) of an exponential histogram, rising. */
export function histogram(row: Row, column: string): HistogramCounts {
  const value = row[column];
  if (typeof value !== 'object' || value === null) throw new TypeError(`column ${column} is no map`);
  return Object.entries(value)
    .map(([bucket, count]) => [Number(bucket), Number(count)] as const)
    .filter(([, count]) => count > 0)
    .sort(([a], [b]) => a - b);
}

/** Bucket and weighted count; bucket b holds the nanoseconds of (2^(b/8), 2^((b+1)/8)]. */
export type HistogramCounts = readonly (readonly [bucket: number, count: number])[];
