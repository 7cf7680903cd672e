/**
 * Writing of record batches (layout in batch_layout.ts).
 *
 * The records are encoded once; who writes the batch, and as which in the producer's row, is stamped on before each send.
 */
import { crc32c } from '../crc32c.ts';
import {
  ATTRIBUTES_AT,
  COMPRESSION,
  COUNT_AT,
  CRC_AT,
  HEADER_BYTES,
  LENGTH_END,
  MAGIC,
  PRODUCER_ID_AT,
  TRANSACTIONAL_BIT,
} from '../batch_layout.ts';
import { toZstd, toZstdSync } from '../../zstd.ts';
import type { OutgoingRecord, PartitionRecords } from '../port.ts';
import { partsOf, valueBytes, type RecordValue } from '../record_value.ts';

export interface EncodedBatch {
  /** A whole batch, but for what `stampBatch` writes. */
  readonly bytes: Buffer;
  readonly count: number;
}

/** Who writes a batch, and as which. */
export interface BatchStamp {
  readonly producerId: bigint;
  readonly epoch: number;
  readonly sequence: number;
  readonly isTransactional: boolean;
}

/** Sequence numbers start again at 0 behind so many. */
export const SEQUENCES = 2 ** 31;

/**
 * Up to here batches are compressed at once, out of a buffer that is used again. The way to another thread and back costs the main thread
 * as much as the work, and what each batch allocates outside of V8's heap brings the next full garbage collection nearer.
 * MEASURED (Node 24, RATIONALE.md, "Why are batches compressed where they are?").
 */
const AT_ONCE_BYTES = 1024 * 1024;
const scratch = Buffer.allocUnsafeSlow(AT_ONCE_BYTES);

export async function encodeBatch(
  { records, compression = 'none' }: Pick<PartitionRecords, 'records' | 'compression'>,
  timestampMs: number,
): Promise<EncodedBatch> {
  const sized = sizeRecords(records);
  const isCompressed = compression === 'zstd';
  const bytes = isCompressed ? await compressed(sized) : Buffer.allocUnsafe(HEADER_BYTES + sized.bytes);
  if (!isCompressed) writeRecords(bytes, HEADER_BYTES, sized);
  bytes.writeBigInt64BE(0n, 0);
  bytes.writeInt32BE(bytes.length - LENGTH_END, 8);
  bytes.writeInt32BE(-1, 12);
  bytes.writeInt8(MAGIC, 16);
  bytes.writeInt16BE(isCompressed ? COMPRESSION.zstd : COMPRESSION.none, ATTRIBUTES_AT);
  bytes.writeInt32BE(records.length - 1, 23);
  bytes.writeBigInt64BE(BigInt(timestampMs), 27);
  bytes.writeBigInt64BE(BigInt(timestampMs), 35);
  bytes.writeInt32BE(records.length, COUNT_AT);
  return { bytes, count: records.length };
}

/** Behind room for the header. */
async function compressed(sized: SizedRecords): Promise<Buffer> {
  const isSmall = sized.bytes <= AT_ONCE_BYTES;
  const plain = isSmall ? scratch.subarray(0, sized.bytes) : Buffer.allocUnsafe(sized.bytes);
  writeRecords(plain, 0, sized);
  // Nothing is awaited before what is small has left the scratch.
  const body = isSmall ? toZstdSync(plain) : await toZstd(plain);
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  body.copy(bytes, HEADER_BYTES);
  return bytes;
}

export function stampBatch({ bytes }: EncodedBatch, stamp: BatchStamp): void {
  const attributes = bytes.readInt16BE(ATTRIBUTES_AT) & ~TRANSACTIONAL_BIT;
  bytes.writeInt16BE(attributes | (stamp.isTransactional ? TRANSACTIONAL_BIT : 0), ATTRIBUTES_AT);
  bytes.writeBigInt64BE(stamp.producerId, PRODUCER_ID_AT);
  bytes.writeInt16BE(stamp.epoch, PRODUCER_ID_AT + 8);
  bytes.writeInt32BE(stamp.sequence, PRODUCER_ID_AT + 10);
  bytes.writeUInt32BE(crc32c(bytes.subarray(ATTRIBUTES_AT)), CRC_AT);
}

interface SizedRecords {
  readonly records: readonly OutgoingRecord<RecordValue>[];
  readonly headers: readonly (readonly Header[])[];
  readonly sizes: readonly number[];
  /** Of all, lengths included. */
  readonly bytes: number;
}

type Header = readonly [name: Buffer, content: Buffer];

function sizeRecords(records: readonly OutgoingRecord<RecordValue>[]): SizedRecords {
  const headers = records.map((record) =>
    Object.entries(record.headers ?? {}).map(([name, value]): Header => [
      Buffer.from(name),
      Buffer.from(value as Buffer),
    ]),
  );
  const sizes = records.map((record, index) => recordSize(record, index, headers[index] ?? []));
  const bytes = sizes.reduce((sum, size) => sum + varintSize(size) + size, 0);
  return { records, headers, sizes, bytes };
}

function writeRecords(bytes: Buffer, start: number, { records, headers, sizes }: SizedRecords): void {
  let position = start;
  for (const [index, { value }] of records.entries()) {
    position = writeVarint(bytes, position, sizes[index] ?? 0);
    position = bytes.writeInt8(0, position); // attributes
    position = bytes.writeInt8(0, position); // timestamp delta
    position = writeVarint(bytes, position, index);
    position = writeVarint(bytes, position, -1); // no key
    position = writeValue(bytes, position, value);
    const fields = headers[index] ?? [];
    position = writeVarint(bytes, position, fields.length);
    for (const [name, content] of fields) {
      position = writeField(bytes, writeField(bytes, position, name), content);
    }
  }
}

function recordSize(
  { value }: OutgoingRecord<RecordValue>,
  index: number,
  headers: readonly Header[],
): number {
  const fields = headers.reduce(
    (sum, [name, content]) => sum + fieldSize(name.length) + fieldSize(content.length),
    0,
  );
  return (
    2 +
    varintSize(index) +
    varintSize(-1) +
    fieldSize(valueBytes(value)) +
    varintSize(headers.length) +
    fields
  );
}

function fieldSize(length: number): number {
  return varintSize(length) + length;
}

function writeValue(bytes: Buffer, start: number, value: RecordValue): number {
  let position = writeVarint(bytes, start, valueBytes(value));
  for (const part of partsOf(value)) {
    bytes.set(part, position);
    position += part.length;
  }
  return position;
}

function writeField(bytes: Buffer, position: number, field: Buffer): number {
  const start = writeVarint(bytes, position, field.length);
  field.copy(bytes, start);
  return start + field.length;
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = zigzag(value); rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}

function writeVarint(bytes: Buffer, start: number, value: number): number {
  let position = start;
  let rest = zigzag(value);
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    position = bytes.writeUInt8((rest % 0x80) | 0x80, position);
  }
  return bytes.writeUInt8(rest, position);
}
