/**
 * Reads partitions of a topic from an offset to an end, once, and is done: for tools, not for services.
 *
 * The reader is the only member of a group of its own, which commits nothing and is forgotten by Kafka when it leaves.
 * Invariant: it resolves only when every record before the ends has been handled; where that cannot be, it throws.
 */
import { randomUUID } from 'node:crypto';
import { systemTimers, type Timers } from '../clock.ts';
import {
  KafkaUnavailableError,
  type IncomingRecord,
  type Input,
  type InputListener,
  type Kafka,
} from './port.ts';

/** Records `[from, to)` of a partition. */
export interface OffsetRange {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

export interface TopicReading {
  readonly topic: string;
  readonly ranges: readonly OffsetRange[];
  /** `read_committed` waits for transactions that are open within a range. */
  readonly isolation: 'read_committed' | 'read_uncommitted';
  /** Records of a range, in order; the next of the partition come when it resolves. Its rejection ends the reading. */
  readonly onRecords: (partition: number, records: readonly IncomingRecord[]) => Promise<void> | void;
  /** Longest time without anything to read: an open transaction ends by itself before it. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 45_000;
const LOOK_EVERY_MS = 1_000;

/** Throws KafkaUnavailableError when nothing comes for too long, and what `onRecords` threw. */
export async function readTopic(
  kafka: Pick<Kafka, 'input'>,
  reading: TopicReading,
  timers: Pick<Timers, 'every'> = systemTimers,
): Promise<void> {
  const { topic, isolation, patienceMs = PATIENCE_MS } = reading;
  const reader = new RangeReader(reading);
  if (reader.isDone) return;
  const input = await kafka.input({ topic, group: `spanmill-read-${randomUUID()}`, isolation }, reader);
  let looks = 0;
  let heard = 0;
  const stopLooking = timers.every(LOOK_EVERY_MS, () => {
    looks = heard === reader.heard ? looks + 1 : 0;
    heard = reader.heard;
    if (reader.handling === 0 && looks * LOOK_EVERY_MS >= patienceMs) reader.giveUp();
  });
  try {
    reader.begin(input);
    await reader.done;
  } finally {
    stopLooking();
    await input.stop();
  }
}

class RangeReader implements InputListener {
  readonly done: Promise<void>;
  /** Grows with everything that is heard of Kafka. */
  heard = 0;
  handling = 0;
  private readonly reading: TopicReading;
  private readonly open = new Map<number, OffsetRange>();
  private readonly assigned = new Set<number>();
  private input: Input | null = null;
  private resolve: () => void = () => undefined;
  private reject: (error: unknown) => void = () => undefined;

  constructor(reading: TopicReading) {
    this.reading = reading;
    for (const range of reading.ranges) if (range.from < range.to) this.open.set(range.partition, range);
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Looked at by readTopic once the group is joined; it may fail before.
    this.done.catch(() => undefined);
  }

  get isDone(): boolean {
    return this.open.size === 0;
  }

  /** The group is joined, which may be after its partitions are given. */
  begin(input: Input): void {
    this.input = input;
    for (const partition of this.assigned) this.start(partition);
  }

  onAssigned(partitions: readonly number[]): void {
    this.heard += 1;
    for (const partition of partitions) {
      this.assigned.add(partition);
      this.start(partition);
    }
  }

  /** Of a group of its own nothing goes elsewhere; after a lost session it comes back, and goes on where it was. */
  onLost(partitions: readonly number[]): void {
    for (const partition of partitions) this.assigned.delete(partition);
  }

  async onRecords(partition: number, records: readonly IncomingRecord[], nextOffset: number): Promise<void> {
    this.heard += 1;
    const range = this.open.get(partition);
    if (range === undefined) return;
    const wanted = records.filter(({ offset }) => offset >= range.from && offset < range.to);
    try {
      this.handling += 1;
      if (wanted.length > 0) await this.reading.onRecords(partition, wanted);
    } catch (error) {
      this.open.clear();
      this.reject(error);
      return;
    } finally {
      this.handling -= 1;
    }
    if (nextOffset < range.to) {
      this.open.set(partition, { ...range, from: nextOffset });
      return;
    }
    this.open.delete(partition);
    this.input?.pause(partition);
    if (this.isDone) this.resolve();
  }

  onFailure(error: Error): void {
    this.open.clear();
    this.reject(error);
  }

  giveUp(): void {
    const [rest] = this.open.values();
    if (rest === undefined) return;
    const where = `${this.reading.topic}/${rest.partition} from offset ${rest.from}`;
    this.onFailure(
      new KafkaUnavailableError(`nothing came of ${where} on: Kafka is away, or a transaction stays open`),
    );
  }

  private start(partition: number): void {
    const range = this.open.get(partition);
    if (range !== undefined) this.input?.startAt(partition, range.from);
  }
}
