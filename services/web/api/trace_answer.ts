/** Answers of the query API about single traces. Types alone; a test holds them against what the service declares. */
import type { Attributes, Nanoseconds } from './answers.ts';

export interface Span {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  /** Position in the trace's spans. */
  readonly parent: number | null;
  readonly depth: number;
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly statusMessage: string;
  readonly startOffsetNs: Nanoseconds;
  readonly durationNs: Nanoseconds;
  readonly selfTimeNs: Nanoseconds;
  readonly criticalTimeNs: number;
  readonly reportedStartNs: string | null;
  readonly attributes: Attributes;
  readonly resource: number;
  readonly scope: { readonly name: string; readonly version: string };
  readonly traceState: string;
  readonly events: readonly {
    readonly offsetNs: Nanoseconds;
    readonly name: string;
    readonly attributes: Attributes;
  }[];
  readonly links: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly traceState: string;
    readonly attributes: Attributes;
  }[];
  readonly weight: number;
}

export interface TraceWarning {
  readonly code: string;
  readonly message: string;
  readonly count: number;
  readonly spanIds: readonly string[];
}

export interface Trace {
  readonly traceId: string;
  readonly startNs: string;
  readonly durationNs: Nanoseconds;
  readonly root: {
    readonly spanId: string;
    readonly service: string;
    readonly name: string;
    readonly durationNs: Nanoseconds;
  } | null;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly services: readonly { readonly service: string; readonly spans: number; readonly errors: number }[];
  readonly fragments: number;
  readonly criticalPath: readonly {
    readonly service: string;
    readonly operation: string;
    readonly selfTimeNs: Nanoseconds;
  }[];
  readonly warnings: readonly TraceWarning[];
  readonly resources: readonly Attributes[];
  readonly spans: readonly Span[];
}

export interface ComparedSide {
  readonly span: number;
  readonly spanId: string;
  readonly name: string;
  readonly status: string;
  readonly startOffsetNs: Nanoseconds;
  readonly durationNs: Nanoseconds;
  readonly selfTimeNs: Nanoseconds;
}

export interface ComparedTrace {
  readonly traceId: string;
  readonly startNs: string;
  readonly durationNs: Nanoseconds;
  readonly spanCount: number;
  readonly errorCount: number;
}

export interface ComparedPair {
  readonly depth: number;
  readonly service: string;
  readonly operation: string;
  readonly kind: string;
  readonly left: ComparedSide | null;
  readonly right: ComparedSide | null;
}

export interface Comparison {
  readonly left: ComparedTrace;
  readonly right: ComparedTrace;
  readonly pairs: readonly ComparedPair[];
}

export interface NormalSpan {
  readonly spanId: string;
  readonly operation: string;
  readonly calls: number;
  /** Share of the calls that were shorter. */
  readonly percentile: number | null;
  readonly medianNs: number | null;
  readonly p95Ns: number | null;
}

export interface Normal {
  readonly traceId: string;
  readonly spans: readonly NormalSpan[];
}
