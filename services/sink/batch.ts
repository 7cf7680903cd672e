/** Gathers the records of a partition into the next batch: a range of offsets, and a block for each table. */
import { UNREADABLE_BATCH } from '../core/contracts.ts';
import type { Block } from '../core/native/block.ts';
import type { AppendedRecord, RecordRows, SinkRecord, Unstorable } from './record_rows.ts';

export interface BatchLimits {
  readonly maxRows: number;
  readonly maxBytes: number;
  /** From one batch to the next, where neither is full. */
  readonly intervalMs: number;
}

/** What is stored together: the records at offsets `[start, end)`. Transaction markers may lie among them. */
export interface Batch {
  readonly start: number;
  readonly end: number;
  readonly records: readonly SinkRecord[];
  /** For each record, how many items it has for each table. */
  readonly items: readonly (readonly number[])[];
  /** One for each table, in the order in which they are stored; some without rows. */
  readonly blocks: readonly Block[];
  readonly unstorable: readonly Unstorable[];
  /** When each trace had been received, Unix ms. */
  readonly receivedMs: readonly number[];
}

export class BatchBuilder {
  /** First offset of the batch. */
  start: number;
  private readonly rows: RecordRows;
  private records: SinkRecord[] = [];
  private items: (readonly number[])[] = [];
  private unstorable: Unstorable[] = [];
  /** When the last batch was taken, or the first record of all came. */
  private lastMs: number | null = null;
  private heldBytes = 0;

  constructor(rows: RecordRows, start: number) {
    this.rows = rows;
    this.start = start;
  }

  get isEmpty(): boolean {
    return this.records.length === 0;
  }

  /** Kafka's time of the oldest record in it; null where it is empty. */
  get oldestMs(): number | null {
    return this.records[0]?.timestampMs ?? null;
  }

  add(record: SinkRecord, nowMs: number): void {
    this.lastMs ??= nowMs;
    const appended = this.append(record);
    this.records.push(record);
    this.items.push(appended.items);
    for (const letter of appended.unstorable) this.unstorable.push(letter);
    this.heldBytes += record.value.length;
  }

  private append(record: SinkRecord): AppendedRecord {
    const { unreadable, offset, value, headers } = record;
    if (unreadable === undefined) return this.rows.append(record);
    const letter = { reason: UNREADABLE_BATCH, error: unreadable, offset, value, headers } as const;
    return { items: this.rows.tables.map(() => 0), unstorable: [letter] };
  }

  isFull({ maxRows, maxBytes }: BatchLimits): boolean {
    const { tables } = this.rows;
    if (tables.some(({ rows }) => rows >= maxRows)) return true;
    return tables.reduce((sum, { byteSize }) => sum + byteSize, this.heldBytes) >= maxBytes;
  }

  /** Counted from the last batch and not from the first record: what comes after a silence need not wait. */
  isDue(limits: BatchLimits, nowMs: number): boolean {
    if (this.isEmpty || this.lastMs === null) return false;
    return nowMs - this.lastMs >= limits.intervalMs || this.isFull(limits);
  }

  /** The batch up to `end`; what is added next belongs to the following one. */
  take(end: number, nowMs: number): Batch {
    const { start, records, items, unstorable, rows } = this;
    const blocks = rows.tables.map((table) => table.encode());
    const receivedMs = [...rows.receivedMs];
    rows.reset();
    this.start = end;
    this.lastMs = nowMs;
    this.records = [];
    this.items = [];
    this.unstorable = [];
    this.heldBytes = 0;
    return { start, end, records, items, blocks, unstorable, receivedMs };
  }
}

/** How many items the batch has for a table. */
export function itemCount(batch: Batch, table: number): number {
  return batch.items.reduce((sum, counts) => sum + (counts[table] ?? 0), 0);
}
