/**
 * The shapes that TraceBatchReader (trace_batch_reader.ts) fills: a TraceBatch as offsets into its bytes.
 */
import { DEFAULT_TENANT } from '../contracts.ts';
import type { SpanGroup } from '../otlp/span_index.ts';
import type { CloseReason } from './run.ts';

/** A stretch of the buffer; empty (start = end) where the message says nothing. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A resource and a scope, as offsets of their message bytes, and the resource's `service.name` (or `unknown_service`). */
export interface BatchHeader extends Readonly<SpanGroup> {
  readonly service: string;
}

export interface BatchPathStep {
  readonly service: ByteRange;
  readonly operation: ByteRange;
  readonly selfTimeLow: number;
  readonly selfTimeHigh: number;
}

/** TraceSummary as it lies in the batch. 64-bit numbers are two unsigned halves. */
export interface BatchSummary {
  startTimeLow: number;
  startTimeHigh: number;
  endTimeLow: number;
  endTimeHigh: number;
  spans: number;
  errors: number;
  /** Empty where the fragment has no root: that, and the name, are UTF-8 text. */
  rootService: ByteRange;
  rootName: ByteRange;
  rootDurationLow: number;
  rootDurationHigh: number;
  readonly services: ByteRange[];
  /** Longest first. */
  readonly criticalPath: BatchPathStep[];
  missingParents: number;
}

export interface BatchTrace {
  /** The 16 bytes of the id start here. */
  traceIdStart: number;
  tenant: string;
  fragment: number;
  reason: CloseReason | 'unspecified';
  /** Unix ms: the reference for wild clocks (clamp.ts). */
  receivedMs: number;
  readonly summary: BatchSummary;
  kept: boolean;
  policy: ByteRange;
  thresholdLow: number;
  thresholdHigh: number;
  /** Its spans are those from `firstSpan` up to, not including, `endSpan`. */
  readonly firstSpan: number;
  endSpan: number;
}

/** The range of what a message does not have. */
export const NOTHING: ByteRange = { start: 0, end: 0 };

/** A trace of which nothing has been read yet; proto3's defaults. */
export function emptyTrace(at: number, firstSpan: number): BatchTrace {
  return {
    traceIdStart: at,
    tenant: DEFAULT_TENANT,
    fragment: 0,
    reason: 'unspecified',
    receivedMs: 0,
    summary: {
      startTimeLow: 0,
      startTimeHigh: 0,
      endTimeLow: 0,
      endTimeHigh: 0,
      spans: 0,
      errors: 0,
      rootService: NOTHING,
      rootName: NOTHING,
      rootDurationLow: 0,
      rootDurationHigh: 0,
      services: [],
      criticalPath: [],
      missingParents: 0,
    },
    kept: false,
    policy: NOTHING,
    thresholdLow: 0,
    thresholdHigh: 0,
    firstSpan,
    endSpan: firstSpan,
  };
}
