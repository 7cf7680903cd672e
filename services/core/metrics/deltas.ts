/**
 * What one partition counted between two marks of stream time, to be added to what is there: the records of the metrics
 * topic (proto/avro), as the processor makes and the sink reads them.
 */

export interface HistogramBucket {
  readonly index: number;
  readonly count: number;
}

/** A span to look at behind a figure. Ids are raw bytes as latin1. */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly startMs: number;
  readonly durationNs: number;
}

export interface SpanMetricDelta {
  readonly tenant: string;
  /** Unix seconds: the window of the spans' (clamped) start times. */
  readonly windowStart: number;
  readonly stepSeconds: number;
  readonly service: string;
  /** Templated: operation_name.ts. */
  readonly operation: string;
  /** One of SPAN_KINDS. */
  readonly kind: string;
  /** One of SPAN_STATUSES. */
  readonly status: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Spans seen, unweighted; everything below is weighted: a span counts as often as its sampling says. */
  readonly spans: number;
  readonly calls: number;
  readonly errors: number;
  readonly durationSumNs: number;
  /** By index, rising: exponential_histogram.ts. */
  readonly histogram: readonly HistogramBucket[];
  readonly criticalPathNs: number;
  readonly exemplars: readonly Exemplar[];
}

export interface ServiceEdgeDelta {
  readonly tenant: string;
  /** Unix seconds: the window of the client's start, or of the server's where no client is known. */
  readonly windowStart: number;
  readonly stepSeconds: number;
  readonly client: string;
  readonly server: string;
  /** rpc, messaging, database, unknown. */
  readonly connectionType: string;
  readonly calls: number;
  readonly errors: number;
  readonly clientDurationSumNs: number;
  readonly serverDurationSumNs: number;
  /** Empty where that end reported no span. */
  readonly clientHistogram: readonly HistogramBucket[];
  readonly serverHistogram: readonly HistogramBucket[];
}

/** Names of OTLP's span kinds, by their number. */
export const SPAN_KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'] as const;
/** Names of OTLP's status codes, by their number. */
export const SPAN_STATUSES = ['Unset', 'Ok', 'Error'] as const;

/** Where that goes which a cap keeps from having a series of its own. */
export const OTHER = '__other__';

export const WINDOW_SECONDS = 10;

/** The window, in Unix seconds, that a time in Unix milliseconds falls in. */
export function windowOf(startMs: number): number {
  return Math.floor(startMs / (WINDOW_SECONDS * 1000)) * WINDOW_SECONDS;
}

/** Order of strings by UTF-16 units: the same on every machine, unlike a locale's. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
