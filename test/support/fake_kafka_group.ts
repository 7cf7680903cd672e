/** The members of one consumer group on one topic of the fake Kafka: who reads which partition, and the reading. */
import type { Input, InputListener, InputOptions } from '../../services/platform/kafka/port.ts';
import { assignSticky } from '../../services/platform/kafka/sticky_assigner.ts';
import type { FakePartitionLog } from './fake_kafka_log.ts';

interface PartitionState {
  next: number | null;
  paused: boolean;
  pumping: boolean;
  lost: boolean;
}

export class FakeGroup {
  private readonly members: FakeMember[] = [];
  private readonly logs: readonly FakePartitionLog[];
  private generation = 0;

  constructor(logs: readonly FakePartitionLog[]) {
    this.logs = logs;
  }

  join(options: InputOptions, listener: InputListener, maxBatch: number): FakeMember {
    const member = new FakeMember(this, this.logs, options, listener, maxBatch);
    this.members.push(member);
    this.rebalance();
    return member;
  }

  leave(member: FakeMember): void {
    const index = this.members.indexOf(member);
    if (index === -1) return;
    this.members.splice(index, 1);
    this.rebalance();
  }

  /** Something may be there to read. */
  wake(): void {
    for (const member of this.members) member.wake();
  }

  get running(): Promise<void>[] {
    return this.members.flatMap((member) => [...member.running]);
  }

  private rebalance(): void {
    if (this.members.length === 0) return;
    this.generation += 1;
    const claims = this.members.map((member, index) => ({
      memberId: String(index).padStart(4, '0'),
      partitions: member.assigned,
      assignedAtMs: member.assignedIn,
    }));
    const assignment = assignSticky([...this.logs.keys()], claims);
    const changes = this.members.map((member, index) => {
      const own = assignment.get(String(index).padStart(4, '0')) ?? [];
      return { member, own };
    });
    for (const { member, own } of changes) member.lose(own);
    for (const { member, own } of changes) member.gain(own, this.generation);
  }
}

export class FakeMember implements Input {
  readonly running = new Set<Promise<void>>();
  assignedIn = 0;
  private readonly group: FakeGroup;
  private readonly logs: readonly FakePartitionLog[];
  private readonly options: InputOptions;
  private readonly listener: InputListener;
  private readonly maxBatch: number;
  private readonly partitions = new Map<number, PartitionState>();

  constructor(
    group: FakeGroup,
    logs: readonly FakePartitionLog[],
    options: InputOptions,
    listener: InputListener,
    maxBatch: number,
  ) {
    this.group = group;
    this.logs = logs;
    this.options = options;
    this.listener = listener;
    this.maxBatch = maxBatch;
  }

  get assigned(): number[] {
    return [...this.partitions.keys()];
  }

  startAt(partition: number, offset: number): void {
    const state = this.partitions.get(partition);
    const log = this.logs[partition];
    if (state === undefined || log === undefined) return;
    if (offset > log.high) {
      this.listener.onFailure(new Error(`partition ${partition} ends before offset ${offset}`));
      return;
    }
    state.next = Math.max(offset, log.low);
    this.wake();
  }

  pause(partition: number): void {
    const state = this.partitions.get(partition);
    if (state !== undefined) state.paused = true;
  }

  resume(partition: number): void {
    const state = this.partitions.get(partition);
    if (state !== undefined) state.paused = false;
    this.wake();
  }

  async stop(): Promise<void> {
    this.lose([], false);
    this.group.leave(this);
    await Promise.all(this.running);
  }

  /** As if the process had been killed: the listener hears nothing more, the partitions go to others. */
  crash(): void {
    this.lose([], false);
    this.group.leave(this);
  }

  lose(kept: readonly number[], tell = true): void {
    const lost = this.assigned.filter((partition) => !kept.includes(partition));
    for (const partition of lost) {
      const state = this.partitions.get(partition);
      if (state !== undefined) state.lost = true;
      this.partitions.delete(partition);
    }
    if (tell && lost.length > 0) this.listener.onLost(lost);
  }

  gain(own: readonly number[], generation: number): void {
    this.assignedIn = generation;
    const added = own.filter((partition) => !this.partitions.has(partition));
    for (const partition of added) {
      this.partitions.set(partition, { next: null, paused: false, pumping: false, lost: false });
    }
    if (added.length > 0) this.listener.onAssigned(added);
  }

  wake(): void {
    for (const [partition, state] of this.partitions) {
      // Whatever changes one of these wakes it again.
      if (state.pumping || state.paused || state.next === null) continue;
      if (state.next >= (this.logs[partition]?.high ?? 0)) continue;
      state.pumping = true;
      const pump = this.pump(partition, state);
      this.running.add(pump);
      void pump.finally(() => this.running.delete(pump));
    }
  }

  /** Delivers batch after batch until there is nothing to read. */
  private async pump(partition: number, state: PartitionState): Promise<void> {
    // Never in the caller's turn, as with a real broker.
    await Promise.resolve();
    try {
      for (;;) {
        const log = this.logs[partition];
        if (log === undefined || state.lost || state.paused || state.next === null) return;
        const batch = log.read(state.next, this.options.isolation, this.maxBatch);
        if (batch === null) return;
        state.next = batch.nextOffset;
        await this.listener.onRecords(partition, batch.records, batch.nextOffset, log.high);
      }
    } catch (error) {
      state.lost = true;
      this.listener.onFailure(error as Error);
    } finally {
      state.pumping = false;
    }
  }
}
