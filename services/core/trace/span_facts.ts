/**
 * What metrics, summaries and edges need of a span, read once from its bytes.
 *
 * Not for storage, which copies the bytes. Facts are the end of an edge that a node keeps until its run ends: they hold no
 * offsets. They are read when the span arrives (facts_reader.ts), but for the start that counts, which hangs on its fragment.
 */
import { SPAN_KINDS } from '../metrics/deltas.ts';
import { wholeMs } from '../otlp/span_view.ts';
import { clampStartMs } from './clamp.ts';
import type { EdgeEnd, SpanId } from './run.ts';

export interface SpanFacts extends EdgeEnd {
  /** Templated name. */
  readonly operation: string;
  /** Position in SPAN_KINDS; what OTLP does not know is 0, unspecified. */
  readonly kind: number;
  /** Position in SPAN_STATUSES; what OTLP does not know is 0, unset. */
  readonly status: number;
  /** Unix nanoseconds as reported, as two unsigned halves. */
  readonly startLow: number;
  readonly startHigh: number;
  readonly isClamped: boolean;
}

/** Facts as a node has room for them. */
export type NodeFacts = { -readonly [Fact in keyof SpanFacts]: SpanFacts[Fact] };

export const NO_LINKS: readonly SpanId[] = [];

/** Room for facts that are not read yet. */
export function noFacts(): NodeFacts {
  return {
    service: '',
    operation: '',
    kind: 0,
    status: 0,
    isError: false,
    startLow: 0,
    startHigh: 0,
    startMs: 0,
    isClamped: false,
    durationNs: 0,
    weight: 0,
    peer: null,
    links: NO_LINKS,
  };
}

/** A kind of OTLP, or 0 where it is none. */
export function knownKind(kind: number): number {
  return kind > 0 && kind < SPAN_KINDS.length ? kind : 0;
}

/** The last fact: the start that counts for a span of a fragment that was received at `receivedMs`. */
export function settleStart(facts: NodeFacts, receivedMs: number): void {
  const reportedMs = wholeMs(facts.startLow, facts.startHigh);
  facts.startMs = clampStartMs(reportedMs, receivedMs);
  facts.isClamped = facts.startMs !== reportedMs;
}
