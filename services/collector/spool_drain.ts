/**
 * Sends the spool's segments to Kafka, oldest first. Each is one transaction that also commits its name, as offset
 * metadata of a group of the spool's own; so whoever claims the spool next knows whether it went through, whatever a
 * crash or a lost answer left open. A segment that the disk does not give back is set aside after some attempts, and what
 * stands behind it goes on. Invariant: a segment's file is removed only once its commit is known.
 */
import { TENANT_HEADER } from '../core/contracts.ts';
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
import type { Spool } from './spool.ts';
import { withoutStored } from './spool_doubt.ts';
import type { Frame } from './spool_segment.ts';
import type { Segment } from './spool_writer.ts';

export interface SpoolDrainOptions {
  readonly spool: Spool;
  readonly kafka: Pick<Kafka, 'admin' | 'claim' | 'input'>;
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
/** How often a segment is read before it counts as unreadable: some 8 s with the pauses between. */
const READ_ATTEMPTS = 6;
/** Trouble of the process or the machine, and not of the one file: it passes. */
const PASSING_CODES: ReadonlySet<string | undefined> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);
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
  /** Of the oldest segment, in a row. */
  private failedReads = 0;
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
    const { kafka, log, metrics, onDrained, spool, topic } = this.options;
    const ownership = (this.ownership ??= await this.claim());
    const segment = await spool.oldest();
    if (segment === null) {
      // All there was is in Kafka already, as the claim has said.
      onDrained();
      return;
    }
    const read = await this.read(segment);
    if (read === null) return;
    const frames = await withoutStored(kafka, topic, read);
    if (frames.length < read.length) {
      log.info(
        { segment: segment.name, records: read.length - frames.length },
        'Kafka had these: not sent again',
      );
    }
    try {
      await this.commit(ownership, segment, frames);
      metrics.drainedRecords.add(frames.length);
      await spool.remove(segment);
    } catch (error) {
      if (!(error instanceof RecordTooLargeError)) throw error;
      log.error(
        { error, segment: segment.name },
        'a segment of the spool has a record larger than the spans topic takes: kept as *.refused.corrupt; to send it, ' +
          'raise max.message.bytes, take the ending off its name and restart the collector',
      );
      await spool.setAside(segment, 'refused.corrupt');
      await this.release();
    }
    onDrained();
  }

  /** Null where the segment was set aside, since the disk does not give it back. */
  private async read(segment: Segment): Promise<readonly Frame[] | null> {
    const { log, spool } = this.options;
    try {
      const frames = await spool.read(segment);
      this.failedReads = 0;
      return frames;
    } catch (error) {
      if (!isDiskTrouble(error) || PASSING_CODES.has(error.code)) throw error;
      this.failedReads += 1;
      if (this.failedReads < READ_ATTEMPTS) throw error;
      log.error(
        { error, segment: segment.name, bytes: segment.bytes },
        'a segment of the spool cannot be read: kept as *.unreadable, the rest goes on; look at the disk, and once the ' +
          'file can be read take the ending off its name and restart the collector',
      );
      await spool.setAside(segment, 'unreadable');
      this.failedReads = 0;
      return null;
    }
  }

  private async claim(): Promise<Ownership> {
    const { kafka, spool, topic } = this.options;
    const ownership = await kafka.claim({
      ...{ topic, partition: POSITION_PARTITION },
      ...{ group: this.group, transactionalId: this.group },
    });
    try {
      // Committed, but its file outlived it: the crash came between, or the answer was lost.
      if (ownership.committed !== null) await spool.removeNamed(ownership.committed.metadata);
      return ownership;
    } catch (error) {
      await ownership.release();
      throw error;
    }
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
    isDiskTrouble(error)
  );
}

function isDiskTrouble(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

/** The frames by partition, in order, in sends that Kafka takes. */
function batches(topic: string, frames: readonly Frame[]): PartitionRecords[] {
  const sends: PartitionRecords[] = [];
  const open = new Map<number, { records: OutgoingRecord[]; bytes: number }>();
  for (const { partition, tenant, value } of frames) {
    const record = { value, ...(tenant !== undefined && { headers: { [TENANT_HEADER]: tenant } }) };
    const batch = open.get(partition);
    if (batch !== undefined && batch.bytes + value.length <= MAX_BATCH_BYTES) {
      batch.records.push(record);
      batch.bytes += value.length;
    } else {
      const records = [record];
      open.set(partition, { records, bytes: value.length });
      sends.push({ topic, partition, records, compression: 'zstd' });
    }
  }
  return sends;
}
