/**
 * The two ways of what was received into our topics, with the offset up to which it was read.
 *
 * Exactly once, where the source is our own Kafka: one transaction holds records, dead letters and the offset. At least once from
 * another Kafka, which no transaction spans: what was received is stored first (in Kafka or the spool), then the offset is committed
 * there. A crash between the two, or an answer that was lost, stores it again.
 */
import type { PartitionSpans } from '../core/otlp/split_request.ts';
import type { Timers } from '../platform/clock.ts';
import { letterBytes } from '../platform/kafka/dead_letter.ts';
import {
  KafkaUnavailableError,
  type OffsetCommit,
  type OutgoingRecord,
  type Ownership,
  type PartitionRecords,
  type Producer,
} from '../platform/kafka/port.ts';
import { valueBytes, type RecordValue } from '../platform/kafka/record_value.ts';
import type { Log } from '../platform/log.ts';
import { packRecords, type Batcher } from './batcher.ts';
import type { ReceivedBatch } from './kafka_receiver_batch.ts';

export interface Delivery {
  readonly batch: ReceivedBatch;
  readonly ownership: Pick<Ownership, 'commit'>;
  readonly offsets: readonly OffsetCommit[];
  /** Of the source; its letters go to the partition of the same number, or as near as there is. */
  readonly partition: number;
  /** Whether trying again is of use: the partition is still ours. */
  readonly isWanted: () => boolean;
}

/** Resolves once all of it is stored and the offset committed. Throws what `Ownership.commit` throws. */
export type Deliver = (delivery: Delivery) => Promise<void>;

export interface LetterTopic {
  readonly topic: string;
  readonly partitions: number;
}

/** A send is one batch to Kafka and has to fit its message limit (20 MiB). A larger record goes alone. */
const MAX_SEND_BYTES = 4 * 1024 * 1024;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;

export interface ExactlyOnceOptions {
  readonly topic: string;
  /** Whose spans these are. */
  readonly tenant: string;
  readonly recordBytes: number;
  readonly letterTopic: LetterTopic;
}

export function deliverExactlyOnce({ letterTopic, ...options }: ExactlyOnceOptions): Deliver {
  return ({ batch, ownership, offsets, partition }) => {
    const outputs = spanSends(batch.parts, options);
    return ownership.commit([...outputs, ...letterSends(batch, letterTopic, partition)], offsets);
  };
}

export interface AtLeastOnceOptions {
  readonly batcher: Pick<Batcher, 'add'>;
  /** Whose spans these are. */
  readonly tenant: string;
  /** Of our Kafka, for dead letters: the spool keeps spans only. */
  readonly producer: Pick<Producer, 'append'>;
  readonly letterTopic: LetterTopic;
  readonly timers: Pick<Timers, 'sleep'>;
  readonly log: Log;
}

export function deliverAtLeastOnce(options: AtLeastOnceOptions): Deliver {
  const { batcher, tenant, producer, letterTopic } = options;
  return async ({ batch, ownership, offsets, partition, isWanted }) => {
    const spans = batch.parts.map((part) => () => batcher.add([part], tenant));
    const letters = letterSends(batch, letterTopic, partition).map((send) => () => producer.append(send));
    if (await storeAll([...spans, ...letters], isWanted, options)) await ownership.commit([], offsets);
  };
}

/** Tries again what neither Kafka nor the spool took, and only that. False where the partition went elsewhere before all was taken. */
async function storeAll(
  stores: readonly (() => Promise<unknown>)[],
  isWanted: () => boolean,
  { timers, log }: Pick<AtLeastOnceOptions, 'timers' | 'log'>,
): Promise<boolean> {
  let pauseMs = FIRST_RETRY_MS;
  for (let rest = stores; rest.length > 0;) {
    if (!isWanted()) return false;
    const failures = await Promise.all(rest.map(failureOf));
    rest = rest.filter((_, at) => failures[at] !== null);
    if (rest.length === 0) break;
    log.warn(
      { error: failures.find((one) => one !== null), retryInMs: pauseMs },
      'what was received is not taken, trying again',
    );
    await timers.sleep(pauseMs);
    pauseMs = Math.min(2 * pauseMs, LAST_RETRY_MS);
  }
  return true;
}

/** Null where it was taken. Throws what trying again does not mend. */
async function failureOf(store: () => Promise<unknown>): Promise<KafkaUnavailableError | null> {
  try {
    await store();
    return null;
  } catch (error) {
    if (error instanceof KafkaUnavailableError) return error;
    throw error;
  }
}

function spanSends(
  parts: readonly PartitionSpans[],
  { topic, tenant, recordBytes }: Omit<ExactlyOnceOptions, 'letterTopic'>,
): PartitionRecords[] {
  const sends: PartitionRecords[] = [];
  for (const [partition, ofPartition] of Map.groupBy(parts, (part) => part.partition)) {
    for (const records of inSends(packRecords(tenant, ofPartition, recordBytes), ({ value }) =>
      valueBytes(value),
    )) {
      sends.push({ topic, partition, records, compression: 'zstd' });
    }
  }
  return sends;
}

function letterSends({ letters }: ReceivedBatch, to: LetterTopic, partition: number): PartitionRecords[] {
  const records = letters.map(({ record }) => record);
  const place = { topic: to.topic, partition: partition % to.partitions };
  return inSends(records, letterBytes).map((send) => ({ ...place, records: send, compression: 'zstd' }));
}

function inSends<Value extends RecordValue>(
  records: readonly OutgoingRecord<Value>[],
  sizeOf: (record: OutgoingRecord<Value>) => number,
): OutgoingRecord<Value>[][] {
  const sends: OutgoingRecord<Value>[][] = [];
  let bytes = Infinity;
  for (const record of records) {
    bytes += sizeOf(record);
    if (bytes > MAX_SEND_BYTES) {
      sends.push([]);
      bytes = sizeOf(record);
    }
    sends.at(-1)?.push(record);
  }
  return sends;
}
