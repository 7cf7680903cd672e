/**
 * Looks into the log for batches whose answer was lost, before they are sent again. Such a batch carries its name in a
 * header of its first record; it lies behind the partition's end as it was known before, where it lies anywhere.
 *
 * Not for a request that is still on its way while this looks (RATIONALE.md, "Can a spooled span come twice?").
 */
import { BATCH_HEADER } from '../core/contracts.ts';
import { KafkaUnavailableError, type Kafka } from '../platform/kafka/port.ts';
import { readTopic, type OffsetRange } from '../platform/kafka/read_topic.ts';
import type { Frame } from './spool_segment.ts';

/** The frames that Kafka does not have yet. Asks nobody where none is in doubt. Throws KafkaUnavailableError. */
export async function withoutStored(
  kafka: Pick<Kafka, 'admin' | 'input'>,
  topic: string,
  frames: readonly Frame[],
): Promise<readonly Frame[]> {
  const from = new Map<number, number>();
  const wanted = new Set<string>();
  for (const { doubt, partition } of frames) {
    if (doubt === undefined) continue;
    wanted.add(doubt.batch);
    from.set(partition, Math.min(from.get(partition) ?? Infinity, doubt.from));
  }
  if (wanted.size === 0) return frames;
  const found = await findBatches(kafka, topic, await rangesFrom(kafka, topic, from), wanted);
  return frames.filter(({ doubt }) => doubt === undefined || !found.has(doubt.batch));
}

/** From there to the end that each partition has now. */
async function rangesFrom(
  kafka: Pick<Kafka, 'admin'>,
  topic: string,
  from: ReadonlyMap<number, number>,
): Promise<OffsetRange[]> {
  const admin = await kafka.admin();
  try {
    return (await admin.watermarks(topic)).flatMap(({ partition, high, low }) => {
      const start = from.get(partition);
      return start === undefined ? [] : [{ partition, from: Math.max(start, low), to: high }];
    });
  } finally {
    await admin.stop();
  }
}

/** Thrown to end the reading: nothing is left to look for. */
const ALL_FOUND = new Error('all found');

async function findBatches(
  kafka: Pick<Kafka, 'input'>,
  topic: string,
  ranges: readonly OffsetRange[],
  wanted: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  try {
    await readTopic(kafka, {
      ...{ topic, ranges, isolation: 'read_uncommitted' },
      onRecords: (_partition, records) => {
        for (const { headers } of records) {
          const name = headers[BATCH_HEADER]?.toString();
          if (name !== undefined && wanted.has(name)) found.add(name);
        }
        if (found.size === wanted.size) throw ALL_FOUND;
      },
    });
  } catch (error) {
    // Whatever ended the reading, it is Kafka's trouble and none of this process: the drain tries again.
    if (error !== ALL_FOUND) throw new KafkaUnavailableError(`${topic} could not be read`, { cause: error });
  }
  return found;
}
