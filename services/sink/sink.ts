/**
 * The sink: a member of the consumer groups of the traces and the metrics topic, with a way into ClickHouse for every partition it
 * is given.
 *
 * Not for what happens to a partition (partition_sink.ts). The groups only deal out work; the right to store is each
 * partition's claim.
 */
import type { TopicNames } from '../core/contracts.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import type { Admin, Input, Kafka } from '../platform/kafka/port.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
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
  /** Rows of all partitions together. */
  readonly memoryBytes: number;
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

interface TopicReading {
  readonly topic: string;
  readonly createRows: () => RecordRows;
  readonly partitions: Map<number, PartitionSink>;
  joined: Promise<Input> | null;
  input: Input | null;
}

export class Sink implements Part {
  readonly name = 'sink';
  private readonly options: SinkOptions;
  private readonly readings: readonly TopicReading[];
  private readonly closing = new Set<Promise<void>>();
  private admin: Admin | null = null;
  private deadLetterPartitions = 1;
  private stopTending: () => void = () => undefined;

  constructor(options: SinkOptions) {
    this.options = options;
    const { traces, metrics } = options.settings.topics;
    this.readings = [reading(traces, () => new TraceRecords()), reading(metrics, () => new MetricRecords())];
  }

  async start(): Promise<void> {
    const { kafka, timers, settings } = this.options;
    this.admin = await kafka.admin();
    this.deadLetterPartitions = await this.admin.partitionCount(settings.topics.deadLetters);
    for (const one of this.readings) await this.join(one, this.admin);
    this.stopTending = timers.every(TEND_MS, () => {
      for (const { partitions } of this.readings)
        for (const partition of partitions.values()) partition.tend();
    });
  }

  async stop(): Promise<void> {
    this.stopTending();
    // Before the inputs: a reader that waits for room would keep its input from stopping.
    for (const one of this.readings)
      for (const partition of [...one.partitions.keys()]) this.close(one, partition);
    await Promise.all(this.closing);
    await Promise.all(this.readings.map(async ({ input }) => input?.stop()));
    // What was assigned while the inputs stopped.
    await Promise.all(this.closing);
    await this.admin?.stop();
  }

  /** Null when every partition is read live and stored, else why not. */
  notReady(): string | null {
    const { writer } = this.options;
    for (const { topic, input, partitions } of this.readings) {
      if (input === null) return `not yet a member of the consumer group of ${topic}`;
      const behind = [...partitions]
        .filter(([, partition]) => !partition.isRunning)
        .map(([number]) => number);
      if (behind.length > 0) return `partitions of ${topic} being claimed or replayed: ${behind.join(', ')}`;
    }
    return writer.failure;
  }

  private async join(one: TopicReading, admin: Admin): Promise<void> {
    const { kafka, settings, fail } = this.options;
    one.joined = kafka.input(
      { topic: one.topic, group: settings.group, isolation: 'read_committed' },
      {
        onAssigned: (partitions) => partitions.forEach((partition) => this.open(one, admin, partition)),
        onLost: (partitions) => partitions.forEach((partition) => this.close(one, partition)),
        onRecords: async (partition, records, nextOffset, highWatermark) => {
          await one.partitions.get(partition)?.read(records, nextOffset, highWatermark);
        },
        onFailure: fail,
      },
    );
    one.input = await one.joined;
  }

  private open(
    { topic, createRows, partitions, joined: input }: TopicReading,
    admin: Admin,
    partition: number,
  ): void {
    if (input === null) return;
    const { settings } = this.options;
    const opened = new PartitionSink(partition, {
      ...this.options,
      topic,
      group: settings.group,
      start: settings.start,
      deadLettersTopic: settings.topics.deadLetters,
      deadLetterPartitions: this.deadLetterPartitions,
      limits: () => this.limits(),
      createRows,
      admin,
      input,
    });
    partitions.set(partition, opened);
    void opened.open();
  }

  private close({ partitions }: TopicReading, partition: number): void {
    const closed = partitions.get(partition);
    if (closed === undefined) return;
    partitions.delete(partition);
    const done = closed.close().finally(() => this.closing.delete(done));
    this.closing.add(done);
  }

  /** Each partition holds one batch that is being built and one that is being stored. */
  private limits(): BatchLimits {
    const { batch, memoryBytes } = this.options.settings;
    const partitions = this.readings.reduce((sum, one) => sum + one.partitions.size, 0);
    return { ...batch, maxBytes: Math.min(batch.maxBytes, memoryBytes / (2 * Math.max(partitions, 1))) };
  }
}

function reading(topic: string, createRows: () => RecordRows): TopicReading {
  return { topic, createRows, partitions: new Map(), joined: null, input: null };
}
