/**
 * A membership in a consumer group whose partitions each have a life of their own: opened when they are given, closed when
 * they go elsewhere. The group only deals out work; the right to write is each partition's claim.
 *
 * Not for what happens to a partition: that is the service's OwnedPartition. Partitions that stand still are found by the
 * StallWatch; here is done what may help.
 */
import type { Timers } from '../clock.ts';
import type { Log } from '../log.ts';
import { isKafkaTrouble, type IncomingRecord, type Input, type InputOptions, type Kafka } from './port.ts';
import type { StallWatch, WatchedPartition } from './stall_watch.ts';

/** What a service does with one partition that it was given. */
export interface OwnedPartition extends WatchedPartition {
  /** Whether what an earlier owner left is made up for, and new records are being read. */
  readonly isRunning: boolean;
  /** Claims the partition and starts reading; tries again until it is closed. Never rejects. */
  open(): Promise<void>;
  /** Takes records; resolves when the next ones may come. */
  read(records: readonly IncomingRecord[], nextOffset: number, highWatermark: number): Promise<void>;
  /** Begins what the passing of time asks for. */
  tend(): void;
  /** Drops everything and claims anew. */
  restart(): void;
  /** Gives the partition up. */
  close(): Promise<void>;
}

export interface GroupReaderOptions<P extends OwnedPartition> {
  readonly kafka: Kafka;
  readonly input: InputOptions;
  /** The input resolves once the group is joined, which may be after its first partitions are given. */
  readonly createPartition: (partition: number, input: Promise<Input>) => P;
  readonly stalls: StallWatch;
  readonly timers: Timers;
  readonly log: Log;
  /** The process cannot go on. */
  readonly fail: (error: unknown) => void;
}

/** How often a position that moved without output is committed: lag is then true, and a restart quick. */
export const IDLE_COMMIT_MS = 5_000;
/** Kafka forgets the offsets of a group without members after some days: they are said again long before. */
export const REFRESH_COMMIT_MS = 3_600_000;
/** Between tries to join the group once more. */
const REJOIN_PAUSE_MS = 5_000;

export class GroupReader<P extends OwnedPartition> {
  private readonly options: GroupReaderOptions<P>;
  private readonly partitions = new Map<number, P>();
  private readonly closing = new Set<Promise<void>>();
  private input: Input | null = null;
  /** A look after stalls is under way, or what follows from it. */
  private isLooking = false;
  private isStopping = false;

  constructor(options: GroupReaderOptions<P>) {
    this.options = options;
  }

  /** Partitions at hand. */
  get size(): number {
    return this.partitions.size;
  }

  /** Resolves once the group is joined. */
  async start(): Promise<void> {
    const { kafka, input, fail } = this.options;
    const joined = kafka.input(input, {
      onAssigned: (partitions) => partitions.forEach((partition) => this.open(partition, joined)),
      onLost: (partitions) => partitions.forEach((partition) => this.close(partition)),
      onRecords: async (partition, records, nextOffset, highWatermark) => {
        await this.partitions.get(partition)?.read(records, nextOffset, highWatermark);
      },
      onFailure: fail,
    });
    try {
      this.input = await joined;
    } catch (error) {
      // Given by a join that failed then: nobody else would take them back, and they would claim for ever.
      await this.closeAll();
      throw error;
    }
  }

  /** Gives all partitions up and leaves the group. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.leave();
  }

  tend(): void {
    for (const partition of this.partitions.values()) partition.tend();
    if (this.isLooking || !this.options.stalls.isDue) return;
    this.isLooking = true;
    void this.lookAfterStalls().finally(() => {
      this.isLooking = false;
    });
  }

  /** Null when every partition at hand is read live, else why not. */
  notReady(): string | null {
    const { topic } = this.options.input;
    if (this.input === null) return `not yet a member of the consumer group of ${topic}`;
    const behind = [...this.partitions].filter(([, { isRunning }]) => !isRunning).map(([number]) => number);
    return behind.length === 0
      ? null
      : `partitions of ${topic} being claimed or replayed: ${behind.join(', ')}`;
  }

  private async lookAfterStalls(): Promise<void> {
    const { stalls, fail } = this.options;
    try {
      const { restart, rejoin } = await stalls.look(this.partitions);
      for (const partition of restart) this.partitions.get(partition)?.restart();
      if (rejoin && !this.isStopping) await this.rejoin();
    } catch (error) {
      fail(error);
    }
  }

  /** Leaves the group, with all partitions, and comes back. */
  private async rejoin(): Promise<void> {
    const { timers, log } = this.options;
    await this.leave();
    while (!this.mustStop()) {
      try {
        await this.start();
        break;
      } catch (error) {
        if (!isKafkaTrouble(error)) throw error;
        log.warn({ error }, 'the group is not joined, trying again');
        await timers.sleep(REJOIN_PAUSE_MS);
      }
    }
    // A stop that came meanwhile did not know this input.
    if (this.mustStop()) await this.leave();
  }

  private async leave(): Promise<void> {
    const { input } = this;
    // Before the input: a reader that waits for room would keep it from stopping.
    await this.closeAll();
    await input?.stop();
    // What was given while the input stopped.
    await this.closeAll();
    if (this.input === input) this.input = null;
  }

  /** As a call, since it changes while something is awaited. */
  private mustStop(): boolean {
    return this.isStopping;
  }

  private open(partition: number, joined: Promise<Input>): void {
    const opened = this.options.createPartition(partition, joined);
    this.partitions.set(partition, opened);
    opened.open().catch(this.options.fail);
  }

  private close(partition: number): void {
    const closed = this.partitions.get(partition);
    if (closed === undefined) return;
    this.partitions.delete(partition);
    const done = closed.close().finally(() => this.closing.delete(done));
    this.closing.add(done);
  }

  private async closeAll(): Promise<void> {
    for (const partition of [...this.partitions.keys()]) this.close(partition);
    await Promise.all(this.closing);
  }
}
