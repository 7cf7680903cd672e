/**
 * Produce: whole record batches to the partitions that one broker leads, acknowledged by all in-sync replicas. Written
 * here, since the library's takes records and encodes them itself. Version 12 has the layout of 11; with it a broker
 * of Kafka 4 adds the partitions to the transaction by itself.
 *
 * Every partition answers for itself: nobody may take an answer for more than its partition.
 */
import { Writer } from '@platformatic/kafka';
import type { Request } from './broker_connection.ts';
import {
  cursorOf,
  readBytes,
  readCompactArray,
  readCompactString,
  readInt16,
  readInt32,
  readInt64,
  skipTaggedFields,
  type ByteCursor,
} from '../byte_cursor.ts';

export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Buffer;
}

export interface PartitionAnswer {
  readonly topic: string;
  readonly partition: number;
  readonly code: number;
  readonly message: string;
  readonly baseOffset: number;
}

const PRODUCE_KEY = 0;
const ALL_REPLICAS = -1;
/** Longest that a broker may wait for its replicas. */
const REPLICATION_TIMEOUT_MS = 10_000;

/** At most one batch a partition. */
export function produce(
  transactionalId: string | null,
  batches: readonly PartitionBatch[],
  version: 11 | 12 = 11,
  replicationTimeoutMs: number = REPLICATION_TIMEOUT_MS,
): Request<PartitionAnswer[]> {
  return {
    apiKey: PRODUCE_KEY,
    version,
    createBody: () => requestBody(transactionalId, batches, replicationTimeoutMs),
    parse: (_correlationId, _apiKey, _version, reader) =>
      readAnswers(cursorOf(reader.buffer.slice(reader.position))),
  };
}

function requestBody(
  transactionalId: string | null,
  batches: readonly PartitionBatch[],
  replicationTimeoutMs: number,
): Writer {
  const topics = Map.groupBy(batches, ({ topic }) => topic);
  return Writer.create()
    .appendString(transactionalId)
    .appendInt16(ALL_REPLICAS)
    .appendInt32(replicationTimeoutMs)
    .appendArray([...topics], (topicWriter, [topic, partitions]) => {
      topicWriter.appendString(topic).appendArray(partitions, (writer, { partition, bytes }) => {
        writer.appendInt32(partition).appendBytes(bytes);
      });
    })
    .appendTaggedFields();
}

/** responses => name [index code base_offset append_time log_start [record_errors] message TAGS] TAGS */
function readAnswers(cursor: ByteCursor): PartitionAnswer[] {
  return readCompactArray(cursor, () => {
    const topic = readCompactString(cursor);
    const answers = readCompactArray(cursor, () => readAnswer(cursor, topic));
    skipTaggedFields(cursor);
    return answers;
  }).flat();
}

function readAnswer(cursor: ByteCursor, topic: string): PartitionAnswer {
  const partition = readInt32(cursor);
  const code = readInt16(cursor);
  const baseOffset = readInt64(cursor);
  readBytes(cursor, 16); // log append time, log start offset
  const recordMessages = readCompactArray(cursor, () => {
    readInt32(cursor);
    const message = readCompactString(cursor);
    skipTaggedFields(cursor);
    return message;
  });
  const message = [readCompactString(cursor), ...recordMessages].filter(Boolean).join('; ');
  skipTaggedFields(cursor);
  return { topic, partition, code, message, baseOffset };
}
