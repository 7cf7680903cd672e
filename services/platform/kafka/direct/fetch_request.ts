/** Fetch, version 12 (topics by name), without a fetch session. Record sets come as they are stored. */
import { Writer } from '@platformatic/kafka';
import type { InputOptions } from '../port.ts';
import type { Request } from './broker_connection.ts';
import { checkCode } from './broker_error.ts';
import {
  cursorOf,
  readBigInt64,
  readBytes,
  readCompactArray,
  readCompactLength,
  readCompactString,
  readInt16,
  readInt32,
  readInt64,
  skipTaggedFields,
  type ByteCursor,
} from '../byte_cursor.ts';
import type { AbortedTransaction } from '../committed_batches.ts';

export interface FetchOptions {
  readonly topic: string;
  readonly isolation: InputOptions['isolation'];
  readonly partitions: readonly { readonly partition: number; readonly offset: number }[];
}

export interface FetchedPartition {
  readonly partition: number;
  readonly code: number;
  readonly highWatermark: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly recordSet: Buffer;
}

const FETCH_KEY = 1;
const VERSION = 12;
const CONSUMER = -1;
/** Also how long a partition whose handler has just ended may wait to be fetched, where every lane is taken. */
const MAX_WAIT_MS = 250;
const MIN_BYTES = 1;
const MAX_BYTES = 4 * 1024 * 1024;
/** A single batch may be larger: the broker always sends a whole one. */
const MAX_PARTITION_BYTES = 1024 * 1024;
const NO_SESSION = { id: 0, epoch: -1 };
const EMPTY = Buffer.alloc(0);

export function fetchRecords(options: FetchOptions): Request<FetchedPartition[]> {
  return {
    apiKey: FETCH_KEY,
    version: VERSION,
    createBody: () => requestBody(options),
    parse: (_correlationId, _apiKey, _version, reader) =>
      readAnswer(cursorOf(reader.buffer.slice(reader.position))),
  };
}

function requestBody({ topic, isolation, partitions }: FetchOptions): Writer {
  return Writer.create()
    .appendInt32(CONSUMER)
    .appendInt32(MAX_WAIT_MS)
    .appendInt32(MIN_BYTES)
    .appendInt32(MAX_BYTES)
    .appendInt8(isolation === 'read_committed' ? 1 : 0)
    .appendInt32(NO_SESSION.id)
    .appendInt32(NO_SESSION.epoch)
    .appendArray([topic], (topicWriter, name) => {
      topicWriter.appendString(name).appendArray([...partitions], (writer, { partition, offset }) => {
        writer
          .appendInt32(partition)
          .appendInt32(-1) // leader epoch
          .appendInt64(BigInt(offset))
          .appendInt32(-1) // epoch of the last fetched record
          .appendInt64(-1n) // log start: of followers only
          .appendInt32(MAX_PARTITION_BYTES);
      });
    })
    .appendArray([], () => undefined)
    .appendString('')
    .appendTaggedFields();
}

/** throttle_time error_code session_id [topic [partition] TAGS] TAGS */
function readAnswer(cursor: ByteCursor): FetchedPartition[] {
  readInt32(cursor);
  checkCode(readInt16(cursor));
  readInt32(cursor);
  return readCompactArray(cursor, () => {
    readCompactString(cursor);
    const partitions = readCompactArray(cursor, readPartition);
    skipTaggedFields(cursor);
    return partitions;
  }).flat();
}

/** index code high_watermark last_stable_offset log_start_offset [aborted] preferred_replica records TAGS */
function readPartition(cursor: ByteCursor): FetchedPartition {
  const partition = readInt32(cursor);
  const code = readInt16(cursor);
  const highWatermark = readInt64(cursor);
  readBytes(cursor, 16);
  const aborted = readCompactArray(cursor, () => {
    const producerId = readBigInt64(cursor);
    const firstOffset = readInt64(cursor);
    skipTaggedFields(cursor);
    return { producerId, firstOffset };
  });
  readInt32(cursor);
  const length = readCompactLength(cursor);
  const recordSet = length > 0 ? readBytes(cursor, length) : EMPTY;
  skipTaggedFields(cursor);
  return { partition, code, highWatermark, aborted, recordSet };
}
