/**
 * Sends the spool's segments to Kafka, oldest first. Each is one transaction that also commits its name, as offset
 * metadata of a group of the spool's own; so whoever claims the spool next knows whether it went through, whatever a
 * crash or a lost answer left open. Invariant: a segment's file is removed only once its commit is known.
 */
import type { Timers } from '../platform/clock.ts';
import {
  FencedError,
  KafkaUnavailableError,
  RecordTooLargeError,
  UnknownOutcomeError,
  type Kafka,
  type OutgoingRecord,
  type Ownership,
  type PartitionRecords,
} from '../platform/kafka/port.ts';
import type { Log } from '../platform/log.ts';
import type { CollectorMetrics } from './metrics.ts';
import type { Segment, Spool } from './spool.ts';
import type { Frame } from './spool_segment.ts';

export interface SpoolDrainOptions {
  readonly spool: Spool;
  readonly kafka: Pick<Kafka, 'claim'>;
  readonly topic: string;
  readonly timers: Pick<Timers, 'sleep'>;
  readonly log: Log;
  readonly metrics: Pick<CollectorMetrics, 'drainedRecords' | 'drainFailures'>;
  /** Kafka has taken a segment. */
  readonly onDrained: () => void;
  /** Something that cannot happen has happened: the process should end. */
  readonly onBug: (error: unknown) => void;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;
/** Of the 30 s that a process has for its stop. */
const STOP_TIMEOUT_MS = 5_000;
/** A batch must fit Kafka's message limit (20 MiB), also where nothing compresses. A larger record goes alone. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
/** The transaction needs a partition to commit an offset of; which one it is does not matter. */
const POSITION_PARTITION = 0;

export class SpoolDrain {
  private readonly options: SpoolDrainOptions;
  private readonly group: string;
  private ownership: Ownership | null = null;
  private running: Promise<void> | null = null;
  private isStopped = false;
  private readonly stopped = Promise.withResolvers<undefined>();

  constructor(options: SpoolDrainOptions) {
    this.options = options;
    this.group = `spanmill-spool-${options.spool.id}`;
  }

  /** Drains until the spool is empty, however long Kafka is away. */
  start(): void {
    if (this.isStopped || this.running !== null) return;
    this.running = this.untilEmpty().then(() => {
      this.running = null;
      // What came while the ownership was given up.
      if (!this.options.spool.isEmpty) this.start();
    }, this.options.onBug);
  }

  /** Leaves the rest to the next life. A commit under way has some time; its outcome is read from Kafka otherwise. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.stopped.resolve(undefined);
    if (this.running !== null) await Promise.race([this.running, this.options.timers.sleep(STOP_TIMEOUT_MS)]);
  }

  private async untilEmpty(): Promise<void> {
    const { log, metrics, spool, timers } = this.options;
    let pauseMs = FIRST_RETRY_MS;
    while (!this.isStopped && !spool.isEmpty) {
      try {
        await this.drainOldest();
        pauseMs = FIRST_RETRY_MS;
      } catch (error) {
        await this.release();
        if (!isOutage(error)) throw error;
        metrics.drainFailures.add(1);
        log.warn({ error, retryInMs: pauseMs }, 'the spool could not be drained');
        await Promise.race([timers.sleep(pauseMs), this.stopped.promise]);
        pauseMs = Math.min(2 * pauseMs, LAST_RETRY_MS);
      }
    }
    await this.release();
    if (spool.isEmpty) log.info({}, 'the spool is drained');
  }

  private async drainOldest(): Promise<void> {
    const { metrics, onDrained, spool } = this.options;
    const ownership = (this.ownership ??= await this.claim());
    const segment = await spool.oldest();
    if (segment === null) return;
    const frames = await spool.read(segment);
    try {
      await this.commit(ownership, segment, frames);
      metrics.drainedRecords.add(frames.length);
    } catch (error) {
      if (!(error instanceof RecordTooLargeError)) throw error;
      await spool.refuse(segment, frames);
      await this.release();
    }
    await spool.remove(segment);
    onDrained();
  }

  private async claim(): Promise<Ownership> {
    const { kafka, spool, topic } = this.options;
    const ownership = await kafka.claim({
      ...{ topic, partition: POSITION_PARTITION },
      ...{ group: this.group, transactionalId: this.group },
    });
    // Committed, but its file outlived it: the crash came between, or the answer was lost.
    if (ownership.committed !== null) await spool.removeThrough(ownership.committed.metadata);
    return ownership;
  }

  private commit(ownership: Ownership, { name }: Segment, frames: readonly Frame[]): Promise<void> {
    const position = { group: this.group, offset: 0, metadata: name };
    return ownership.commit(batches(this.options.topic, frames), [position]);
  }

  private async release(): Promise<void> {
    const { ownership } = this;
    this.ownership = null;
    await ownership?.release();
  }
}

/** Kafka or the disk; anything else is a bug. */
function isOutage(error: unknown): boolean {
  return (
    error instanceof KafkaUnavailableError ||
    error instanceof FencedError ||
    error instanceof UnknownOutcomeError ||
    (error instanceof Error && 'syscall' in error)
  );
}

/** The frames by partition, in order, in sends that Kafka takes. */
function batches(topic: string, frames: readonly Frame[]): PartitionRecords[] {
  const sends: PartitionRecords[] = [];
  const open = new Map<number, { records: OutgoingRecord[]; bytes: number }>();
  for (const { partition, value } of frames) {
    const batch = open.get(partition);
    if (batch !== undefined && batch.bytes + value.length <= MAX_BATCH_BYTES) {
      batch.records.push({ value });
      batch.bytes += value.length;
    } else {
      const records = [{ value }];
      open.set(partition, { records, bytes: value.length });
      sends.push({ topic, partition, records, compression: 'zstd' });
    }
  }
  return sends;
}
