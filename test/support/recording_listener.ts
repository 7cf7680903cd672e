/** A listener of an input that remembers everything, and lets a test wait for what it expects. */
import type { IncomingRecord, Input, InputListener } from '../../services/platform/kafka/port.ts';

interface Waiter {
  readonly holds: () => boolean;
  readonly resolve: () => void;
}

export class RecordingListener implements InputListener {
  readonly assigned: number[][] = [];
  readonly lost: number[][] = [];
  readonly failures: Error[] = [];
  /** Offset behind the last delivery, by partition. */
  readonly next = new Map<number, number>();
  readonly highWatermarks = new Map<number, number>();
  /** Called with each delivery; it goes on when this resolves. */
  handle: (partition: number, records: readonly IncomingRecord[]) => Promise<void> = () => Promise.resolve();
  private readonly byPartition = new Map<number, IncomingRecord[]>();
  private readonly owned = new Set<number>();
  private waiters: Waiter[] = [];

  /** Records of a partition, in the order they came. */
  records(partition: number): readonly IncomingRecord[] {
    return this.byPartition.get(partition) ?? [];
  }

  /** The same as text. */
  values(partition: number): string[] {
    return this.records(partition).map(({ value }) => value.toString());
  }

  /** Partitions in hand, in order. */
  get partitions(): number[] {
    return [...this.owned].sort((a, b) => a - b);
  }

  /** Resolves once the condition holds; it is looked at after every event. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push({ holds, resolve }));
  }

  onAssigned(partitions: readonly number[]): void {
    this.assigned.push([...partitions]);
    for (const partition of partitions) this.owned.add(partition);
    this.look();
  }

  onLost(partitions: readonly number[]): void {
    this.lost.push([...partitions]);
    for (const partition of partitions) this.owned.delete(partition);
    this.look();
  }

  async onRecords(
    partition: number,
    records: readonly IncomingRecord[],
    nextOffset: number,
    highWatermark: number,
  ): Promise<void> {
    const copies = records.map((record) => ({ ...record, value: Buffer.from(record.value) }));
    this.byPartition.set(partition, [...this.records(partition), ...copies]);
    this.next.set(partition, nextOffset);
    this.highWatermarks.set(partition, highWatermark);
    this.look();
    await this.handle(partition, records);
  }

  onFailure(error: Error): void {
    this.failures.push(error);
    this.look();
  }

  private look(): void {
    const met = this.waiters.filter(({ holds }) => holds());
    this.waiters = this.waiters.filter((waiter) => !met.includes(waiter));
    for (const { resolve } of met) resolve();
  }
}

/** Starts all partitions of a fresh input at their beginning. */
export function startAll(input: Input, listener: RecordingListener): void {
  for (const partition of listener.partitions) input.startAt(partition, 0);
}
