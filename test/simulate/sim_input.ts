/**
 * A process' membership in a group of the fake Kafka, with everything that it hears on its way for a while. It may be put out of
 * the group without hearing of it: a process that stops for long goes on with what it has in hand until it is told.
 */
import type {
  IncomingRecord,
  Input,
  InputListener,
  InputOptions,
} from '../../services/platform/kafka/port.ts';
import type { FakeKafka } from '../support/fake_kafka.ts';
import type { SimProcess } from './sim_process.ts';

/** Always the same, so that what is told keeps its order. */
const TELL_MS = 1;

export class SimInput implements Input {
  private readonly kafka: FakeKafka;
  private readonly process: SimProcess;
  private readonly options: InputOptions;
  private readonly listener: InputListener;
  private readonly latency: () => number;
  private member: Input | null = null;
  private isStopped = false;
  /** By partition: how often it was given, as the group knows it and as the process was told. */
  private readonly given = new Map<number, number>();
  private readonly told = new Map<number, number>();

  constructor(
    kafka: FakeKafka,
    process: SimProcess,
    options: InputOptions,
    listener: InputListener,
    latency: () => number,
  ) {
    this.kafka = kafka;
    this.process = process;
    this.options = options;
    this.listener = listener;
    this.latency = latency;
  }

  async join(): Promise<void> {
    this.member = await this.kafka.input(this.options, {
      onAssigned: (partitions) => this.tellAssigned(partitions),
      onLost: (partitions) => this.tellLost(partitions),
      onRecords: (partition, records, nextOffset, highWatermark) =>
        this.deliver(partition, records, nextOffset, highWatermark),
      onFailure: (error) => this.listener.onFailure(error),
    });
  }

  /** The group gives its partitions to others; the process hears of it when it can. */
  expire(): void {
    if (this.member === null || this.isStopped) return;
    this.kafka.crash(this.member);
    this.member = null;
    this.process.after(TELL_MS, () => {
      if (this.isStopped) return;
      // What it was given before is on its way to it before: a process that slept hears of both.
      this.forget([...this.told.keys()]);
      void this.join();
    });
  }

  startAt(partition: number, offset: number): void {
    if (this.isCurrent(partition)) this.member?.startAt(partition, offset);
  }

  pause(partition: number): void {
    if (this.isCurrent(partition)) this.member?.pause(partition);
  }

  resume(partition: number): void {
    if (this.isCurrent(partition)) this.member?.resume(partition);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.member?.stop();
  }

  private tellAssigned(partitions: readonly number[]): void {
    const counts = partitions.map((partition) => (this.given.get(partition) ?? 0) + 1);
    for (const [i, partition] of partitions.entries()) this.given.set(partition, counts[i] ?? 0);
    this.process.after(TELL_MS, () => {
      if (this.isStopped) return;
      for (const [i, partition] of partitions.entries()) this.told.set(partition, counts[i] ?? 0);
      this.listener.onAssigned(partitions);
    });
  }

  private tellLost(partitions: readonly number[]): void {
    this.process.after(TELL_MS, () => this.forget(partitions));
  }

  private forget(partitions: readonly number[]): void {
    const known = partitions.filter((partition) => this.told.delete(partition));
    if (known.length > 0 && !this.isStopped) this.listener.onLost(known);
  }

  private deliver(
    partition: number,
    records: readonly IncomingRecord[],
    nextOffset: number,
    highWatermark: number,
  ): Promise<void> {
    const count = this.given.get(partition);
    return new Promise((resolve, reject) => {
      this.process.after(this.latency(), () => {
        if (this.isStopped || this.told.get(partition) !== count) resolve();
        else this.listener.onRecords(partition, records, nextOffset, highWatermark).then(resolve, reject);
      });
    });
  }

  /** Whether the process speaks of the partition that the group means. */
  private isCurrent(partition: number): boolean {
    return this.told.has(partition) && this.told.get(partition) === this.given.get(partition);
  }
}
