/** Where a claimed partition begins: at what was committed, or, the first time, where the log does. */
import type { TopicNames } from '../core/contracts.ts';
import {
  KafkaUnavailableError,
  type Admin,
  type CommittedOffset,
  type Watermarks,
} from '../platform/kafka/port.ts';
import type { Log } from '../platform/log.ts';
import type { PartitionCounts } from './output_spread.ts';
import { decodePosition, type Position } from './position.ts';

export type StartPolicy = 'committed' | 'earliest' | 'latest';

/** Beginning anywhere would repeat or skip spans; people have to say which. */
export class StartRefusedError extends Error {
  override name = 'StartRefusedError';
}

/** Throws StartRefusedError and PositionError, and KafkaUnavailableError where the brokers have less than was read. */
export async function findStart(
  committed: CommittedOffset | null,
  policy: StartPolicy,
  admin: Admin,
  topics: TopicNames,
  partition: number,
  publishedBefore: boolean,
  log: Log,
): Promise<Position> {
  const spans = await watermarksOf(admin, topics.spans, partition);
  if (committed === null) return firstStart(policy, spans, publishedBefore);
  const position = decodePosition(committed);
  if (position.publishFrom > spans.high) {
    // For a moment that is a new leader that does not know its end yet; for longer, records that are gone. What is written
    // in their place would be taken for published.
    throw new KafkaUnavailableError(
      `${topics.spans}/${partition} ends at ${spans.high}, before offset ${position.publishFrom} that was published`,
    );
  }
  if (position.low.offset >= spans.low) return position;
  const lost = spans.low - position.low.offset;
  log.error(
    { lost, from: spans.low },
    'retention of the spans topic passed the committed offset: those records are gone',
  );
  const low = { offset: spans.low, clock: position.low.clock };
  return { low, publishFrom: Math.max(position.publishFrom, spans.low) };
}

function firstStart(policy: StartPolicy, spans: Watermarks, publishedBefore: boolean): Position {
  if (policy === 'committed' && publishedBefore) {
    throw new StartRefusedError(
      `partition ${spans.partition}: nothing is committed, yet traces were published. Set ` +
        'SPANMILL_PROCESSOR_START=latest to skip the spans that are there, or earliest to publish them again',
    );
  }
  const offset = policy === 'latest' ? spans.high : spans.low;
  return { low: { offset, clock: { streamMs: 0, appendMs: 0 } }, publishFrom: offset };
}

/** The group whose offsets say how far a processor has read and published; in one transaction with those of its own. */
export const progressGroup = (group: string): string => `${group}.progress`;

/**
 * Whether traces were published from the partition, though perhaps nothing is committed for it any more. Asked before the claim: what
 * was published by then was committed by then, so a claim that finds nothing committed is not misled by what another owner publishes
 * after it. A partition of the traces holds what comes from many of the spans: it is the offsets that tell them apart.
 */
export async function isPublished(
  admin: Admin,
  topics: TopicNames,
  group: string,
  partition: number,
): Promise<boolean> {
  const traces = await admin.watermarks(topics.traces);
  if (traces.every(({ high }) => high === 0)) return false;
  if ((await admin.committed(progressGroup(group), topics.spans, partition)) !== null) return true;
  return !(await hasCommitted(admin, topics, group));
}

/** Whether the group has an offset of any partition: then what it lacks one of, it has not had. */
async function hasCommitted(admin: Admin, topics: TopicNames, group: string): Promise<boolean> {
  const partitions = await admin.partitionCount(topics.spans);
  for (let partition = 0; partition < partitions; partition++) {
    if ((await admin.committed(group, topics.spans, partition)) !== null) return true;
  }
  return false;
}

/** How many partitions there are of what is read and of what is published. */
export async function countPartitions(admin: Admin, topics: TopicNames): Promise<PartitionCounts> {
  const [spans, traces, metrics] = await Promise.all([
    countOf(admin, topics.spans),
    countOf(admin, topics.traces),
    countOf(admin, topics.metrics),
  ]);
  return { spans, traces, metrics };
}

async function countOf(admin: Admin, topic: string): Promise<number> {
  const count = await admin.partitionCount(topic);
  if (count === 0) throw new KafkaUnavailableError(`there is no topic ${topic}`);
  return count;
}

async function watermarksOf(admin: Admin, topic: string, partition: number): Promise<Watermarks> {
  const watermarks = (await admin.watermarks(topic)).find((one) => one.partition === partition);
  if (watermarks === undefined)
    throw new KafkaUnavailableError(`topic ${topic} has no partition ${partition}`);
  return watermarks;
}
