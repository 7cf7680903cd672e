/**
 * One partition's life in this process: claim, replay, read and commit, until it goes elsewhere.
 *
 * The order of a claim is what makes it safe: the claim shuts the old owner out, then the committed offset is read,
 * then reading starts at the low water L with outputs thrown away up to P. Steps of one partition never overlap
 * (`steps`); what a crash loses is only what the log will say again. Not for when to claim: platform/kafka/tenures.ts.
 */
import { Assembly } from '../core/trace/assembly.ts';
import { IDLE_COMMIT_MS, REFRESH_COMMIT_MS, type OwnedPartition } from '../platform/kafka/group_reader.ts';
import type { IncomingRecord, OffsetCommit, PartitionRecords } from '../platform/kafka/port.ts';
import type { Wait } from '../platform/kafka/stall_watch.ts';
import { Tenures } from '../platform/kafka/tenures.ts';
import type { HeldOwnership } from '../platform/kafka/held_ownership.ts';
import type { Log } from '../platform/log.ts';
import { Mutex } from '../platform/mutex.ts';
import { ControlRecords } from './control_records.ts';
import { toLogRecord } from './log_record.ts';
import { OutputSpread, type PartitionCounts } from './output_spread.ts';
import { PartitionOutputs } from './partition_outputs.ts';
import { encodePosition, type Position } from './position.ts';
import { countPartitions, findStart, isPublished, progressGroup } from './start_position.ts';
import type { WorkerContext } from './worker_context.ts';

/** Of `forget`: with the 20 s that the broker gives a transaction, a quarter of its 30 s stays below it. */
const UNREAD_SHARE = 1 / 4;

/** What is held between a claim and the next. */
interface Tenure {
  readonly ownership: HeldOwnership;
  readonly assembly: Assembly;
  readonly outputs: PartitionOutputs;
  readonly spread: OutputSpread;
  readonly control: ControlRecords;
  /** Next offset to read. */
  next: number;
  /** What the progress group was told last, and when. */
  toldNext: number;
  toldAtMs: number;
  highWatermark: number;
  /** All that the log had at this time is read; null until that is known of any. */
  atEndAtMs: number | null;
  committedAtMs: number;
  /** When something was last delivered, or the tenure began. */
  deliveredAtMs: number;
  wasDelivered: boolean;
  isReading: boolean;
  readonly steps: Mutex;
}

export class PartitionWorker implements OwnedPartition {
  private readonly partition: number;
  private readonly context: WorkerContext;
  private readonly log: Log;
  private readonly tenures: Tenures<Tenure, boolean>;

  constructor(partition: number, context: WorkerContext) {
    const { admin, settings } = context;
    this.partition = partition;
    this.context = context;
    this.log = context.log.child({ partition });
    this.tenures = new Tenures({
      ...context,
      log: this.log,
      topic: settings.topics.spans,
      partition,
      group: settings.group,
      before: () => isPublished(admin, settings.topics, settings.group, partition),
      begin: (ownership, publishedBefore) => this.begin(ownership, publishedBefore),
      end: ({ assembly }) => assembly.release(),
    });
  }

  /** Whether the partition is caught up with what was published before, and reading on. */
  get isRunning(): boolean {
    const tenure = this.tenures.current;
    return tenure !== null && tenure.next >= tenure.outputs.publishFrom;
  }

  open(): Promise<void> {
    return this.tenures.open();
  }

  /** Reads records; resolves when the next ones may come. */
  read(records: readonly IncomingRecord[], nextOffset: number, highWatermark: number): Promise<void> {
    // Records that were fetched for one tenure mean nothing to the next, which begins elsewhere.
    const tenure = this.tenures.current;
    if (tenure === null) return Promise.resolve();
    tenure.isReading = true;
    return tenure.steps.run(async () => {
      if (!this.tenures.isCurrent(tenure)) return;
      await this.readAll(tenure, records);
      tenure.isReading = false;
      if (!this.tenures.isCurrent(tenure)) return;
      tenure.next = Math.max(tenure.next, nextOffset);
      tenure.wasDelivered = true;
      tenure.highWatermark = highWatermark;
      // A delivery may have waited for a process that slept; it was asked for after the one before.
      if (tenure.next >= highWatermark) tenure.atEndAtMs = tenure.deliveredAtMs;
      tenure.deliveredAtMs = this.context.clock.now();
      this.context.metrics.records.add(records.length);
      this.tellProgress(tenure);
    });
  }

  /** Looks after commits, ticks and cuts that the passing of time asks for. */
  tend(): void {
    const tenure = this.tenures.current;
    if (tenure === null || tenure.steps.isBusy || !this.isAnyDue(tenure)) return;
    tenure.steps.run(() => this.lookAfter(tenure)).catch(this.context.fail);
  }

  waits(): Wait[] {
    const waits: Wait[] = this.tenures.waits();
    const tenure = this.tenures.current;
    if (tenure === null) return waits;
    const { control, deliveredAtMs: sinceMs, wasDelivered: wasHeard, next } = tenure;
    const { appendingSinceMs } = control;
    if (appendingSinceMs !== null) waits.push({ cause: 'append', sinceMs: appendingSinceMs, error: null });
    if (!tenure.isReading) waits.push({ cause: 'fetch', sinceMs, error: null, next, wasHeard });
    return waits;
  }

  restart(): void {
    this.tenures.restart();
  }

  /** Gives the partition up. What is published later is what another owner's claim ends. */
  async close(): Promise<void> {
    const lastStep = this.tenures.current?.steps.run(() => Promise.resolve());
    await this.tenures.close(lastStep ?? Promise.resolve());
    const { openTraces, lagRecords, lagSeconds } = this.context.metrics;
    for (const gauge of [openTraces, lagRecords, lagSeconds]) gauge.remove({ partition: this.partition });
  }

  private async begin(ownership: HeldOwnership, publishedBefore: boolean): Promise<Tenure> {
    const { settings, admin, metrics } = this.context;
    const start = await findStart(
      ownership.committed,
      settings.start,
      admin,
      settings.topics,
      this.partition,
      publishedBefore,
      this.log,
    );
    const counts = await countPartitions(admin, settings.topics);
    // Said before anything is published: from now on "no offset" means that nothing was.
    if (ownership.committed === null) {
      await ownership.commit([], [this.offsetOf(start), this.progressOf(start)]);
    }
    metrics.claims.add(1);
    this.log.info({ from: start.low.offset, publishFrom: start.publishFrom }, 'partition claimed');
    return this.beginAt(start, counts, ownership);
  }

  private beginAt(start: Position, counts: PartitionCounts, ownership: HeldOwnership): Tenure {
    const { settings, store, metrics, clock, producer } = this.context;
    const now = clock.now();
    const { topics, tracesRate } = settings;
    const spread = new OutputSpread({ partition: this.partition, counts, tracesRate, nowMs: now });
    const outputs = new PartitionOutputs(topics, this.partition, spread, start.publishFrom, metrics);
    const assembly = new Assembly(settings.rules, start.low.clock, store, outputs);
    const control = new ControlRecords({
      ...{ ownership, assembly, producer, clock, metrics, log: this.log },
      topic: settings.topics.spans,
      partition: this.partition,
      maxRunAgeMs: settings.maxRunAgeMs,
    });
    const next = start.low.offset;
    return {
      ownership,
      assembly,
      outputs,
      spread,
      control,
      next,
      toldNext: start.publishFrom,
      toldAtMs: -Infinity,
      highWatermark: next,
      atEndAtMs: null,
      committedAtMs: now,
      deliveredAtMs: now,
      wasDelivered: false,
      isReading: false,
      steps: new Mutex(),
    };
  }

  private offsetOf(position: Position): OffsetCommit {
    return { group: this.context.settings.group, ...encodePosition(position) };
  }

  private progressOf({ publishFrom }: Position): OffsetCommit {
    return { group: progressGroup(this.context.settings.group), offset: publishFrom, metadata: '' };
  }

  private async readAll(tenure: Tenure, records: readonly IncomingRecord[]): Promise<void> {
    const { clock, metrics, settings, slices } = this.context;
    if (!slices.begin()) await slices.next();
    if (!this.tenures.isCurrent(tenure)) return;
    let startedMs = clock.now();
    let worked = 0;
    for (const record of records) {
      // Redelivered by the client: it counts once.
      if (record.offset < tenure.next) continue;
      tenure.assembly.read(toLogRecord(record));
      tenure.next = record.offset + 1;
      const now = clock.now();
      tenure.control.onRead(now);
      if (!slices.isOver && tenure.outputs.bytes < settings.commitBytes) continue;
      worked += now - startedMs;
      if (this.isCommitDue(tenure)) await this.commit(tenure);
      if (!slices.begin()) await slices.next();
      if (!this.tenures.isCurrent(tenure)) return;
      startedMs = clock.now();
    }
    metrics.analysisSeconds.observe((worked + clock.now() - startedMs) / 1000);
    if (this.isCommitDue(tenure)) await this.commit(tenure);
  }

  private async lookAfter(tenure: Tenure): Promise<void> {
    if (!this.tenures.isCurrent(tenure)) return;
    const cuts = this.mayCut(tenure) ? tenure.control.takeCuts() : [];
    if (cuts.length > 0 || this.isCommitDue(tenure)) await this.commit(tenure, cuts);
    if (this.tenures.isCurrent(tenure)) await tenure.control.writeTick(tenure.next >= tenure.highWatermark);
  }

  private isAnyDue(tenure: Tenure): boolean {
    const { control, next, highWatermark } = tenure;
    if (this.isCommitDue(tenure) || control.isTickDue(next >= highWatermark)) return true;
    return this.mayCut(tenure) && control.areCutsDue;
  }

  /** Whether what is not yet read is too short for an overdue run to end in it and another of its trace to begin. */
  private mayCut({ next, outputs, atEndAtMs }: Tenure): boolean {
    if (atEndAtMs === null || next < outputs.publishFrom) return false;
    return this.context.clock.now() - atEndAtMs < this.context.settings.rules.forgetMs * UNREAD_SHARE;
  }

  private isCommitDue(tenure: Tenure): boolean {
    const { settings, clock } = this.context;
    const { outputs, next, toldNext, committedAtMs } = tenure;
    if (next < outputs.publishFrom) return false;
    if (outputs.bytes >= settings.commitBytes) return true;
    const since = clock.now() - committedAtMs;
    if (!outputs.isEmpty) return since >= settings.commitIntervalMs;
    return since >= (next > toldNext ? IDLE_COMMIT_MS : REFRESH_COMMIT_MS);
  }

  private async commit(tenure: Tenure, cuts: readonly PartitionRecords[] = []): Promise<void> {
    const { clock, metrics } = this.context;
    const { ownership, assembly, outputs, spread, next } = tenure;
    const startedMs = clock.now();
    const position = { low: assembly.lowWater(next), publishFrom: next };
    const offsets = [this.offsetOf(position)];
    // A request and a marker more for the brokers, and who looks at lag does not look each second.
    const tellsProgress = startedMs - tenure.toldAtMs >= IDLE_COMMIT_MS;
    if (tellsProgress) offsets.push(this.progressOf(position));
    spread.add(outputs.spans, startedMs);
    try {
      await ownership.commit([...outputs.take(), ...cuts], offsets);
    } catch (error) {
      metrics.commits.add(1, { outcome: 'failed' });
      this.tenures.abandon(tenure, error);
      return;
    }
    tenure.committedAtMs = clock.now();
    if (tellsProgress) {
      tenure.toldNext = next;
      tenure.toldAtMs = startedMs;
    }
    metrics.commits.add(1, { outcome: 'committed' });
    metrics.commitSeconds.observe((tenure.committedAtMs - startedMs) / 1000);
  }

  private tellProgress(tenure: Tenure): void {
    const { metrics, clock } = this.context;
    const labels = { partition: this.partition };
    const lag = Math.max(tenure.highWatermark - tenure.next, 0);
    metrics.openTraces.set(tenure.assembly.openRuns, labels);
    metrics.lagRecords.set(lag, labels);
    metrics.lagSeconds.set(
      lag === 0 ? 0 : Math.max(clock.now() - tenure.assembly.appendMs, 0) / 1000,
      labels,
    );
  }
}
