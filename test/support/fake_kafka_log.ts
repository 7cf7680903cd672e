/** One partition of the fake Kafka: records, transactions and their markers, as a broker keeps them. */
import {
  RecordTooLargeError,
  type IncomingRecord,
  type InputOptions,
  type PartitionRecords,
  type RecordHeaders,
} from '../../services/platform/kafka/port.ts';
import { valueBytes, wholeValue } from '../../services/platform/kafka/record_value.ts';

/** Shared by all records of a transaction, in whatever partition. */
export interface FakeTransaction {
  state: 'open' | 'committed' | 'aborted';
}

interface Entry {
  readonly record: IncomingRecord;
  readonly transaction: FakeTransaction | null;
  /** The end of a transaction: takes an offset, is never delivered. */
  readonly isMarker: boolean;
}

export interface Batch {
  readonly records: IncomingRecord[];
  readonly nextOffset: number;
}

export class FakePartitionLog {
  low = 0;
  private readonly entries: Entry[] = [];
  /** No transaction is open before it: none that has ended opens again. */
  private stable = 0;
  private readonly maxBytes: number;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get high(): number {
    return this.entries.length;
  }

  /** All of them or none; offset of the first. Throws RecordTooLargeError. */
  append(
    records: PartitionRecords['records'],
    timestampMs: number,
    transaction: FakeTransaction | null = null,
  ): number {
    const bytes = records.reduce((sum, { value }) => sum + valueBytes(value), 0);
    if (bytes > this.maxBytes) throw new RecordTooLargeError(`${bytes} bytes are more than ${this.maxBytes}`);
    const first = this.high;
    for (const { value, headers } of records) {
      const record = {
        offset: this.high,
        timestampMs,
        value: Buffer.from(wholeValue(value)),
        headers: asBuffers(headers),
      };
      this.entries.push({ record, transaction, isMarker: false });
    }
    return first;
  }

  /** A batch of two offsets that no client can read. */
  appendUnreadable(timestampMs: number, unreadable: string): void {
    const record = { offset: this.high, timestampMs, value: Buffer.from('batch'), headers: {}, unreadable };
    this.entries.push({ record, transaction: null, isMarker: false });
    this.appendMarker(timestampMs);
  }

  appendMarker(timestampMs: number): void {
    const record = { offset: this.high, timestampMs, value: Buffer.alloc(0), headers: {} };
    this.entries.push({ record, transaction: null, isMarker: true });
  }

  /** What a fetch at this offset brings; null when there is nothing yet. */
  read(from: number, isolation: InputOptions['isolation'], maxRecords: number): Batch | null {
    const records: IncomingRecord[] = [];
    let nextOffset = from;
    const end = isolation === 'read_committed' ? this.lastStableOffset() : this.high;
    while (nextOffset < end && records.length < maxRecords) {
      const entry = this.entries[nextOffset];
      nextOffset += 1;
      if (entry !== undefined && isVisible(entry, isolation)) records.push(entry.record);
    }
    // The marker behind a transaction comes with its last records.
    while (nextOffset < end && this.entries[nextOffset]?.isMarker === true) nextOffset += 1;
    return nextOffset === from ? null : { records, nextOffset };
  }

  /** Everything before an open transaction. */
  private lastStableOffset(): number {
    while (this.stable < this.high && this.entries[this.stable]?.transaction?.state !== 'open') this.stable++;
    return this.stable;
  }
}

function isVisible({ isMarker, transaction }: Entry, isolation: InputOptions['isolation']): boolean {
  if (isMarker) return false;
  return isolation === 'read_uncommitted' || transaction === null || transaction.state === 'committed';
}

function asBuffers(headers: PartitionRecords['records'][number]['headers']): RecordHeaders {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, Buffer.from(value)]));
}
