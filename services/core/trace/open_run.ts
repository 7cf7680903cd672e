/** A run that has not ended: what assembly keeps of one trace. Owned by Assembly; see run.ts for the words. */
import type { HeldRecord } from './record_store.ts';
import { SLOTS, type RunQueue } from './run_queue.ts';
import { SpanTable, type SpanHeader, type SpanNode } from './run.ts';

/** The clocks of a partition (design: the log is the clock), in milliseconds. */
export interface LogClock {
  /** Advances with the append times by at most `maxStepMs` a record, never back. */
  readonly streamMs: number;
  /** Latest append time read. */
  readonly appendMs: number;
}

/** A span that waits for its fragment: its bytes are `[start, end)` of the held record. */
export interface UnsentSpan {
  readonly node: SpanNode;
  readonly header: SpanHeader;
  readonly record: HeldRecord;
  readonly start: number;
  readonly end: number;
}

export class OpenRun {
  readonly key: string;
  readonly tenant: string;
  readonly traceId: string;
  /** The record that began the run, and the clock as it stood before that record: where a replay starts. */
  readonly firstOffset: number;
  readonly clockBefore: LogClock;
  /** Stream time of the first and of the last span. */
  readonly firstMs: number;
  lastMs: number;
  /** Append time of the last span: what is told as the fragment's time of receipt. */
  receivedMs = 0;
  readonly spans = new SpanTable();
  unsent: UnsentSpan[] = [];
  unsentBytes = 0;
  fragments = 0;
  hasRoot = false;
  /** Parents that spans name and that are not there; null for none, as in nearly every run that waits for its end. */
  private missingParents: Set<string> | null = null;
  /** Whether a cut was asked for; not part of what the log decides. */
  cutAsked = false;
  /** The settling queue the run stands in, if it has unsent spans. */
  settling: RunQueue | null = null;
  /** Neighbours in the queues, by slot: see run_queue.ts. */
  readonly links: (OpenRun | null)[] = new Array<OpenRun | null>(2 * SLOTS).fill(null);

  constructor(
    key: string,
    tenant: string,
    traceId: string,
    firstOffset: number,
    clockBefore: LogClock,
    streamMs: number,
  ) {
    this.key = key;
    this.tenant = tenant;
    this.traceId = traceId;
    this.firstOffset = firstOffset;
    this.clockBefore = clockBefore;
    this.firstMs = this.lastMs = streamMs;
  }

  /** The root and every span's parent are there: nothing more is to be expected. */
  get isComplete(): boolean {
    return this.hasRoot && this.missingParents === null;
  }

  /** Takes a span in that is not known yet. */
  add(node: SpanNode): void {
    this.spans.add(node);
    this.arrived(node.spanId);
    if (node.parentId === '') {
      this.hasRoot = true;
      return;
    }
    const parent = this.spans.find(node.parentId);
    // One string for both: ids are a good part of what a run costs until it ends.
    if (parent !== undefined) node.parentId = parent.spanId;
    else (this.missingParents ??= new Set()).add(node.parentId);
  }

  private arrived(spanId: string): void {
    if (this.missingParents?.delete(spanId) === true && this.missingParents.size === 0)
      this.missingParents = null;
  }
}
