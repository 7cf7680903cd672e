/**
 * A fetch's answer (version 11) as kafkajs takes it, with the batches read as the direct client reads them:
 *
 *   throttle_time int32 | error int16 | session int32 | [topic string | [partition int32 | error int16 | high_watermark int64 |
 *   last_stable_offset int64 | log_start_offset int64 | [producer_id int64 | first_offset int64] | preferred_replica int32 |
 *   records bytes]]
 *
 * kafkajs goes on behind the last message that it is given, so each offset that brings nothing (of markers, of aborted records,
 * behind the first of a batch that cannot be read) is a message that it takes for a marker and passes over. Checksums are not looked at, which
 * kafkajs never did: in JavaScript they would cost more than all the rest.
 */
import {
  cursorOf,
  readBigInt64,
  readBytes,
  readInt16,
  readInt32,
  readInt64,
  type ByteCursor,
} from './byte_cursor.ts';
import { committedBatches, type AbortedTransaction } from './committed_batches.ts';
import { inflate } from './inflate.ts';
import type { IncomingRecord, RecordHeaders } from './port.ts';
import { readBatches, readWithinLimit, type FetchedBatch } from './record_set.ts';

export interface FetchedMessage extends Pick<IncomingRecord, 'value' | 'headers' | 'unreadable'> {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: null;
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
}

const MAX_PASSED = 250_000;
const EMPTY = Buffer.alloc(0);
const NO_HEADERS: RecordHeaders = {};

/** Throws CorruptBatchError, RangeError where it is no such answer. */
export function decodeFetch(payload: Buffer) {
  const cursor = cursorOf(payload);
  // That the broker has throttled it says nothing: it is the client who waits, and the request was not held up.
  const clientSideThrottleTime = readInt32(cursor);
  const errorCode = readInt16(cursor);
  const sessionId = readInt32(cursor);
  const responses = readArray(cursor, () => ({
    topicName: readBytes(cursor, readInt16(cursor)).toString('utf8'),
    partitions: readArray(cursor, readPartition),
  }));
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

function readPartition(cursor: ByteCursor) {
  const partition = readInt32(cursor);
  const errorCode = readInt16(cursor);
  const [highWatermark, lastStableOffset, lastStartOffset] = [0, 0, 0].map(() => String(readInt64(cursor)));
  const aborted = readArray(cursor, () => ({
    producerId: readBigInt64(cursor),
    firstOffset: readInt64(cursor),
  }));
  const preferredReadReplica = readInt32(cursor);
  const length = readInt32(cursor);
  const recordSet = length > 0 ? readBytes(cursor, length) : EMPTY;
  return {
    ...{ partition, errorCode, highWatermark, lastStableOffset, lastStartOffset, preferredReadReplica },
    // What was aborted is left out here.
    abortedTransactions: [],
    messages: readMessages(recordSet, aborted),
  };
}

function readMessages(recordSet: Buffer, aborted: readonly AbortedTransaction[]): FetchedMessage[] {
  const batches = readBatches(recordSet, null);
  // Without open transactions nothing is named as aborted, nor where all records are asked for.
  const kept = committedBatches(batches, aborted);
  const read = readWithinLimit(kept, inflate);
  const recordsOf = new Map(read.map(({ batch, records }) => [batch, records]));
  const end = kept[read.length]?.baseOffset ?? Infinity;
  const messages: FetchedMessage[] = [];
  for (const batch of batches) {
    if (batch.baseOffset >= end) break;
    const records = recordsOf.get(batch) ?? [];
    for (const record of records) messages.push(toMessage(record, batch, false));
    const next = (records.at(-1)?.offset ?? batch.baseOffset - 1) + 1;
    for (const offset of offsetsFrom(next, batch.lastOffset)) {
      messages.push(toMessage({ offset, timestampMs: 0, value: EMPTY, headers: NO_HEADERS }, batch, true));
    }
  }
  return messages;
}

/**
 * All of them, since reading may begin anywhere in a batch, and what comes first must be what was asked for. No batch that can
 * be read has as many.
 */
function offsetsFrom(first: number, last: number): number[] {
  if (last - first >= MAX_PASSED) return [first, last];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

function toMessage(
  { offset, timestampMs, value, headers, unreadable }: IncomingRecord,
  { producerId, isTransactional }: FetchedBatch,
  isControlRecord: boolean,
): FetchedMessage {
  return {
    offset: String(offset),
    timestamp: String(timestampMs),
    ...{ key: null, value, headers, isControlRecord },
    ...(unreadable !== undefined && { unreadable }),
    batchContext: { producerId: String(producerId), inTransaction: isTransactional },
  };
}

/** A length of -1 is that of an array that is not there. */
function readArray<T>(cursor: ByteCursor, readElement: (cursor: ByteCursor) => T): T[] {
  return Array.from({ length: Math.max(0, readInt32(cursor)) }, () => readElement(cursor));
}
