/**
 * One partition of a source topic: claim, read, convert, store with the offset, until it goes elsewhere.
 *
 * Not for how it is stored (kafka_receiver_delivery.ts), nor for when to claim (platform/kafka/tenures.ts). Steps of one partition
 * never overlap; what a crash loses is what the source says again, from the committed offset on.
 */
import type { RequestSplitter } from '../core/otlp/split_request.ts';
import type { SpanFormat } from '../core/otlp/span_format.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import { IDLE_COMMIT_MS, REFRESH_COMMIT_MS, type OwnedPartition } from '../platform/kafka/group_reader.ts';
import type { HeldOwnership } from '../platform/kafka/held_ownership.ts';
import {
  RecordTooLargeError,
  type Admin,
  type IncomingRecord,
  type Input,
  type Kafka,
} from '../platform/kafka/port.ts';
import type { Wait } from '../platform/kafka/stall_watch.ts';
import { Tenures } from '../platform/kafka/tenures.ts';
import type { Log } from '../platform/log.ts';
import type { Slices } from '../platform/slices.ts';
import { Mutex } from '../platform/mutex.ts';
import { ReceivedBatchBuilder, type ReceivedBatch, type Redact } from './kafka_receiver_batch.ts';
import type { Deliver } from './kafka_receiver_delivery.ts';
import type { Gated, ReceiverGate } from './kafka_receiver_gate.ts';
import { countStored } from './kafka_receiver_counts.ts';
import { findReceiverStart, type ReceiverStart } from './kafka_receiver_start.ts';
import type { CollectorMetrics } from './metrics.ts';

export interface ReceiverPartitionContext {
  readonly topic: string;
  readonly group: string;
  readonly start: ReceiverStart;
  readonly format: SpanFormat;
  readonly splitter: RequestSplitter;
  readonly redact?: Redact | null | undefined;
  readonly deliver: Deliver;
  readonly gate: ReceiverGate;
  /** Of the source. */
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly input: Promise<Input>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly slices: Slices;
  readonly log: Log;
  readonly metrics: CollectorMetrics;
  /** The process cannot go on: a bug. */
  readonly fail: (error: unknown) => void;
}

/** What comes within this time is stored together, */
const COMMIT_MS = 200;
/** but not more than this. */
const COMMIT_BYTES = 4 * 1024 * 1024;

/** What is held between a claim and the next. */
interface Tenure {
  readonly ownership: HeldOwnership;
  readonly building: ReceivedBatchBuilder;
  readonly steps: Mutex;
  /** Next offset to read. */
  next: number;
  committedNext: number;
  committedAtMs: number;
  highWatermark: number;
  /** When something was last delivered, or the tenure began. */
  deliveredAtMs: number;
  wasDelivered: boolean;
  isReading: boolean;
  /** Since when something waits to be stored. */
  waitsSinceMs: number;
  /** As the gate knows it, of what is being built. */
  heldBytes: number;
}

export class ReceiverPartition implements OwnedPartition, Gated {
  private readonly partition: number;
  private readonly context: ReceiverPartitionContext;
  private readonly log: Log;
  private readonly tenures: Tenures<Tenure>;
  /** Our topic refused a record as too large: up to here each record is stored alone, which shows the one. */
  private aloneUntil = 0;
  private refusedOffset: number | null = null;

  constructor(partition: number, context: ReceiverPartitionContext) {
    this.partition = partition;
    this.context = context;
    this.log = context.log.child({ topic: context.topic, partition });
    this.tenures = new Tenures({
      ...context,
      log: this.log,
      partition,
      before: () => Promise.resolve(),
      begin: (ownership) => this.begin(ownership),
      end: (tenure) => this.hold(tenure, 0),
    });
    context.gate.join(this);
  }

  get isRunning(): boolean {
    return this.tenures.current !== null;
  }

  open(): Promise<void> {
    return this.tenures.open();
  }

  /** Takes records in; resolves when the next ones may come. */
  async read(records: readonly IncomingRecord[], nextOffset: number, highWatermark: number): Promise<void> {
    const { gate, clock } = this.context;
    // Records that were fetched for one tenure mean nothing to the next, which begins elsewhere.
    const tenure = this.tenures.current;
    if (tenure === null) return;
    const bytes = records.reduce((sum, { value }) => sum + value.length, 0);
    gate.change(bytes);
    tenure.isReading = true;
    try {
      await tenure.steps.run(async () => {
        await this.readAll(tenure, records);
        if (!this.tenures.isCurrent(tenure)) return;
        tenure.next = Math.max(tenure.next, nextOffset);
        tenure.highWatermark = highWatermark;
        tenure.wasDelivered = true;
        tenure.deliveredAtMs = clock.now();
        // What is held back for more of it would hold back everybody.
        if (gate.isClosed && !tenure.building.isEmpty) await this.commit(tenure);
      });
    } finally {
      tenure.isReading = false;
      gate.change(-bytes);
    }
    this.tellLag(tenure);
  }

  tend(): void {
    const tenure = this.tenures.current;
    if (tenure === null || tenure.steps.isBusy || !this.isCommitDue(tenure)) return;
    tenure.steps
      .run(async () => {
        if (this.tenures.isCurrent(tenure)) await this.commit(tenure);
      })
      .catch(this.context.fail);
  }

  waits(): Wait[] {
    const waits: Wait[] = this.tenures.waits();
    const tenure = this.tenures.current;
    if (tenure === null || tenure.isReading || tenure.steps.isBusy || this.context.gate.isClosed)
      return waits;
    const { deliveredAtMs: sinceMs, wasDelivered: wasHeard, next } = tenure;
    return [...waits, { cause: 'fetch', sinceMs, error: null, next, wasHeard }];
  }

  restart(): void {
    this.tenures.restart();
  }

  pause(): void {
    this.tell((input) => input.pause(this.partition));
  }

  resume(): void {
    this.tell((input) => {
      // One that is being claimed is resumed by its claim.
      if (this.tenures.current !== null && !this.context.gate.isClosed) input.resume(this.partition);
    });
  }

  /** Gives the partition up; waits a while for what is being stored. */
  async close(): Promise<void> {
    const { gate, metrics, topic } = this.context;
    gate.leave(this);
    const lastStep = this.tenures.current?.steps.run(() => Promise.resolve());
    await this.tenures.close(lastStep ?? Promise.resolve());
    metrics.receiverLag.remove({ topic, partition: this.partition });
  }

  private tell(what: (input: Input) => void): void {
    this.context.input.then(
      (input) => {
        if (!this.tenures.isClosed) what(input);
      },
      // A join that failed is told to who joined.
      () => undefined,
    );
  }

  private async begin(ownership: HeldOwnership): Promise<Tenure> {
    const { admin, topic, group, start, format, splitter, redact, clock } = this.context;
    const { partition } = this;
    const next = await findReceiverStart(ownership.committed, start, admin, topic, partition);
    // Said before anything is stored: from now on the setting says nothing any more.
    if (ownership.committed === null) await ownership.commit([], [{ group, offset: next, metadata: '' }]);
    this.log.info({ from: next }, 'source partition claimed');
    const now = clock.now();
    return {
      ownership,
      building: new ReceivedBatchBuilder({ topic, partition, format, splitter, redact }),
      steps: new Mutex(),
      ...{ next, committedNext: next, highWatermark: next },
      ...{ committedAtMs: now, deliveredAtMs: now, waitsSinceMs: now },
      ...{ wasDelivered: false, isReading: false, heldBytes: 0 },
    };
  }

  private async readAll(tenure: Tenure, records: readonly IncomingRecord[]): Promise<void> {
    const { clock, slices } = this.context;
    const { building } = tenure;
    if (!slices.begin()) await slices.next();
    for (const record of records) {
      if (!this.tenures.isCurrent(tenure)) return;
      // Redelivered by the client: it counts once.
      if (record.offset < tenure.next) continue;
      if (building.isEmpty) tenure.waitsSinceMs = clock.now();
      building.add(record, record.offset === this.refusedOffset);
      tenure.next = record.offset + 1;
      this.hold(tenure, building.bytes);
      if (building.bytes >= COMMIT_BYTES || record.offset < this.aloneUntil) await this.commit(tenure);
      else if (!slices.isOver) continue;
      if (!slices.begin()) await slices.next();
    }
  }

  private isCommitDue({ building, waitsSinceMs, next, committedNext, committedAtMs }: Tenure): boolean {
    const now = this.context.clock.now();
    if (!building.isEmpty) return now - waitsSinceMs >= COMMIT_MS;
    return now - committedAtMs >= (next > committedNext ? IDLE_COMMIT_MS : REFRESH_COMMIT_MS);
  }

  private async commit(tenure: Tenure): Promise<void> {
    const { deliver, group, clock, metrics, topic, format } = this.context;
    const { ownership, building, next } = tenure;
    const batch = building.take();
    try {
      await deliver({
        ...{ batch, ownership, partition: this.partition },
        offsets: [{ group, offset: next, metadata: '' }],
        isWanted: () => this.tenures.isCurrent(tenure),
      });
    } catch (error) {
      if (error instanceof RecordTooLargeError) this.findRefused(tenure, batch);
      this.tenures.abandon(tenure, error);
      return;
    } finally {
      this.hold(tenure, 0);
    }
    tenure.committedNext = next;
    tenure.committedAtMs = clock.now();
    countStored(metrics, batch, topic, format.protocol);
    this.tellLag(tenure);
  }

  private findRefused({ next }: Tenure, { records, lastOffset }: ReceivedBatch): void {
    if (records === 1) this.refusedOffset = lastOffset;
    this.aloneUntil = next;
    this.log.error({ next, records }, 'the spans topic does not take a record: see its max.message.bytes');
  }

  private hold(tenure: Tenure, bytes: number): void {
    this.context.gate.change(bytes - tenure.heldBytes);
    tenure.heldBytes = bytes;
  }

  private tellLag({ highWatermark, committedNext }: Tenure): void {
    const labels = { topic: this.context.topic, partition: this.partition };
    this.context.metrics.receiverLag.set(Math.max(highWatermark - committedNext, 0), labels);
  }
}
