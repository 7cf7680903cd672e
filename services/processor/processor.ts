/**
 * The processor: a member of a consumer group over the spans topic, with a worker for every partition it is given.
 *
 * Not for what happens in a partition: partition_worker.ts.
 */
import type { RecordStore } from '../core/trace/record_store.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import { GroupReader } from '../platform/kafka/group_reader.ts';
import type { Admin, Kafka, Producer } from '../platform/kafka/port.ts';
import { StallWatch } from '../platform/kafka/stall_watch.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import type { ProcessorMetrics } from './metrics.ts';
import { Slices } from '../platform/slices.ts';
import { PartitionWorker } from './partition_worker.ts';
import type { WorkerSettings } from './worker_context.ts';

export interface ProcessorSettings extends WorkerSettings {
  /** A partition that waits for something as long stands still. */
  readonly stallMs: number;
}

export interface ProcessorOptions {
  readonly settings: ProcessorSettings;
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
  private reader: GroupReader<PartitionWorker> | null = null;
  private producer: Producer | null = null;
  private admin: Admin | null = null;
  private stopTending: () => void = () => undefined;

  constructor(options: ProcessorOptions) {
    this.options = options;
  }

  async start(): Promise<void> {
    const { kafka, settings, clock, timers, log, metrics, fail } = this.options;
    const topic = settings.topics.spans;
    const admin = (this.admin = await kafka.admin());
    const producer = (this.producer = await kafka.producer());
    const slices = new Slices(clock, timers);
    const reader = (this.reader = new GroupReader({
      kafka,
      input: { topic, group: settings.group, isolation: 'read_committed' },
      createPartition: (partition, input) =>
        new PartitionWorker(partition, { ...this.options, admin, producer, slices, input }),
      stalls: new StallWatch({
        ...{ topic, limitMs: settings.stallMs, admin, clock, log },
        count: (cause) => metrics.stalls.add(1, { cause }),
      }),
      timers,
      log,
      fail,
    }));
    await reader.start();
    this.stopTending = timers.every(TEND_MS, () => reader.tend());
  }

  async stop(): Promise<void> {
    this.stopTending();
    await this.reader?.stop();
    await this.producer?.stop();
    await this.admin?.stop();
  }

  /** Null when every partition is read live, else why not. */
  notReady(): string | null {
    return this.reader === null ? 'not yet started' : this.reader.notReady();
  }
}
