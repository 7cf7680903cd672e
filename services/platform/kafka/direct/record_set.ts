/**
 * Reading of the record batches that a fetch brought (layout in record_batch.ts). Every batch is checked against its
 * CRC before anything of it is believed. Values are slices of the fetched bytes where the batch is not compressed.
 */
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { compressionsAlgorithms, crc32c } from '@platformatic/kafka';
import type { IncomingRecord, RecordHeaders } from '../port.ts';
import { cursorOf, readBytes, readInt8, readVarint, type ByteCursor } from './byte_cursor.ts';
import { ATTRIBUTES_AT, CRC_AT, HEADER_BYTES, LENGTH_END, MAGIC, TRANSACTIONAL_BIT } from './record_batch.ts';

export interface FetchedBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly producerId: bigint;
  readonly isTransactional: boolean;
  /** Markers of transactions, no records. */
  readonly isControl: boolean;
  /** Of the batch as it stands in the fetched bytes. */
  readonly bytes: Buffer;
}

/** The bytes are not what was written, or nothing that this reader knows. */
export class CorruptBatchError extends Error {
  override name = 'CorruptBatchError';
}

const COMPRESSION_MASK = 0x07;
const LOG_APPEND_TIME_BIT = 0x08;
const CONTROL_BIT = 0x20;
/** A batch that grows beyond this is no batch of ours. */
const MAX_BATCH_BYTES = 256 * 1024 * 1024;
const NO_HEADERS: RecordHeaders = {};
const EMPTY = Buffer.alloc(0);

/** Whole batches in order; the broker may cut the last one off, which is then left out. Throws CorruptBatchError. */
export function readBatches(recordSet: Buffer): FetchedBatch[] {
  const batches: FetchedBatch[] = [];
  for (let start = 0; start + HEADER_BYTES <= recordSet.length;) {
    const end = start + LENGTH_END + recordSet.readInt32BE(start + 8);
    if (end < start + HEADER_BYTES) throw new CorruptBatchError('a batch is shorter than its header');
    if (end > recordSet.length) break;
    batches.push(readHeader(recordSet.subarray(start, end)));
    start = end;
  }
  return batches;
}

function readHeader(bytes: Buffer): FetchedBatch {
  const magic = bytes.readInt8(16);
  if (magic !== MAGIC) throw new CorruptBatchError(`message format ${magic} is too old`);
  const baseOffset = Number(bytes.readBigInt64BE(0));
  if (crc32c(bytes.subarray(ATTRIBUTES_AT)) !== bytes.readUInt32BE(CRC_AT)) {
    throw new CorruptBatchError(`the batch at offset ${baseOffset} is not what was written (CRC)`);
  }
  const attributes = bytes.readInt16BE(ATTRIBUTES_AT);
  return {
    baseOffset,
    lastOffset: baseOffset + bytes.readInt32BE(23),
    producerId: bytes.readBigInt64BE(43),
    isTransactional: (attributes & TRANSACTIONAL_BIT) !== 0,
    isControl: (attributes & CONTROL_BIT) !== 0,
    bytes,
  };
}

/** Throws CorruptBatchError, also for a compression that cannot be undone. */
export function readRecords({ baseOffset, bytes }: FetchedBatch): IncomingRecord[] {
  const attributes = bytes.readInt16BE(ATTRIBUTES_AT);
  const firstTimestamp = Number(bytes.readBigInt64BE(27));
  const maxTimestamp = Number(bytes.readBigInt64BE(35));
  const isAppendTime = (attributes & LOG_APPEND_TIME_BIT) !== 0;
  const count = bytes.readInt32BE(57);
  const records: IncomingRecord[] = [];
  try {
    const cursor = cursorOf(decompress(bytes.subarray(HEADER_BYTES), attributes & COMPRESSION_MASK));
    for (let index = 0; index < count; index++) {
      const record = readRecord(cursor);
      records.push({
        offset: baseOffset + record.offsetDelta,
        timestampMs: isAppendTime ? maxTimestamp : firstTimestamp + record.timestampDelta,
        value: record.value,
        headers: record.headers,
      });
    }
  } catch (error) {
    throw new CorruptBatchError(`the batch at offset ${baseOffset} cannot be read`, { cause: error });
  }
  return records;
}

/** Whether a control batch says that its transaction was aborted. */
export function isAbortMarker({ bytes }: FetchedBatch): boolean {
  const cursor = cursorOf(bytes.subarray(HEADER_BYTES));
  skipRecordStart(cursor);
  // The key of a control record: version int16, type int16; 0 is abort, 1 commit.
  const key = readField(cursor);
  return key !== null && key.length >= 4 && key.readInt16BE(2) === 0;
}

function readRecord(cursor: ByteCursor): {
  readonly timestampDelta: number;
  readonly offsetDelta: number;
  readonly value: Buffer;
  readonly headers: RecordHeaders;
} {
  const { timestampDelta, offsetDelta } = skipRecordStart(cursor);
  readField(cursor); // key
  const value = readField(cursor) ?? EMPTY;
  return { timestampDelta, offsetDelta, value, headers: readHeaders(cursor) };
}

function skipRecordStart(cursor: ByteCursor): { timestampDelta: number; offsetDelta: number } {
  readVarint(cursor); // length
  readInt8(cursor); // attributes
  return { timestampDelta: readVarint(cursor), offsetDelta: readVarint(cursor) };
}

/** Of a repeated header the last one stands, as in most clients. */
function readHeaders(cursor: ByteCursor): RecordHeaders {
  const count = readVarint(cursor);
  if (count <= 0) return NO_HEADERS;
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

function decompress(body: Buffer, compression: number): Buffer {
  switch (compression) {
    case 0:
      return body;
    case 1:
      return gunzipSync(body, { maxOutputLength: MAX_BATCH_BYTES });
    case 2:
      return compressionsAlgorithms.snappy.decompressSync(body);
    case 3:
      return compressionsAlgorithms.lz4.decompressSync(body);
    case 4:
      return zstdDecompressSync(body, { maxOutputLength: MAX_BATCH_BYTES });
    default:
      throw new CorruptBatchError(`compression ${compression} is not known`);
  }
}
