/**
 * One partition's life in this process: claim, replay what was under way, then batch after batch, until it goes elsewhere.
 *
 * Not for how a batch is stored (batch_store.ts), nor for when to claim (platform/kafka/tenures.ts). While one batch is stored
 * the next is built.
 */
import type { Clock, Timers } from '../platform/clock.ts';
import { IDLE_COMMIT_MS, REFRESH_COMMIT_MS, type OwnedPartition } from '../platform/kafka/group_reader.ts';
import type { HeldOwnership } from '../platform/kafka/held_ownership.ts';
import type { Admin, IncomingRecord, Input, Kafka } from '../platform/kafka/port.ts';
import type { Wait } from '../platform/kafka/stall_watch.ts';
import { Tenures } from '../platform/kafka/tenures.ts';
import type { Log } from '../platform/log.ts';
import type { Slices } from '../platform/slices.ts';
import { BatchBuilder, type Batch, type BatchLimits } from './batch.ts';
import { BatchStore } from './batch_store.ts';
import type { BlockWriter } from './block_writer.ts';
import type { Intent } from './intent.ts';
import type { SinkMetrics } from './metrics.ts';
import type { RecordRows, SinkRecord } from './record_rows.ts';
import { findStart, type StartPolicy } from './start_position.ts';

export interface PartitionContext {
  readonly topic: string;
  readonly group: string;
  readonly start: StartPolicy;
  readonly deadLettersTopic: string;
  readonly deadLetterPartitions: number;
  /** Asked anew for each batch: partitions share the memory. */
  readonly limits: () => BatchLimits;
  readonly createRows: () => RecordRows;
  readonly writer: BlockWriter;
  readonly kafka: Kafka;
  readonly admin: Admin;
  /** Resolves once the group is joined, which may be after its first partitions are given. */
  readonly input: Promise<Input>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly slices: Slices;
  readonly log: Log;
  readonly metrics: SinkMetrics;
  /** The process cannot go on: wrong configuration or a bug. */
  readonly fail: (error: unknown) => void;
}

/** What is held between a claim and the next. */
interface Tenure {
  readonly ownership: HeldOwnership;
  readonly store: BatchStore;
  readonly building: BatchBuilder;
  /** The batch that has to be stored before all others; null once it is. */
  replay: Intent | null;
  /** Next offset to read. */
  next: number;
  highWatermark: number;
  /** When something was last delivered, or the tenure began. */
  deliveredAtMs: number;
  wasDelivered: boolean;
  isReading: boolean;
  /** Storing or committing; one at a time. Never rejects. */
  task: Promise<void> | null;
  /** Kafka's time of the oldest record of the batch that is being stored. */
  storingMs: number | null;
}

export class PartitionSink implements OwnedPartition {
  private readonly partition: number;
  private readonly context: PartitionContext;
  private readonly log: Log;
  private readonly tenures: Tenures<Tenure>;

  constructor(partition: number, context: PartitionContext) {
    this.partition = partition;
    this.context = context;
    this.log = context.log.child({ topic: context.topic, partition });
    this.tenures = new Tenures({
      ...context,
      log: this.log,
      partition,
      before: () => Promise.resolve(),
      begin: (ownership) => this.begin(ownership),
    });
  }

  /** Whether what an earlier owner left is stored, and new records are being read. */
  get isRunning(): boolean {
    return this.tenures.current?.replay === null;
  }

  open(): Promise<void> {
    return this.tenures.open();
  }

  /** Takes records into the batch that is being built; resolves when there is room for the next ones. */
  async read(records: readonly IncomingRecord[], nextOffset: number, highWatermark: number): Promise<void> {
    const tenure = this.tenures.current;
    if (tenure === null || this.tenures.isClosed) return;
    tenure.highWatermark = highWatermark;
    tenure.isReading = true;
    await this.takeAll(tenure, records);
    tenure.isReading = false;
    if (!this.tenures.isCurrent(tenure)) return;
    tenure.deliveredAtMs = this.context.clock.now();
    tenure.wasDelivered = true;
    tenure.next = Math.max(tenure.next, nextOffset);
    this.endReplayAt(tenure, tenure.next);
    this.tend();
  }

  private async takeAll(tenure: Tenure, records: readonly IncomingRecord[]): Promise<void> {
    const { clock, slices } = this.context;
    if (!slices.begin()) await slices.next();
    if (!this.tenures.isCurrent(tenure)) return;
    for (const record of records) {
      // Redelivered by the client: it counts once.
      if (record.offset < tenure.next) continue;
      this.endReplayAt(tenure, record.offset);
      await this.makeRoom(tenure);
      if (!this.tenures.isCurrent(tenure)) return;
      tenure.building.add(toSinkRecord(record), clock.now());
      tenure.next = record.offset + 1;
      if (!slices.isOver) continue;
      await slices.next();
      if (!this.tenures.isCurrent(tenure)) return;
    }
  }

  /** Stores and commits what the passing of time asks for. */
  tend(): void {
    const tenure = this.tenures.current;
    if (tenure === null || this.tenures.isClosed) return;
    const { limits, clock } = this.context;
    this.tellLag(tenure);
    if (tenure.task !== null || tenure.replay !== null) return;
    if (tenure.building.isDue(limits(), clock.now())) this.storeNext(tenure);
    else if (tenure.building.isEmpty && this.isCommitDue(tenure)) {
      tenure.building.start = tenure.next;
      this.run(tenure, () => tenure.store.commit(tenure.next));
    }
  }

  waits(): Wait[] {
    const waits: Wait[] = this.tenures.waits();
    const tenure = this.tenures.current;
    if (tenure === null) return waits;
    const { store, isReading, deliveredAtMs: sinceMs, wasDelivered: wasHeard, next } = tenure;
    const { insertingSinceMs } = store;
    // A reader that waits for room waits for this, or for a commit.
    if (insertingSinceMs !== null) {
      waits.push({ cause: 'insert', sinceMs: insertingSinceMs, error: this.context.writer.failure });
    }
    if (!isReading) waits.push({ cause: 'fetch', sinceMs, error: null, next, wasHeard });
    return waits;
  }

  restart(): void {
    this.tenures.restart();
  }

  /** Gives the partition up; waits a while for what is being stored, which else the next owner stores. */
  async close(): Promise<void> {
    const { metrics, topic } = this.context;
    await this.tenures.close(this.tenures.current?.task ?? Promise.resolve());
    for (const gauge of [metrics.lagRecords, metrics.lagSeconds]) {
      gauge.remove({ topic, partition: this.partition });
    }
  }

  private async begin(ownership: HeldOwnership): Promise<Tenure> {
    const { admin, topic, group, start, metrics } = this.context;
    const { offset, intent } = await findStart(ownership.committed, start, admin, topic, this.partition);
    // Said before anything is stored: from now on "no offset" means that nothing was.
    if (ownership.committed === null) await ownership.commit([], [{ group, offset, metadata: '' }]);
    metrics.claims.add(1, { topic });
    this.log.info({ from: offset, intent }, 'partition claimed');
    return this.beginAt(offset, intent, ownership);
  }

  private beginAt(offset: number, intent: Intent | null, ownership: HeldOwnership): Tenure {
    const { topic, deadLettersTopic, deadLetterPartitions, createRows } = this.context;
    const source = { topic, partition: this.partition, deadLettersTopic, deadLetterPartitions };
    const isWanted = (): boolean => this.tenures.isCurrent(tenure);
    const tenure: Tenure = {
      ownership,
      store: new BatchStore({ ...this.context, source, ownership, isWanted, log: this.log }, offset),
      building: new BatchBuilder(createRows(), offset),
      replay: intent,
      next: offset,
      highWatermark: offset,
      deliveredAtMs: this.context.clock.now(),
      wasDelivered: false,
      isReading: false,
      task: null,
      storingMs: null,
    };
    return tenure;
  }

  /** Waits until the batch that is being built has room. A batch that is replayed takes what it took. */
  private async makeRoom(tenure: Tenure): Promise<void> {
    const { limits } = this.context;
    while (this.tenures.isCurrent(tenure) && tenure.replay === null && tenure.building.isFull(limits())) {
      if (tenure.task === null) this.storeNext(tenure);
      else await tenure.task;
    }
  }

  /** Stores the batch that was under way, once all of it was read: the same records, the same block, the same token. */
  private endReplayAt(tenure: Tenure, offset: number): void {
    const { replay } = tenure;
    if (replay === null || offset < replay.end) return;
    tenure.replay = null;
    const batch = tenure.building.take(replay.end, this.context.clock.now());
    this.context.metrics.replays.add(1, { topic: this.context.topic });
    this.log.info({ start: batch.start, end: batch.end }, 'storing once more what was under way');
    this.run(tenure, () => this.store(tenure, batch, replay));
  }

  private storeNext(tenure: Tenure): void {
    const batch = tenure.building.take(tenure.next, this.context.clock.now());
    this.run(tenure, () => this.store(tenure, batch, null));
  }

  private run(tenure: Tenure, task: () => Promise<void>): void {
    tenure.task = task()
      .catch((error: unknown) => this.tenures.abandon(tenure, error))
      .finally(() => {
        tenure.task = null;
      });
  }

  private async store(tenure: Tenure, batch: Batch, announced: Intent | null): Promise<void> {
    tenure.storingMs = batch.records[0]?.timestampMs ?? null;
    if (!(await tenure.store.store(batch, announced))) return;
    tenure.storingMs = null;
    // Where more is waiting, its intent acknowledges this batch.
    if (tenure.building.isEmpty) await tenure.store.commit(batch.end);
  }

  private isCommitDue({ store, next }: Tenure): boolean {
    if (store.owesLetters) return true;
    const since = this.context.clock.now() - store.committedAtMs;
    return since >= (next > store.committed ? IDLE_COMMIT_MS : REFRESH_COMMIT_MS);
  }

  private tellLag(tenure: Tenure): void {
    const { metrics, clock, topic } = this.context;
    const labels = { topic, partition: this.partition };
    const oldestMs = tenure.storingMs ?? tenure.building.oldestMs;
    const isBehind = tenure.highWatermark > tenure.next || oldestMs !== null;
    metrics.lagRecords.set(isBehind ? Math.max(tenure.highWatermark - tenure.store.committed, 0) : 0, labels);
    metrics.lagSeconds.set(oldestMs === null ? 0 : Math.max(clock.now() - oldestMs, 0) / 1000, labels);
  }
}

function toSinkRecord(record: IncomingRecord): SinkRecord {
  // Copied: a slice would pin the whole fetch until the batch is stored.
  return { ...record, value: Buffer.from(record.value) };
}
