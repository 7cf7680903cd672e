/**
 * Reading of the record batches that a fetch brought (layout in batch_layout.ts), the same for both clients. Values are
 * slices of the fetched bytes where the batch is not compressed.
 *
 * A batch that cannot be read is one record that says so (`unreadable`), with the batch's offset and its records as they
 * lie in the log. Its limits are in RATIONALE.md, "How large may a batch be?".
 */
import {
  ATTRIBUTES_AT,
  COMPRESSION,
  COMPRESSION_MASK,
  CONTROL_BIT,
  COUNT_AT,
  CRC_AT,
  HEADER_BYTES,
  LENGTH_END,
  LOG_APPEND_TIME_BIT,
  MAGIC,
  PRODUCER_ID_AT,
  TRANSACTIONAL_BIT,
} from './batch_layout.ts';
import { cursorOf, readBytes, readInt8, readVarint, type ByteCursor } from './byte_cursor.ts';
import type { Inflate } from './inflate.ts';
import type { IncomingRecord, RecordHeaders } from './port.ts';

export interface FetchedBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly producerId: bigint;
  readonly isTransactional: boolean;
  /** Markers of transactions, no records. */
  readonly isControl: boolean;
  /** Whether it is not what was written: nothing in it can be believed. */
  readonly isDamaged: boolean;
  /** Of the batch as it stands in the fetched bytes. */
  readonly bytes: Buffer;
}

export interface ReadBatch {
  readonly batch: FetchedBatch;
  readonly records: readonly IncomingRecord[];
  /** About as much as they take in memory. */
  readonly heldBytes: number;
}

/** It cannot be told where a batch ends, or it is of a format that this reader does not know. */
export class CorruptBatchError extends Error {
  override name = 'CorruptBatchError';
}

/** More records are none of ours: a few bytes each become an object each. */
const MAX_BATCH_RECORDS = 250_000;
/** The same of the headers of all its records. */
const MAX_BATCH_HEADERS = 500_000;
/** After as many bytes the rest of a fetch is left for the next one. */
const MAX_READ_BYTES = 16 * 1024 * 1024;
/** What a record takes beside its bytes, about. */
const RECORD_BYTES = 256;
const NO_HEADERS: RecordHeaders = {};
const EMPTY = Buffer.alloc(0);

/**
 * Whole batches in order; the broker may cut the last one off, which is then left out. Without a checksum (CRC-32C) damage
 * is found only where it makes a batch unreadable. Throws CorruptBatchError.
 */
export function readBatches(recordSet: Buffer, checksum: ((bytes: Buffer) => number) | null): FetchedBatch[] {
  const batches: FetchedBatch[] = [];
  for (let start = 0; start + HEADER_BYTES <= recordSet.length;) {
    const end = start + LENGTH_END + recordSet.readInt32BE(start + 8);
    if (end < start + HEADER_BYTES) throw new CorruptBatchError('a batch is shorter than its header');
    if (end > recordSet.length) break;
    const bytes = recordSet.subarray(start, end);
    const isDamaged =
      checksum !== null && checksum(bytes.subarray(ATTRIBUTES_AT)) !== bytes.readUInt32BE(CRC_AT);
    batches.push(readHeader(bytes, isDamaged));
    start = end;
  }
  return batches;
}

function readHeader(bytes: Buffer, isDamaged: boolean): FetchedBatch {
  const magic = bytes.readInt8(16);
  if (magic !== MAGIC) throw new CorruptBatchError(`message format ${magic} is too old`);
  const baseOffset = Number(bytes.readBigInt64BE(0));
  const attributes = bytes.readInt16BE(ATTRIBUTES_AT);
  return {
    baseOffset,
    // Negative only in a damaged one, which reading must leave behind all the same.
    lastOffset: baseOffset + Math.max(bytes.readInt32BE(23), 0),
    producerId: bytes.readBigInt64BE(PRODUCER_ID_AT),
    isTransactional: (attributes & TRANSACTIONAL_BIT) !== 0,
    isControl: !isDamaged && (attributes & CONTROL_BIT) !== 0,
    isDamaged,
    bytes,
  };
}

/**
 * The batches before the first that is damaged. Where that is the one to read, it is worth another fetch, and on the last try it
 * is handed on as what it is. Throws CorruptBatchError.
 */
export function believable(
  batches: readonly FetchedBatch[],
  offset: number,
  isLastTry: boolean,
): readonly FetchedBatch[] {
  const at = batches.findIndex(({ isDamaged, lastOffset }) => isDamaged && lastOffset >= offset);
  const batch = batches[at];
  if (batch === undefined) return batches;
  if (at > 0) return batches.slice(0, at);
  if (isLastTry) return [batch];
  throw new CorruptBatchError(`the batch at offset ${batch.baseOffset} is not what was written (CRC)`);
}

/**
 * The records of the batches; only of the first of them, and of one at least, where all would be too much to hold at once: a
 * fetch of a megabyte may hold a hundred batches that inflate to the limit.
 */
export function readWithinLimit(batches: readonly FetchedBatch[], inflate: Inflate): ReadBatch[] {
  const read: ReadBatch[] = [];
  let bytes = 0;
  for (const batch of batches) {
    if (bytes >= MAX_READ_BYTES) break;
    const one = readBatch(batch, inflate);
    read.push(one);
    bytes += one.heldBytes;
  }
  return read;
}

/** Never throws for bad bytes. */
function readBatch(batch: FetchedBatch, inflate: Inflate): ReadBatch {
  const { bytes, isDamaged } = batch;
  const body = bytes.subarray(HEADER_BYTES);
  if (isDamaged) return unreadableBatch(batch, 'it is not what was written (CRC)');
  try {
    const count = bytes.readInt32BE(COUNT_AT);
    if (count > MAX_BATCH_RECORDS) throw new RangeError(`more than ${MAX_BATCH_RECORDS} records`);
    const section = inflate(body, bytes.readInt16BE(ATTRIBUTES_AT) & COMPRESSION_MASK);
    const records = parseRecords(batch, section, count);
    return { batch, records, heldBytes: section.length + count * RECORD_BYTES };
  } catch (error) {
    return unreadableBatch(batch, (error as Error).message);
  }
}

function parseRecords({ baseOffset, bytes }: FetchedBatch, section: Buffer, count: number): IncomingRecord[] {
  const { firstMs, maxMs, isAppendTime } = timesOf(bytes);
  const cursor = cursorOf(section);
  const records: IncomingRecord[] = [];
  let headers = 0;
  for (let index = 0; index < count; index++) {
    const record = readRecord(cursor, MAX_BATCH_HEADERS - headers);
    headers += record.headerCount;
    records.push({
      offset: baseOffset + record.offsetDelta,
      timestampMs: isAppendTime ? maxMs : firstMs + record.timestampDelta,
      value: record.value,
      headers: record.headers,
    });
  }
  return records;
}

const unreadableBatch = (batch: FetchedBatch, reason: string): ReadBatch => ({
  batch,
  records: [unreadable(batch, reason)],
  heldBytes: 0,
});

function unreadable({ baseOffset, isDamaged, bytes }: FetchedBatch, reason: string): IncomingRecord {
  const { firstMs, maxMs, isAppendTime } = timesOf(bytes);
  const compression = bytes.readInt16BE(ATTRIBUTES_AT) & COMPRESSION_MASK;
  const name = Object.entries(COMPRESSION).find(([, number]) => number === compression)?.[0] ?? compression;
  const size = `${bytes.length - HEADER_BYTES} bytes, compression ${name}, records: ${bytes.readInt32BE(COUNT_AT)}`;
  // A time of a damaged batch might lie far ahead, and stream time never goes back.
  const knownMs = isAppendTime ? maxMs : firstMs;
  return {
    offset: baseOffset,
    timestampMs: isDamaged ? 0 : knownMs,
    value: bytes.subarray(HEADER_BYTES),
    headers: NO_HEADERS,
    unreadable: `a batch that cannot be read (${size}): ${reason}`,
  };
}

function timesOf(bytes: Buffer): { firstMs: number; maxMs: number; isAppendTime: boolean } {
  return {
    firstMs: Number(bytes.readBigInt64BE(27)),
    maxMs: Number(bytes.readBigInt64BE(35)),
    isAppendTime: (bytes.readInt16BE(ATTRIBUTES_AT) & LOG_APPEND_TIME_BIT) !== 0,
  };
}

/** Whether a control batch says that its transaction was aborted. */
export function isAbortMarker({ bytes }: FetchedBatch): boolean {
  const cursor = cursorOf(bytes.subarray(HEADER_BYTES));
  skipRecordStart(cursor);
  // The key of a control record: version int16, type int16; 0 is abort, 1 commit.
  const key = readField(cursor);
  return key !== null && key.length >= 4 && key.readInt16BE(2) === 0;
}

function readRecord(
  cursor: ByteCursor,
  maxHeaders: number,
): {
  readonly timestampDelta: number;
  readonly offsetDelta: number;
  readonly value: Buffer;
  readonly headers: RecordHeaders;
  readonly headerCount: number;
} {
  const { timestampDelta, offsetDelta } = skipRecordStart(cursor);
  readField(cursor); // key
  const value = readField(cursor) ?? EMPTY;
  const headerCount = Math.max(readVarint(cursor), 0);
  if (headerCount > maxHeaders) throw new RangeError(`more than ${MAX_BATCH_HEADERS} headers`);
  return { timestampDelta, offsetDelta, value, headers: readHeaders(cursor, headerCount), headerCount };
}

function skipRecordStart(cursor: ByteCursor): { timestampDelta: number; offsetDelta: number } {
  readVarint(cursor); // length
  readInt8(cursor); // attributes
  return { timestampDelta: readVarint(cursor), offsetDelta: readVarint(cursor) };
}

/** Of a repeated header the last one stands, as in most clients. */
function readHeaders(cursor: ByteCursor, count: number): RecordHeaders {
  if (count === 0) return NO_HEADERS;
  const headers: Record<string, Buffer> = {};
  for (let index = 0; index < count; index++) {
    const name = (readField(cursor) ?? EMPTY).toString('utf8');
    headers[name] = readField(cursor) ?? EMPTY;
  }
  return headers;
}

function readField(cursor: ByteCursor): Buffer | null {
  const length = readVarint(cursor);
  return length < 0 ? null : readBytes(cursor, length);
}
