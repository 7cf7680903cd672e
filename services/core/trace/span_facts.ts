/**
 * What metrics, summaries and edges need of a span, read once from its bytes.
 *
 * Not for storage, which copies the bytes, nor for attributes beyond those that name a peer. A fact outlives the fragment:
 * it holds no offsets.
 */
import { adjustedCount } from '../sampling/adjusted_count.ts';
import type { OperationNames } from '../metrics/operation_name.ts';
import { SPAN_KINDS, SPAN_STATUSES } from '../metrics/deltas.ts';
import { STATUS_ERROR } from '../otlp/fields.ts';
import { durationNs, readSpanView, startTimeMs } from '../otlp/span_view.ts';
import type { SpanView } from '../otlp/span_view.ts';
import { clampStartMs } from './clamp.ts';
import type { FragmentSpan } from './run.ts';

export interface SpanFacts {
  readonly service: string;
  /** Templated name. */
  readonly operation: string;
  /** Position in SPAN_KINDS; what OTLP does not know is 0, unspecified. */
  readonly kind: number;
  /** Position in SPAN_STATUSES; what OTLP does not know is 0, unset. */
  readonly status: number;
  readonly isError: boolean;
  /** Unix nanoseconds as reported, as two unsigned halves. */
  readonly startLow: number;
  readonly startHigh: number;
  /** Unix milliseconds, clamped: the start that counts (clamp.ts). */
  readonly startMs: number;
  readonly isClamped: boolean;
  readonly durationNs: number;
  /** How many spans it stands for. */
  readonly weight: number;
}

/** Reads a span of a fragment that was received at `receivedMs`; leaves `view` on it. Throws WireError where it is no span. */
export function readSpanFacts(
  span: FragmentSpan,
  receivedMs: number,
  operations: OperationNames,
  view: SpanView,
): SpanFacts {
  readSpanView(view, span.buf, span.start, span.end);
  const reportedMs = startTimeMs(view);
  const startMs = clampStartMs(reportedMs, receivedMs);
  const status = view.statusCode < SPAN_STATUSES.length ? view.statusCode : 0;
  return {
    service: span.header.service,
    operation: operations.of(span.buf, view.nameStart, view.nameEnd),
    kind: knownKind(view.kind),
    status,
    isError: status === STATUS_ERROR,
    startLow: view.startTimeLow,
    startHigh: view.startTimeHigh,
    startMs,
    isClamped: startMs !== reportedMs,
    durationNs: durationNs(view),
    weight: adjustedCount(span.buf, view.traceStateStart, view.traceStateEnd),
  };
}

/** A kind of OTLP, or 0 where it is none. */
function knownKind(kind: number): number {
  return kind > 0 && kind < SPAN_KINDS.length ? kind : 0;
}
