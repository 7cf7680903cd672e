/** The dead-letters topic as the commands read it: once from beginning to end, values only where they are asked for. */
import type { TopicNames } from '../../core/contracts.ts';
import { readTopic, type OffsetRange } from '../../platform/kafka/read_topic.ts';
import type { Admin, IncomingRecord, Kafka } from '../../platform/kafka/port.ts';
import { CliError } from '../context.ts';
import { matches, replayedBy, toLetter, type Letter, type LetterFilter, type Source } from './letter.ts';

export interface LetterBox {
  readonly kafka: Kafka;
  readonly topics: TopicNames;
  readonly ranges: readonly OffsetRange[];
  /** How many each topic has. */
  readonly partitions: Readonly<Record<Source, number>>;
}

export interface Letters {
  /** Newest first. */
  readonly letters: readonly Letter[];
  /** Ids of those that were sent back. */
  readonly replayed: ReadonlySet<string>;
}

/** Where the letters begin and end now. Throws CliError where the topic is not there. */
export async function openLetterBox(kafka: Kafka, admin: Admin, topics: TopicNames): Promise<LetterBox> {
  const letterPartitions = await admin.partitionCount(topics.deadLetters);
  const partitions = {
    spans: await admin.partitionCount(topics.spans),
    traces: await admin.partitionCount(topics.traces),
    metrics: await admin.partitionCount(topics.metrics),
  };
  if (letterPartitions === 0 || partitions.spans === 0) {
    throw new CliError([
      `Kafka has no topics ${topics.deadLetters} and ${topics.spans}: spanmill migrate creates them; ` +
        'SPANMILL_KAFKA_TOPIC_PREFIX says how they are named',
    ]);
  }
  const marks = await admin.watermarks(topics.deadLetters);
  const ranges = marks.map(({ partition, low, high }) => ({ partition, from: low, to: high }));
  return { kafka, topics, ranges, partitions };
}

/** What is said of every letter that matches; values are not kept. */
export async function listLetters(box: LetterBox, filter: LetterFilter): Promise<Letters> {
  const letters: Letter[] = [];
  const replayed = new Set<string>();
  await readBox(box, box.ranges, (partition, records) => {
    for (const record of records) {
      const marked = replayedBy(record);
      if (marked !== null) replayed.add(marked);
      else {
        const letter = toLetter(partition, record, box.topics);
        if (matches(letter, filter)) letters.push(letter);
      }
    }
  });
  letters.sort((a, b) => b.timeMs - a.timeMs || b.partition - a.partition || b.offset - a.offset);
  return { letters, replayed };
}

/** One record, whole; null where there is none at this offset. */
export async function readLetter(
  box: LetterBox,
  partition: number,
  offset: number,
): Promise<IncomingRecord | null> {
  let found: IncomingRecord | null = null;
  const range = box.ranges.find((one) => one.partition === partition);
  if (range === undefined || offset < range.from || offset >= range.to) return null;
  await readBox(box, [{ partition, from: offset, to: offset + 1 }], (_, records) => {
    for (const record of records) found = { ...record, value: Buffer.from(record.value) };
  });
  return found;
}

/** Reads from the first of the letters to the last of them, each partition; other records come too. */
export function readLetters(
  box: LetterBox,
  letters: readonly Letter[],
  onRecords: (partition: number, records: readonly IncomingRecord[]) => Promise<void>,
): Promise<void> {
  const ranges = new Map<number, OffsetRange>();
  for (const { partition, offset } of letters) {
    const { from = offset, to = offset + 1 } = ranges.get(partition) ?? {};
    ranges.set(partition, { partition, from: Math.min(from, offset), to: Math.max(to, offset + 1) });
  }
  return readBox(box, [...ranges.values()], onRecords);
}

function readBox(
  { kafka, topics }: LetterBox,
  ranges: readonly OffsetRange[],
  onRecords: (partition: number, records: readonly IncomingRecord[]) => Promise<void> | void,
): Promise<void> {
  return readTopic(kafka, { topic: topics.deadLetters, ranges, isolation: 'read_committed', onRecords });
}
