/**
 * What metrics, summaries and edges need of a span, read once from its bytes.
 *
 * Not for storage, which copies the bytes, nor for peers and links, which take a walk over attributes (fragment_analysis.ts).
 * Facts are the end of an edge that a node keeps until its run ends: they hold no offsets.
 */
import { adjustedCount } from '../sampling/adjusted_count.ts';
import type { OperationNames } from '../metrics/operation_name.ts';
import { SPAN_KINDS, SPAN_STATUSES } from '../metrics/deltas.ts';
import { STATUS_ERROR } from '../otlp/fields.ts';
import { durationNs, readSpanView, startTimeMs } from '../otlp/span_view.ts';
import type { SpanView } from '../otlp/span_view.ts';
import { clampStartMs } from './clamp.ts';
import type { EdgeEnd, FragmentSpan, SpanId } from './run.ts';

export interface SpanFacts extends Omit<EdgeEnd, keyof FarEnd> {
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

/** What a walk over the span's attributes and links adds: with it, the facts are the end of an edge. */
export type FarEnd = Pick<EdgeEnd, 'peer' | 'links'>;

/** Facts as a node has room for them. */
export type NodeFacts = { -readonly [Fact in keyof (SpanFacts & FarEnd)]: (SpanFacts & FarEnd)[Fact] };

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

/**
 * Reads a span of a fragment that was received at `receivedMs` into the facts of its node, as yet without its far end; leaves
 * `view` on it. Throws WireError where it is no span.
 */
export function readSpanFacts(
  { node: { facts }, header, buf, start, end }: FragmentSpan,
  receivedMs: number,
  operations: OperationNames,
  view: SpanView,
): NodeFacts {
  readSpanView(view, buf, start, end);
  const reportedMs = startTimeMs(view);
  const startMs = clampStartMs(reportedMs, receivedMs);
  const status = view.statusCode < SPAN_STATUSES.length ? view.statusCode : 0;
  facts.service = header.service;
  facts.operation = operations.of(buf, view.nameStart, view.nameEnd);
  facts.kind = knownKind(view.kind);
  facts.status = status;
  facts.isError = status === STATUS_ERROR;
  facts.startLow = view.startTimeLow;
  facts.startHigh = view.startTimeHigh;
  facts.startMs = startMs;
  facts.isClamped = startMs !== reportedMs;
  facts.durationNs = durationNs(view);
  facts.weight = adjustedCount(buf, view.traceStateStart, view.traceStateEnd);
  facts.peer = null;
  facts.links = NO_LINKS;
  return facts;
}

/** A kind of OTLP, or 0 where it is none. */
function knownKind(kind: number): number {
  return kind > 0 && kind < SPAN_KINDS.length ? kind : 0;
}
