/**
 * Assembles the traces of one partition: a pure function of its log.
 *
 * `read` takes the next record and tells the listener what follows from it. No wall clock, no randomness, no I/O: the
 * same records from the same clock give the same calls, so a crash is recovered from by reading again from `lowWater`
 * and ignoring what was told before the committed position. Stated as an executable model in the design; the tests
 * hold this code against it.
 *
 * Not for what is made of a fragment (fragment_analysis.ts), nor for when to commit (the processor).
 */
import { TRACE_ID_BYTES } from '../otlp/fields.ts';
import type { SpanView } from '../otlp/span_view.ts';
import { equalRanges } from '../wire/equal_bytes.ts';
import { key16 } from '../wire/keys.ts';
import { DEFAULT_TENANT, UNREADABLE_BATCH } from '../contracts.ts';
import type { AssemblyListener } from './analysis.ts';
import { FactsReader } from './facts_reader.ts';
import { headerBytes, isSameHeader } from './header_table.ts';
import { OpenRun, type LogClock } from './open_run.ts';
import type { RecordStore } from './record_store.ts';
import { RunQueue } from './run_queue.ts';
import type { Arrival } from './run_spans.ts';
import { noFacts } from './span_facts.ts';
import { spanFingerprint } from './span_fingerprint.ts';
import { SpanIntake } from './span_intake.ts';
import { SpanRows } from './span_rows.ts';
import type { CloseReason, SpanHeader } from './run.ts';

/** All times are stream time in milliseconds. */
export interface AssemblyRules {
  /** A silence of this length ends a run. */
  readonly forgetMs: number;
  /** A silence of this length sends what has come. */
  readonly settleMs: number;
  /** The same once the root and every span's parent are there. */
  readonly settleCompleteMs: number;
  /** Metrics leave each time stream time crosses a multiple of this. */
  readonly markMs: number;
  /** Stream time advances by at most this much a record: an outage of the brokers is no silence of the services. */
  readonly maxStepMs: number;
  /** A fragment that has as many spans is sent at once. */
  readonly maxFragmentSpans: number;
  /** A fragment is sent before a span that would make it larger; so only a single span can be larger. */
  readonly maxFragmentBytes: number;
}

export const DEFAULT_RULES: AssemblyRules = {
  forgetMs: 30_000,
  settleMs: 5_000,
  settleCompleteMs: 1_000,
  markMs: 10_000,
  maxStepMs: 1_500,
  maxFragmentSpans: 5_000,
  maxFragmentBytes: 4 * 1024 * 1024,
};

/** A record of the spans topic. Its value is a TracesData, or empty: a tick, or with `cut` a control record. */
export interface LogRecord {
  readonly offset: number;
  readonly appendMs: number;
  readonly tenant: string;
  /** Handed over: nobody changes it afterwards. */
  readonly value: Uint8Array;
  /** 16-byte trace ids, one after the other, of runs that end here; null where the record is none of control. */
  readonly cut: Uint8Array | null;
  /** Why it is no record: the client could not read the batch at this offset, whose bytes the value is. */
  readonly unreadable?: string;
}

/** Where a replay has to start so that nothing that is still owed is missed, and the clock there. */
export interface LowWater {
  readonly offset: number;
  readonly clock: LogClock;
}

/** A run that has lived for too long, to be named in a control record. */
export interface OverdueRun {
  readonly tenant: string;
  readonly traceId: string;
  /** Set by who wrote the control record, so that the run is named once. */
  cutAsked: boolean;
}

export class Assembly {
  private readonly rules: AssemblyRules;
  private readonly store: RecordStore;
  private readonly listener: AssemblyListener;

  private clock: LogClock;
  private mark: number;
  private readonly runs = new Map<string, OpenRun>();
  /** By first record, by last span, and by last span of those with unsent spans (whole or not). */
  private readonly born = new RunQueue(0);
  private readonly touched = new RunQueue(1);
  private readonly settlingComplete = new RunQueue(2);
  private readonly settlingIncomplete = new RunQueue(2);
  /** The earliest first record of the runs that ended since the last mark: their metrics have not left yet. */
  private endedLow: LowWater | null = null;
  private owesMetrics = false;

  private readonly intake: SpanIntake;
  private readonly rows = new SpanRows();
  private readonly factsReader = new FactsReader();
  /** Of the span that is looked at. */
  private readonly facts = noFacts();

  /** `clock` is the one that was committed with the low water, or zeros at the start of a log. */
  constructor(rules: AssemblyRules, clock: LogClock, store: RecordStore, listener: AssemblyListener) {
    this.rules = rules;
    this.clock = clock;
    this.mark = Math.floor(clock.streamMs / rules.markMs);
    this.store = store;
    this.listener = listener;
    this.intake = new SpanIntake(listener);
  }

  get openRuns(): number {
    return this.runs.size;
  }

  /** Latest append time read, in Unix milliseconds. */
  get appendMs(): number {
    return this.clock.appendMs;
  }

  /** Stream time after the last record. */
  get streamMs(): number {
    return this.clock.streamMs;
  }

  /** Whether something is owed that only the passing of time will send: then a silent log needs ticks. */
  get needsTime(): boolean {
    return this.runs.size > 0 || this.owesMetrics;
  }

  /** Reads the next record. What cannot be read is rejected to the listener; nothing is thrown for bad data. */
  read(record: LogRecord): void {
    const before = this.clock;
    const elapsed = Math.max(record.appendMs - before.appendMs, 0);
    this.clock = {
      streamMs: before.streamMs + Math.min(elapsed, this.rules.maxStepMs),
      appendMs: Math.max(before.appendMs, record.appendMs),
    };
    this.endSilentRuns(record.offset);
    this.sendSettled(record.offset);
    this.crossMark(record.offset);
    if (record.cut !== null) this.cutRuns(record.tenant, record.cut, record.offset);
    if (record.unreadable !== undefined) {
      this.listener.onRejected(UNREADABLE_BATCH, record, null, record.unreadable);
    } else if (record.value.length > 0) this.readSpans(record, before);
  }

  /** The record from which a replay must start when `nextOffset` is the next to be read. */
  lowWater(nextOffset: number): LowWater {
    let low: LowWater = { offset: nextOffset, clock: this.clock };
    const oldest = this.born.head;
    if (oldest !== null) low = { offset: oldest.firstOffset, clock: oldest.clockBefore };
    if (this.endedLow !== null && this.endedLow.offset < low.offset) low = this.endedLow;
    return low;
  }

  /** Runs that have lived longer than `maxAgeMs` of stream time and that no cut was asked for, oldest first. */
  overdueRuns(maxAgeMs: number): OverdueRun[] {
    const overdue: OverdueRun[] = [];
    for (let run = this.born.head; run !== null; run = this.born.next(run)) {
      if (this.clock.streamMs - run.firstMs <= maxAgeMs) break;
      if (!run.cutAsked) overdue.push(run);
    }
    return overdue;
  }

  /** Gives all held bytes back. The assembly is of no use afterwards. */
  release(): void {
    for (const run of this.runs.values()) run.spans.release();
    this.runs.clear();
  }

  private endSilentRuns(offset: number): void {
    const silentSince = this.clock.streamMs - this.rules.forgetMs;
    for (let run = this.touched.head; run !== null && run.lastMs <= silentSince; run = this.touched.head) {
      this.end(run, 'idle', offset);
    }
  }

  private sendSettled(offset: number): void {
    this.sendSettledOf(this.settlingComplete, this.rules.settleCompleteMs, offset);
    this.sendSettledOf(this.settlingIncomplete, this.rules.settleMs, offset);
  }

  private sendSettledOf(queue: RunQueue, settleMs: number, offset: number): void {
    const settledSince = this.clock.streamMs - settleMs;
    for (let run = queue.head; run !== null && run.lastMs <= settledSince; run = queue.head) {
      this.send(run, 'settled', offset);
    }
  }

  private crossMark(offset: number): void {
    const mark = Math.floor(this.clock.streamMs / this.rules.markMs);
    if (mark === this.mark) return;
    this.mark = mark;
    this.listener.onMark(offset);
    this.endedLow = null;
    this.owesMetrics = false;
  }

  private cutRuns(tenant: string, traceIds: Uint8Array, offset: number): void {
    for (let at = 0; at + TRACE_ID_BYTES <= traceIds.length; at += TRACE_ID_BYTES) {
      const run = this.runs.get(keyOf(tenant, key16(traceIds, at)));
      if (run !== undefined) this.end(run, 'cut', offset);
    }
  }

  private readSpans(record: LogRecord, before: LogClock): void {
    const { value } = record;
    const held = this.store.hold(value);
    const bytes = new DataView(value.buffer, value.byteOffset, value.byteLength);
    let run: OpenRun | null = null;
    let runIdAt = 0;
    let arrival: Arrival | null = null;
    this.intake.read(record, (view, header) => {
      // Spans of a trace often follow each other, and no run ends amid a record.
      const idAt = view.traceIdStart;
      if (run === null || !equalRanges(value, idAt, value, runIdAt, TRACE_ID_BYTES))
        run = this.touch(record, key16(value, idAt), before);
      runIdAt = idAt;
      arrival ??= { view, fingerprint: 0, header, facts: this.facts, record: held };
      arrival.fingerprint = spanFingerprint(bytes, view.start, view.end);
      arrival.header = header;
      this.takeSpan(record, run, arrival);
    });
    held.release();
  }

  private takeSpan(record: LogRecord, run: OpenRun, arrival: Arrival): void {
    const { view, header } = arrival;
    if (run.spans.has(arrival)) {
      if (run.settling !== null) this.settle(run);
      return;
    }
    const { maxFragmentSpans, maxFragmentBytes } = this.rules;
    const bytes = bytesOf(run, view, header);
    if (run.unsentBytes + bytes > maxFragmentBytes) this.send(run, 'full', record.offset);
    arrival.record.retain();
    this.factsReader.read(view, header, run.traceId, arrival.facts);
    run.add(arrival);
    run.unsentBytes += bytes;
    run.receivedMs = record.appendMs;
    if (run.spans.unsent >= maxFragmentSpans) this.send(run, 'full', record.offset);
    else this.settle(run);
  }

  /** The run of a trace, begun if need be, with its silence broken: a repeated span breaks it like any other. */
  private touch(record: LogRecord, traceId: string, before: LogClock): OpenRun {
    const key = keyOf(record.tenant, traceId);
    let run = this.runs.get(key);
    if (run === undefined) {
      run = new OpenRun(key, record.tenant, traceId, record.offset, before, this.clock.streamMs, this.rows);
      this.runs.set(key, run);
      this.born.append(run);
    } else {
      this.touched.remove(run);
      run.lastMs = this.clock.streamMs;
    }
    this.touched.append(run);
    return run;
  }

  /** Puts the run at the end of the queue in which it waits for its fragment. */
  private settle(run: OpenRun): void {
    const queue = run.spans.isComplete ? this.settlingComplete : this.settlingIncomplete;
    if (run.settling === queue && queue.tail === run) return;
    run.settling?.remove(run);
    run.settling = queue;
    queue.append(run);
  }

  private send(run: OpenRun, reason: CloseReason, offset: number): void {
    run.settling?.remove(run);
    run.settling = null;
    if (run.spans.unsent === 0) return;
    this.owesMetrics = true;
    const { tenant, traceId, fragments: number, receivedMs } = run;
    run.spans.send((spans, known) => {
      this.listener.onFragment({ tenant, traceId, number, reason, receivedMs, spans, known }, offset);
    });
    run.unsentBytes = 0;
    run.fragments++;
  }

  private end(run: OpenRun, reason: CloseReason, offset: number): void {
    this.send(run, reason, offset);
    this.listener.onRunEnd(run.tenant, run.traceId, run.spans.end());
    this.owesMetrics = true;
    this.runs.delete(run.key);
    this.born.remove(run);
    this.touched.remove(run);
    if (this.endedLow === null || run.firstOffset < this.endedLow.offset) {
      this.endedLow = { offset: run.firstOffset, clock: run.clockBefore };
    }
  }
}

/** Trace ids of different tenants never meet. */
function keyOf(tenant: string, traceId: string): string {
  return tenant === DEFAULT_TENANT ? traceId : `${traceId}/${tenant}`;
}

/** What the span adds to its fragment: headers count too, as often as they change from span to span. */
function bytesOf(run: OpenRun, view: SpanView, header: SpanHeader): number {
  const own = view.end - view.start;
  const last = run.spans.lastHeader;
  return last !== null && isSameHeader(last, header) ? own : own + headerBytes(header);
}
