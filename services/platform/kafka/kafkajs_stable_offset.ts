/**
 * What a group has committed for one partition, as a claim must know it: OffsetFetch version 7 with `require_stable`, which kafkajs
 * does not speak. Without it the coordinator answers with what it knows below the high watermark of its log, which after a restart
 * of the brokers may be many commits back; see RATIONALE.md, "Why does a claim ask for the stable offset?".
 *
 * One partition alone: what owners of others have under way is no reason to wait.
 */
import { createRequire } from 'node:module';
import type { Kafka as KafkaJs } from 'kafkajs';
import {
  cursorOf,
  readCompactArray,
  readCompactString,
  readInt16,
  readInt32,
  readInt64,
  skipTaggedFields,
  type ByteCursor,
} from './byte_cursor.ts';
import { retrying, settlesWithin } from './deadline.ts';
import { createCluster, type Encoder, type Exchange, type GroupCluster } from './kafkajs_cluster.ts';
import { isTransient } from './kafkajs_errors.ts';
import type { ClaimOptions, CommittedOffset } from './port.ts';

export type OffsetOf = Pick<ClaimOptions, 'group' | 'topic' | 'partition'>;

const API_KEY = 9;
const API_VERSION = 7;
/** Then with new connections, if the claim has time left. */
const LONGEST_TRY_MS = 15_000;
const RETRY_PAUSE_MS = 100;
const CLOSE_TIMEOUT_MS = 5_000;

const require = createRequire(import.meta.url);
const KafkaJsEncoder = require('kafkajs/src/protocol/encoder') as new () => Encoder;
const { createErrorFromCode } = require('kafkajs/src/protocol/error') as {
  createErrorFromCode: (code: number) => Error;
};

/** No answer is not the answer that there is none. */
class NoAnswerError extends Error {
  override name = 'NoAnswerError';
  readonly retriable = true;
}

/**
 * Null where nothing is committed. Waits while a transaction may change it (UNSTABLE_OFFSET_COMMIT), and while the coordinator's
 * high watermark has not reached the end of its log (NOT_COORDINATOR).
 */
export async function stableOffset(
  client: KafkaJs,
  of: OffsetOf,
  timeoutMs: number,
): Promise<CommittedOffset | null> {
  const cluster = createCluster(client);
  try {
    return await retrying(
      { timeoutMs: Math.min(timeoutMs, LONGEST_TRY_MS), pauseMs: RETRY_PAUSE_MS, retriable: isTransient },
      () => ask(cluster, of),
    );
  } finally {
    await settlesWithin(CLOSE_TIMEOUT_MS, cluster.disconnect());
  }
}

async function ask(cluster: GroupCluster, of: OffsetOf): Promise<CommittedOffset | null> {
  await cluster.connect();
  // Anew each time: it may have moved.
  const coordinator = await cluster.findGroupCoordinator({ groupId: of.group });
  const version = coordinator.versions[API_KEY]?.maxVersion ?? 0;
  if (version < API_VERSION) {
    throw new Error(`a claim needs Kafka 2.5 or newer: this broker has OffsetFetch ${version} at most`);
  }
  return coordinator.connectionPool.send(offsetFetch(of));
}

/** Exported for its test. */
export function offsetFetch(of: OffsetOf): Exchange<OffsetAnswer, CommittedOffset | null> {
  return {
    request: {
      ...{ apiKey: API_KEY, apiVersion: API_VERSION, apiName: 'OffsetFetch' },
      encode: () => Promise.resolve(encodeRequest(of)),
    },
    response: {
      decode: (payload) => Promise.resolve(payload).then(decodeResponse),
      parse: (answer) => Promise.resolve(answer).then((given) => committedIn(given, of)),
    },
    // It is tried again, or thrown.
    logResponseError: false,
  };
}

/**
 * TAGS (of the header) | group COMPACT_STRING | topics COMPACT_ARRAY | require_stable bool | TAGS
 * topic: name COMPACT_STRING | partitions COMPACT_ARRAY of int32 | TAGS
 */
function encodeRequest({ group, topic, partition }: OffsetOf): Encoder {
  const encoder = (): Encoder => new KafkaJsEncoder();
  const asked = encoder()
    .writeUVarIntString(topic)
    .writeUVarIntArray([encoder().writeInt32(partition)])
    .writeUVarIntBytes();
  return encoder()
    .writeUVarIntBytes()
    .writeUVarIntString(group)
    .writeUVarIntArray([asked])
    .writeBoolean(true)
    .writeUVarIntBytes();
}

interface OffsetAnswer {
  readonly topics: readonly { readonly name: string; readonly partitions: readonly PartitionAnswer[] }[];
  readonly code: number;
}
interface PartitionAnswer extends CommittedOffset {
  readonly partition: number;
  readonly code: number;
}

function committedIn({ topics, code }: OffsetAnswer, of: OffsetOf): CommittedOffset | null {
  if (code !== 0) throw createErrorFromCode(code);
  const found = topics
    .find(({ name }) => name === of.topic)
    ?.partitions.find(({ partition }) => partition === of.partition);
  if (found === undefined) throw new NoAnswerError(`no answer for ${of.group}`);
  if (found.code !== 0) throw createErrorFromCode(found.code);
  const { offset, metadata } = found;
  return offset < 0 ? null : { offset, metadata };
}

/**
 * TAGS (of the header) | throttle_ms int32 | topics COMPACT_ARRAY | code int16 | TAGS
 * topic: name COMPACT_STRING | partitions COMPACT_ARRAY | TAGS
 */
function decodeResponse(payload: Buffer): OffsetAnswer {
  const cursor = cursorOf(payload);
  skipTaggedFields(cursor);
  readInt32(cursor);
  const topics = readCompactArray(cursor, readTopic);
  return { topics, code: readInt16(cursor) };
}

function readTopic(cursor: ByteCursor): { name: string; partitions: PartitionAnswer[] } {
  const name = readCompactString(cursor);
  const partitions = readCompactArray(cursor, readPartition);
  skipTaggedFields(cursor);
  return { name, partitions };
}

/** partition int32 | offset int64 | leader_epoch int32 | metadata COMPACT_NULLABLE_STRING | code int16 | TAGS */
function readPartition(cursor: ByteCursor): PartitionAnswer {
  const partition = readInt32(cursor);
  const offset = readInt64(cursor);
  readInt32(cursor);
  const metadata = readCompactString(cursor);
  const code = readInt16(cursor);
  skipTaggedFields(cursor);
  return { partition, offset, metadata, code };
}
