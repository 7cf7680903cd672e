/**
 * The processor: a member of a consumer group over the spans topic, with a worker for every partition it is given.
 *
 * Not for what happens in a partition (partition_worker.ts). The group only deals out work; the right to publish is
 * each worker's claim.
 */
import type { RecordStore } from '../core/trace/record_store.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import type { Admin, Input, Kafka, Producer } from '../platform/kafka/port.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import type { ProcessorMetrics } from './metrics.ts';
import { PartitionWorker, type WorkerSettings } from './partition_worker.ts';

export interface ProcessorOptions {
  readonly settings: WorkerSettings;
  readonly kafka: Kafka;
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly metrics: ProcessorMetrics;
  readonly fail: (error: unknown) => void;
}

/** How often commits, ticks and cuts are looked after. */
const TEND_MS = 100;

export class Processor implements Part {
  readonly name = 'processor';
  private readonly options: ProcessorOptions;
  private readonly workers = new Map<number, PartitionWorker>();
  private closing = new Set<Promise<void>>();
  private joined: Promise<Input> | null = null;
  private input: Input | null = null;
  private producer: Producer | null = null;
  private admin: Admin | null = null;
  private stopTending: () => void = () => undefined;

  constructor(options: ProcessorOptions) {
    this.options = options;
  }

  async start(): Promise<void> {
    const { kafka, settings, timers, fail } = this.options;
    this.admin = await kafka.admin();
    this.producer = await kafka.producer();
    this.joined = kafka.input(
      { topic: settings.topics.spans, group: settings.group, isolation: 'read_uncommitted' },
      {
        onAssigned: (partitions) => partitions.forEach((partition) => this.open(partition)),
        onLost: (partitions) => partitions.forEach((partition) => this.close(partition)),
        onRecords: async (partition, records, nextOffset, highWatermark) => {
          await this.workers.get(partition)?.read(records, nextOffset, highWatermark);
        },
        onFailure: fail,
      },
    );
    this.input = await this.joined;
    this.stopTending = timers.every(TEND_MS, () => this.tend());
  }

  async stop(): Promise<void> {
    this.stopTending();
    await this.input?.stop();
    for (const partition of [...this.workers.keys()]) this.close(partition);
    await Promise.all(this.closing);
    await this.producer?.stop();
    await this.admin?.stop();
  }

  /** Null when every partition is read live, else why not. */
  notReady(): string | null {
    if (this.input === null) return 'not yet a member of the consumer group';
    const behind = [...this.workers]
      .filter(([, worker]) => !worker.isRunning)
      .map(([partition]) => partition);
    return behind.length === 0 ? null : `partitions being claimed or replayed: ${behind.join(', ')}`;
  }

  private open(partition: number): void {
    const { producer, admin, joined: input } = this;
    if (producer === null || admin === null || input === null) return;
    const worker = new PartitionWorker(partition, { ...this.options, admin, producer, input });
    this.workers.set(partition, worker);
    void worker.open();
  }

  private close(partition: number): void {
    const worker = this.workers.get(partition);
    if (worker === undefined) return;
    this.workers.delete(partition);
    const closed = worker.close().finally(() => this.closing.delete(closed));
    this.closing.add(closed);
  }

  private tend(): void {
    for (const worker of this.workers.values()) worker.tend().catch(this.options.fail);
  }
}
