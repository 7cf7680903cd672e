/**
 * Windows of the metrics tables as the series of Jaeger's monitor: each point stands for the stretch of `ratePer` before it.
 * Pure.
 */

export interface MetricQuery {
  readonly tenant: string;
  readonly services: readonly string[];
  /** As the table has them: Server, Client, ... */
  readonly kinds: readonly string[];
  readonly byOperation: boolean;
  /** Unix milliseconds; the others are milliseconds. */
  readonly endMs: number;
  readonly lookbackMs: number;
  readonly stepMs: number;
  readonly ratePerMs: number;
}

/** metric_windows.sql */
export interface MetricWindow {
  readonly service: string;
  readonly operation: string;
  /** Unix seconds of its beginning. */
  readonly time: number;
  readonly calls: number;
  readonly errors: number;
  /** Calls by bucket: key b holds durations of (2^(b/8), 2^((b+1)/8)] ns. */
  readonly histogram: Readonly<Record<string, number>>;
}

export interface MetricWindows {
  readonly stepSeconds: number;
  readonly windows: readonly MetricWindow[];
}

export type Figure =
  | { readonly name: 'latencies'; readonly quantile: number }
  | { readonly name: 'calls' }
  | { readonly name: 'errors' };

export interface MetricFamily {
  readonly name: string;
  readonly type: 'GAUGE';
  readonly help: string;
  readonly metrics: readonly {
    readonly labels: readonly { readonly name: string; readonly value: string }[];
    readonly metricPoints: readonly MetricPoint[];
  }[];
}

export interface MetricPoint {
  /** "NaN" where there is nothing to tell, as JSON of protobuf has it. */
  readonly gaugeValue: { readonly doubleValue: number | 'NaN' };
  readonly timestamp: string;
}

export function metricFamily(
  figure: Figure,
  query: MetricQuery,
  { stepSeconds, windows }: MetricWindows,
): MetricFamily {
  const series = Map.groupBy(windows, ({ service, operation }) => JSON.stringify([service, operation]));
  return {
    ...nameOf(figure, query.byOperation),
    type: 'GAUGE',
    metrics: [...series.values()].map((own) => ({
      labels: labelsOf(own[0], query.byOperation),
      metricPoints: points(figure, query, own, stepSeconds),
    })),
  };
}

const NAMES = {
  latencies: 'latencies',
  calls: 'call_rate',
  errors: 'error_rate',
} as const;

function nameOf(figure: Figure, byOperation: boolean): { name: string; help: string } {
  const name = `service_${byOperation ? 'operation_' : ''}${NAMES[figure.name]}`;
  const grouped = `grouped by service${byOperation ? ' & operation' : ''}`;
  switch (figure.name) {
    case 'latencies':
      return { name, help: `${figure.quantile.toFixed(2)}th quantile latency, ${grouped}` };
    case 'calls':
      return { name, help: `calls/sec, ${grouped}` };
    case 'errors':
      return { name, help: `error rate, computed as a fraction of errors/sec over calls/sec, ${grouped}` };
  }
}

function labelsOf(window: MetricWindow | undefined, byOperation: boolean): { name: string; value: string }[] {
  const { service = '', operation = '' } = window ?? {};
  const own = { name: 'service_name', value: service };
  return byOperation ? [{ name: 'operation', value: operation }, own] : [own];
}

/** Of the windows that ended by each point; the same stretch of them is added up once. */
function points(
  figure: Figure,
  { endMs, lookbackMs, stepMs, ratePerMs }: MetricQuery,
  windows: readonly MetricWindow[],
  stepSeconds: number,
): MetricPoint[] {
  const made: MetricPoint[] = [];
  const windowMs = stepSeconds * 1000;
  const stretch = Math.max(1, Math.round(ratePerMs / windowMs));
  let last = -1;
  let value: number | 'NaN' = 'NaN';
  for (let at = endMs - lookbackMs; at <= endMs; at += stepMs) {
    const until = Math.floor(at / windowMs);
    if (until !== last) {
      last = until;
      const from = (until - stretch) * stepSeconds;
      const inside = windows.filter(({ time }) => time >= from && time < until * stepSeconds);
      value = valueOf(figure, inside, stretch * stepSeconds);
    }
    made.push({ gaugeValue: { doubleValue: value }, timestamp: timestamp(at) });
  }
  return made;
}

function valueOf(figure: Figure, windows: readonly MetricWindow[], seconds: number): number | 'NaN' {
  const calls = windows.reduce((sum, window) => sum + window.calls, 0);
  if (figure.name === 'calls') return calls / seconds;
  if (calls === 0) return 'NaN';
  if (figure.name === 'errors') return windows.reduce((sum, window) => sum + window.errors, 0) / calls;
  return latencyMs(windows, figure.quantile);
}

/** The middle of the bucket that holds the quantile, as in the views service_red and operation_red. */
function latencyMs(windows: readonly MetricWindow[], quantile: number): number | 'NaN' {
  const counts = new Map<number, number>();
  for (const { histogram } of windows) {
    for (const [key, count] of Object.entries(histogram)) {
      counts.set(Number(key), (counts.get(Number(key)) ?? 0) + count);
    }
  }
  const buckets = [...counts].sort(([a], [b]) => a - b);
  const wanted = quantile * buckets.reduce((sum, [, count]) => sum + count, 0);
  let passed = 0;
  for (const [bucket, count] of buckets) {
    passed += count;
    if (passed >= wanted) return 2 ** ((bucket + 0.5) / 8) / 1e6;
  }
  const [last] = buckets.at(-1) ?? [];
  return last === undefined ? 'NaN' : 2 ** ((last + 0.5) / 8) / 1e6;
}

/** RFC 3339 without a fraction of nothing, as protobuf writes it. */
function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
