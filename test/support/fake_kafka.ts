/**
 * Kafka in memory, behind the same port and held to the same contract suite (test/contract/kafka) as the real one:
 * partitions, transactions with fencing, committed offsets, groups. Deterministic: time is the given clock's, and
 * everything happens in promise turns. Tests reach in to make commits and appends fail at a chosen point.
 */
import type { Clock } from '../../services/platform/clock.ts';
import {
  FencedError,
  KafkaUnavailableError,
  UnknownOutcomeError,
  type Admin,
  type ClaimOptions,
  type CommittedOffset,
  type IncomingRecord,
  type Input,
  type InputListener,
  type InputOptions,
  type Kafka,
  type OffsetCommit,
  type Ownership,
  type PartitionRecords,
  type Producer,
  type TopicSpec,
} from '../../services/platform/kafka/port.ts';
import { FakeGroup, FakeMember } from './fake_kafka_group.ts';
import { FakePartitionLog, type FakeTransaction } from './fake_kafka_log.ts';

/** `during`: the records are in the log, the transaction is neither committed nor aborted. */
export type CommitFault = 'before' | 'during' | 'after';

const DEFAULT_MAX_BYTES = 1_048_588;
/** As many commits of a group as `earlierCommitted` goes back, and the last. */
const KEPT_COMMITS = 3;

interface OpenTransaction {
  readonly transaction: FakeTransaction;
  readonly logs: FakePartitionLog[];
  /** What it commits besides its records. */
  readonly setOffsets: () => void;
}

interface Fence {
  epoch: number;
  open: OpenTransaction | null;
}

export class FakeKafka implements Kafka {
  private readonly clock: Clock;
  private readonly maxBatch: number;
  private readonly topics = new Map<string, { spec: TopicSpec; logs: FakePartitionLog[] }>();
  private readonly groups = new Map<string, FakeGroup>();
  /** The newest first. */
  private readonly offsets = new Map<string, readonly CommittedOffset[]>();
  private readonly fences = new Map<string, Fence>();
  private commitFault: CommitFault | null = null;
  private appendFault: 'before' | 'after' | null = null;

  /** `maxBatch`: most records of one delivery. */
  constructor(clock: Clock, maxBatch = 100) {
    this.clock = clock;
    this.maxBatch = maxBatch;
  }

  async input(options: InputOptions, listener: InputListener): Promise<Input> {
    await Promise.resolve();
    const key = `${options.group}/${options.topic}`;
    const group = this.groups.get(key) ?? new FakeGroup(this.logs(options.topic));
    this.groups.set(key, group);
    return group.join(options, listener, this.maxBatch);
  }

  async claim(options: ClaimOptions): Promise<Ownership> {
    await Promise.resolve();
    this.log(options.topic, options.partition);
    const fence = this.fences.get(options.transactionalId) ?? { epoch: 0, open: null };
    this.fences.set(options.transactionalId, fence);
    fence.epoch += 1;
    if (fence.open !== null) this.end(fence, 'aborted');
    const { epoch } = fence;
    return {
      committed: this.committed(options.group, options.topic, options.partition),
      commit: async (outputs, offsets) => {
        await Promise.resolve();
        if (fence.epoch !== epoch) throw new FencedError(`${options.transactionalId} has another owner now`);
        this.commit(fence, options, outputs, offsets);
      },
      release: () => Promise.resolve(),
    };
  }

  producer(): Promise<Producer> {
    return Promise.resolve({
      append: async (batch) => {
        await Promise.resolve();
        const fault = this.appendFault;
        this.appendFault = null;
        if (fault === 'before') throw new KafkaUnavailableError('made to fail before the append');
        const offset = this.log(batch.topic, batch.partition).append(batch.records, this.clock.now());
        this.wake();
        if (fault === 'after') throw new KafkaUnavailableError('made to fail after the append');
        return { offset };
      },
      stop: () => Promise.resolve(),
    });
  }

  admin(): Promise<Admin> {
    return Promise.resolve({
      ensureTopics: async (specs) => {
        await Promise.resolve();
        const missing = specs.filter(({ name }) => !this.topics.has(name));
        const different = specs.flatMap((spec) => this.differences(spec));
        for (const spec of missing) this.createTopic(spec);
        return { created: missing.map(({ name }) => name), different };
      },
      partitionCount: async (topic) => {
        await Promise.resolve();
        return this.logs(topic).length;
      },
      watermarks: async (topic) => {
        await Promise.resolve();
        return this.logs(topic).map(({ low, high }, partition) => ({ partition, low, high }));
      },
      committed: async (group, topic, partition) => {
        await Promise.resolve();
        return this.committed(group, topic, partition);
      },
      stop: () => Promise.resolve(),
    });
  }

  /** A batch that no client can read, as a foreign producer may write one. */
  appendUnreadable(topic: string, partition: number, reason: string): void {
    this.log(topic, partition).appendUnreadable(this.clock.now(), reason);
    this.wake();
  }

  /** The next commit throws UnknownOutcomeError, before, amid or after what it does. */
  failNextCommit(when: CommitFault): void {
    this.commitFault = when;
  }

  /** The next append throws KafkaUnavailableError, before or after what it does. */
  failNextAppend(when: 'before' | 'after'): void {
    this.appendFault = when;
  }

  /**
   * What ends the transaction that a commit left open which was made to fail amid: `committed` by its owner, whose word comes late,
   * `aborted` by the coordinator, which shuts the owner out with it. False where it has ended before.
   */
  endOfOpen(transactionalId: string): (state: 'committed' | 'aborted') => boolean {
    const fence = this.fences.get(transactionalId);
    const open = fence?.open;
    return (state) => {
      if (fence === undefined || open == null || fence.open !== open) return false;
      if (state === 'committed') open.setOffsets();
      else fence.epoch += 1;
      this.end(fence, state);
      return true;
    };
  }

  /** Behind the last record of a partition, or what stands for the end of a transaction. */
  endOf(topic: string, partition: number): number {
    return this.log(topic, partition).high;
  }

  hasCommitted(group: string, topic: string, partition: number): boolean {
    return this.offsets.has(offsetKey(group, topic, partition));
  }

  /** As when it has expired, or somebody has deleted it. */
  forgetOffset(group: string, topic: string, partition: number): void {
    this.offsets.delete(offsetKey(group, topic, partition));
  }

  /** What a coordinator answers that does not know its last commits yet, to who does not ask for the stable offset. */
  earlierCommitted(group: string, topic: string, partition: number): CommittedOffset | null {
    return this.offsets.get(offsetKey(group, topic, partition))?.at(-1) ?? null;
  }

  /** From here on nothing fails that was made to. */
  clearFaults(): void {
    this.commitFault = null;
    this.appendFault = null;
  }

  /** What a reader of the partition sees. */
  records(
    topic: string,
    partition: number,
    isolation: InputOptions['isolation'] = 'read_committed',
  ): IncomingRecord[] {
    const log = this.log(topic, partition);
    return log.read(log.low, isolation, Infinity)?.records ?? [];
  }

  /** As retention does. */
  deleteRecords(topic: string, partition: number, before: number): void {
    this.log(topic, partition).low = before;
  }

  /** A member's process is killed: it leaves without hearing of it. */
  crash(input: Input): void {
    if (!(input instanceof FakeMember)) throw new TypeError('not an input of the fake');
    input.crash();
  }

  /** Resolves when all listeners are done with all there is to read. */
  async quiet(): Promise<void> {
    for (;;) {
      const running = [...this.groups.values()].flatMap((group) => group.running);
      if (running.length === 0) return;
      await Promise.all(running);
    }
  }

  private committed(group: string, topic: string, partition: number): CommittedOffset | null {
    return this.offsets.get(offsetKey(group, topic, partition))?.[0] ?? null;
  }

  private commit(
    fence: Fence,
    { topic, partition }: ClaimOptions,
    outputs: readonly PartitionRecords[],
    offsets: readonly OffsetCommit[],
  ): void {
    const fault = this.commitFault;
    this.commitFault = null;
    if (fault === 'before') throw new UnknownOutcomeError('made to fail before the commit');
    const setOffsets = (): void => {
      for (const { group, offset, metadata } of offsets) {
        const key = offsetKey(group, topic, partition);
        const before = this.offsets.get(key) ?? [];
        this.offsets.set(key, [{ offset, metadata }, ...before].slice(0, KEPT_COMMITS));
      }
    };
    const open: OpenTransaction = { transaction: { state: 'open' }, logs: [], setOffsets };
    fence.open = open;
    try {
      for (const output of outputs) {
        const log = this.log(output.topic, output.partition);
        log.append(output.records, this.clock.now(), open.transaction);
        if (!open.logs.includes(log)) open.logs.push(log);
      }
    } catch (error) {
      this.end(fence, 'aborted');
      throw error;
    }
    if (fault === 'during') throw new UnknownOutcomeError('made to fail amid the commit');
    setOffsets();
    this.end(fence, 'committed');
    if (fault === 'after') throw new UnknownOutcomeError('made to fail after the commit');
  }

  private end(fence: Fence, state: 'committed' | 'aborted'): void {
    if (fence.open === null) return;
    fence.open.transaction.state = state;
    for (const log of fence.open.logs) log.appendMarker(this.clock.now());
    fence.open = null;
    this.wake();
  }

  private createTopic(spec: TopicSpec): void {
    const maxBytes = Number(spec.config['max.message.bytes'] ?? DEFAULT_MAX_BYTES);
    const logs = Array.from({ length: spec.partitions }, () => new FakePartitionLog(maxBytes));
    this.topics.set(spec.name, { spec, logs });
  }

  private differences(wanted: TopicSpec): string[] {
    const spec = this.topics.get(wanted.name)?.spec;
    if (spec === undefined || JSON.stringify(spec) === JSON.stringify(wanted)) return [];
    return [`${wanted.name}: ${JSON.stringify(spec)}, not ${JSON.stringify(wanted)}`];
  }

  private logs(topic: string): FakePartitionLog[] {
    const found = this.topics.get(topic);
    if (found === undefined) throw new KafkaUnavailableError(`there is no topic ${topic}`);
    return found.logs;
  }

  private log(topic: string, partition: number): FakePartitionLog {
    const log = this.logs(topic)[partition];
    if (log === undefined) throw new KafkaUnavailableError(`there is no partition ${topic}/${partition}`);
    return log;
  }

  private wake(): void {
    for (const group of this.groups.values()) group.wake();
  }
}

function offsetKey(group: string, topic: string, partition: number): string {
  return `${group}/${topic}/${partition}`;
}
