/**
 * What the routes ask of the store, and how it fails: they know these types only. ClickHouse stands behind it
 * (clickhouse_store.ts).
 */
import type { StoredSpan, StoredSummary } from './trace_answer.ts';

export interface StoredTrace {
  readonly traceId: string;
  /** Never empty; the earliest ones where there are more than a trace may have. */
  readonly spans: readonly StoredSpan[];
  readonly summary: StoredSummary;
  readonly truncated: boolean;
}

/** A stretch of time, as Unix milliseconds: [since, until). */
export interface TimeRange {
  readonly sinceMs: number;
  readonly untilMs: number;
}

export interface ServiceFigures {
  readonly service: string;
  /** Spans of any kind that it reported. */
  readonly spans: number;
  /** Requests that it answered and messages that it took: its Server and Consumer spans, weighted. */
  readonly calls: number;
  readonly errors: number;
  /** Of those calls, in nanoseconds; null without any. */
  readonly durations: { readonly p50: number; readonly p95: number; readonly p99: number } | null;
}

export interface FoundTrace {
  readonly traceId: string;
  readonly startNs: bigint;
  readonly durationNs: bigint;
  /** Null while the root has not arrived. */
  readonly root: { readonly service: string; readonly name: string } | null;
  readonly services: readonly string[];
  readonly spans: number;
  readonly errors: number;
}

export interface TraceSearch extends TimeRange {
  readonly tenant: string;
  /** Null for any. */
  readonly service: string | null;
  readonly minServices: number;
  readonly limit: number;
}

/** All throw StoreError, or what `signal` was aborted with. */
export interface Store {
  /** Null where there is no such trace. `traceId` is 32 hex digits in lower case. */
  trace(tenant: string, traceId: string, signal: AbortSignal): Promise<StoredTrace | null>;
  /** Newest first. */
  newestTraces(search: TraceSearch, signal: AbortSignal): Promise<FoundTrace[]>;
  /** Most calls first. */
  services(tenant: string, range: TimeRange, signal: AbortSignal): Promise<ServiceFigures[]>;
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
