/**
 * What the sink makes of the records of a topic: rows of some tables. One implementation a topic (trace_records.ts,
 * metric_records.ts), one instance for each block that is being built.
 *
 * A record's *items* are what may become a row: its spans, its traces, its deltas. Their number does not depend on whether they
 * can be stored, so that a range of items means the same rows on every reading.
 */
import { UNREADABLE_BATCH } from '../core/contracts.ts';
import type { TableRows } from '../core/native/block.ts';
import type { RecordHeaders } from '../platform/kafka/port.ts';

/** Why something went to dead letters: the header `reason`, and the metric label. */
export const DEAD_LETTER_REASONS = [
  'malformed_record',
  'malformed_span',
  'unknown_encoding',
  'unknown_schema',
  'too_large',
  'refused',
  UNREADABLE_BATCH,
] as const;
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

/** A record that the sink holds on to: its bytes are its own. */
export interface SinkRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly value: Buffer;
  readonly headers: RecordHeaders;
  /** Why it is no record, but a batch that could not be read. */
  readonly unreadable?: string;
}

export interface Original {
  readonly value: Buffer;
  /** Headers that a reader of the bytes needs: how they are encoded, and whose they are. */
  readonly headers: RecordHeaders;
}

/** Original bytes that cannot be stored. */
export interface Unstorable extends Original {
  readonly reason: DeadLetterReason;
  readonly error: string;
  readonly offset: number;
}

export interface AppendedRecord {
  /** Items of each table, in the order of `tables`. */
  readonly items: readonly number[];
  readonly unstorable: readonly Unstorable[];
}

export interface RecordRows {
  readonly tables: readonly TableRows[];
  /** When the traces whose rows were appended since the last reset had been received, Unix ms. */
  readonly receivedMs: readonly number[];
  /** Appends the rows of a record that could be read; what cannot be stored of it is handed back. Never throws for bad data. */
  append(record: SinkRecord): AppendedRecord;
  /** Appends only the rows of the items `[from, to)` of one table. For records that `append` took. */
  appendItems(record: SinkRecord, table: number, from: number, to: number): void;
  /** The original bytes of the items `[from, to)` of one table, as values that can be sent again. */
  originals(record: SinkRecord, table: number, from: number, to: number): Original[];
  reset(): void;
}
