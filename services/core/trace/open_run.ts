/** A run that has not ended: what assembly keeps of one trace. Owned by Assembly; see run.ts for the words. */
import { FEW_SPANS, FewSpans } from './few_spans.ts';
import { SLOTS, type RunQueue } from './run_queue.ts';
import type { Arrival, RunSpans } from './run_spans.ts';
import type { SpanRows } from './span_rows.ts';

/** The clocks of a partition (design: the log is the clock), in milliseconds. */
export interface LogClock {
  /** Advances with the append times by at most `maxStepMs` a record, never back. */
  readonly streamMs: number;
  /** Latest append time read. */
  readonly appendMs: number;
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
  spans: RunSpans;
  unsentBytes = 0;
  fragments = 0;
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
    rows: SpanRows,
  ) {
    this.key = key;
    this.tenant = tenant;
    this.traceId = traceId;
    this.firstOffset = firstOffset;
    this.clockBefore = clockBefore;
    this.firstMs = this.lastMs = streamMs;
    this.spans = new FewSpans(rows);
  }

  /** Takes in a span that is not known yet. */
  add(arrival: Arrival): void {
    if (this.spans instanceof FewSpans && this.spans.count >= FEW_SPANS) this.spans = this.spans.toMany();
    this.spans.add(arrival);
  }
}
