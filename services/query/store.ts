/**
 * What the routes ask about traces, and how any store fails: they know these types only. ClickHouse stands behind them
 * (trace_store.ts).
 */
import type { StoredSpan, StoredSummary } from './trace_answer.ts';

export interface StoredTrace {
  readonly traceId: string;
  /** Never empty; the earliest ones where there are more than a trace may have. */
  readonly spans: readonly StoredSpan[];
  readonly summary: StoredSummary;
  readonly truncated: boolean;
  /** Changes with what is stored; null while spans of the trace are still under way. */
  readonly version: string | null;
}

/** A stretch of time, as Unix milliseconds: [since, until). */
export interface TimeRange {
  readonly sinceMs: number;
  readonly untilMs: number;
}

export interface FoundTrace {
  readonly traceId: string;
  readonly startNs: bigint;
  readonly durationNs: bigint;
  /** Null while the root has not arrived. */
  readonly root: { readonly service: string; readonly name: string; readonly durationNs: bigint } | null;
  readonly services: readonly string[];
  readonly spans: number;
  readonly errors: number;
}

/** What one span of a trace has to be like, in all of these; null and empty for any. */
export interface SpanConditions {
  readonly service: string | null;
  /** As the metrics name it: `{}` stands for what differs from call to call. */
  readonly operation: string | null;
  readonly kind: string | null;
  readonly status: string | null;
  /** Part of its name, in any case. */
  readonly name: string | null;
  readonly minSpanNs: number | null;
  readonly maxSpanNs: number | null;
  readonly attributes: readonly (readonly [string, string])[];
  readonly resourceAttributes: readonly (readonly [string, string])[];
}

export interface TraceSearch extends TimeRange {
  readonly tenant: string;
  readonly span: SpanConditions;
  readonly minServices: number;
  readonly minNs: number | null;
  readonly maxNs: number | null;
  /** By start; or by duration, that of the span where spans are searched. */
  readonly order: 'newest' | 'longest';
  /** The last of the page before. */
  readonly after: PageEnd | null;
  readonly limit: number;
}

/** Traces are in falling order of key, then of id. */
export interface PageEnd {
  readonly key: bigint;
  readonly traceId: string;
}

export interface FoundTraces {
  readonly traces: readonly FoundTrace[];
  /** Null where there are no more. */
  readonly end: PageEnd | null;
}

/** All throw StoreError, or what `signal` was aborted with. Trace ids are 32 hex digits in lower case. */
export interface TraceStore {
  /** Null where there is no such trace. */
  trace(tenant: string, traceId: string, signal: AbortSignal): Promise<StoredTrace | null>;
  /** What `trace` would give as version, without reading the spans. */
  version(tenant: string, traceId: string, signal: AbortSignal): Promise<string | null>;
  find(search: TraceSearch, signal: AbortSignal): Promise<FoundTraces>;
}

/**
 * Why the store gave no answer: it is away, has no tables yet, took too long, the answer is larger than allowed, or a
 * regular expression that was asked for is none.
 */
export type StoreFailure = 'unavailable' | 'no-tables' | 'timeout' | 'too-large' | 'bad-pattern';

export class StoreError extends Error {
  override name = 'StoreError';
  readonly failure: StoreFailure;

  constructor(failure: StoreFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}
