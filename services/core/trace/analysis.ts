/**
 * What assembly tells the world outside: the one place where fragments, ends of runs and marks of stream time arrive.
 * Implemented by the processor's analysis (metrics, edges, summaries) and by the tests' recorders.
 */
import { UNREADABLE_BATCH } from '../contracts.ts';
import type { Extent } from '../otlp/rejected_span.ts';
import type { SpanGroup } from '../otlp/span_index.ts';
import type { LogRecord } from './assembly.ts';
import type { Fragment, SpanTable } from './run.ts';

/** Why a record or a span was not taken; also the metric label and the dead letter's reason. */
export const REJECT_REASONS = [
  'malformed_record',
  'malformed_resource',
  'malformed_span',
  'invalid_trace_id',
  'invalid_span_id',
  UNREADABLE_BATCH,
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** Spans of a record that were not taken: each is `record.value[start, end)`, all under the headers of `group`. */
export interface RejectedSpans {
  readonly group: SpanGroup;
  readonly spans: readonly Extent[];
}

export interface AssemblyListener {
  /** A fragment is sent. `offset` is the record that made it leave. */
  onFragment(fragment: Fragment, offset: number): void;
  /** A run ended: nothing can follow. Calls to peers that never answered are counted now. */
  onRunEnd(tenant: string, traceId: string, spans: SpanTable): void;
  /** Stream time crossed a mark: what was counted since the last one leaves. */
  onMark(offset: number): void;
  /** Bytes that are no span, or a span without ids. Null for the record as a whole. Good for the call. */
  onRejected(reason: RejectReason, record: LogRecord, spans: RejectedSpans | null, detail: string): void;
}
