/**
 * The sink: a member of the consumer groups of the traces and the metrics topic, with a way into ClickHouse for every partition it
 * is given.
 *
 * Not for what happens to a partition: partition_sink.ts.
 */
import type { TopicNames } from '../core/contracts.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import { GroupReader } from '../platform/kafka/group_reader.ts';
import type { Admin, Kafka } from '../platform/kafka/port.ts';
import { StallWatch } from '../platform/kafka/stall_watch.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { Slices } from '../platform/slices.ts';
import type { BatchLimits } from './batch.ts';
import type { BlockWriter } from './block_writer.ts';
import { MetricRecords } from './metric_records.ts';
import type { SinkMetrics } from './metrics.ts';
import { PartitionSink } from './partition_sink.ts';
import type { RecordRows } from './record_rows.ts';
import type { StartPolicy } from './start_position.ts';
import { TraceRecords } from './trace_records.ts';

export interface SinkSettings {
  readonly topics: TopicNames;
  readonly group: string;
  readonly start: StartPolicy;
  readonly batch: BatchLimits;
  /** In place of the batches' interval, for metrics: nobody waits for a row of theirs. */
  readonly metricsIntervalMs: number;
  /** Rows of all partitions together. */
  readonly memoryBytes: number;
  /** A partition that waits for something as long stands still. */
  readonly stallMs: number;
}

export interface SinkOptions {
  readonly settings: SinkSettings;
  readonly writer: BlockWriter;
  readonly kafka: Kafka;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly metrics: SinkMetrics;
  readonly fail: (error: unknown) => void;
}

/** How often batches that are due and lag are looked after. */
const TEND_MS = 100;

export class Sink implements Part {
  readonly name = 'sink';
  private readonly options: SinkOptions;
  private readonly slices: Slices;
  private readers: readonly GroupReader<PartitionSink>[] = [];
  private admin: Admin | null = null;
  private stopTending: () => void = () => undefined;

  constructor(options: SinkOptions) {
    this.options = options;
    this.slices = new Slices(options.clock, options.timers);
  }

  async start(): Promise<void> {
    const { kafka, timers, settings } = this.options;
    const { traces, metrics, deadLetters } = settings.topics;
    const admin = (this.admin = await kafka.admin());
    const deadLetterPartitions = await admin.partitionCount(deadLetters);
    this.readers = [
      this.readerOf(traces, () => new TraceRecords(), settings.batch.intervalMs, admin, deadLetterPartitions),
      this.readerOf(
        metrics,
        () => new MetricRecords(),
        settings.metricsIntervalMs,
        admin,
        deadLetterPartitions,
      ),
    ];
    for (const reader of this.readers) await reader.start();
    this.stopTending = timers.every(TEND_MS, () => {
      for (const reader of this.readers) reader.tend();
    });
  }

  async stop(): Promise<void> {
    this.stopTending();
    await Promise.all(this.readers.map((reader) => reader.stop()));
    await this.admin?.stop();
  }

  /** Null when every partition is read live and stored, else why not. */
  notReady(): string | null {
    if (this.readers.length === 0) return 'not yet started';
    const reasons = this.readers.map((reader) => reader.notReady());
    return reasons.find((reason) => reason !== null) ?? this.options.writer.failure;
  }

  private readerOf(
    topic: string,
    createRows: () => RecordRows,
    intervalMs: number,
    admin: Admin,
    deadLetterPartitions: number,
  ): GroupReader<PartitionSink> {
    const { kafka, settings, fail, clock, timers, log, metrics } = this.options;
    const { group, start, topics, stallMs } = settings;
    const limits = (): BatchLimits => this.limits(intervalMs);
    const context = {
      group,
      start,
      deadLettersTopic: topics.deadLetters,
      deadLetterPartitions,
      limits,
      admin,
      slices: this.slices,
    };
    return new GroupReader({
      kafka,
      input: { topic, group, isolation: 'read_committed' },
      createPartition: (partition, input) =>
        new PartitionSink(partition, { ...this.options, ...context, topic, createRows, input }),
      stalls: new StallWatch({
        ...{ topic, limitMs: stallMs, admin, clock, log },
        count: (cause) => metrics.stalls.add(1, { topic, cause }),
      }),
      timers,
      log,
      fail,
    });
  }

  /** Each partition holds one batch that is being built and one that is being stored. */
  private limits(intervalMs: number): BatchLimits {
    const { batch, memoryBytes } = this.options.settings;
    const partitions = this.readers.reduce((sum, { size }) => sum + size, 0);
    return {
      ...batch,
      intervalMs,
      maxBytes: Math.min(batch.maxBytes, memoryBytes / (2 * Math.max(partitions, 1))),
    };
  }
}
