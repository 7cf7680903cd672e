/**
 * What the rollups of span metrics say: services, operations, series, histograms, and spans to look at behind a figure.
 *
 * Only exemplars read the span table, where the rollups name too few. All throw StoreError, or what `signal` was aborted with.
 */
import type { Clock } from '../platform/clock.ts';
import type { Row } from '../platform/clickhouse/client.ts';
import { histogram, list, nanos, number, text, type HistogramCounts } from './columns.ts';
import { operationPattern } from './operation_pattern.ts';
import { readSql, type Query } from './queries.ts';
import { rollupRange, type Retention, type RollupRange } from './rollups.ts';
import type { TimeRange } from './store.ts';

/** Of weighted calls, in nanoseconds; null without calls. */
export interface Durations {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
}

export interface Red {
  /** Weighted: each span counts as often as its sampling says. */
  readonly calls: number;
  readonly errors: number;
  readonly durations: Durations | null;
}

/** One value a point; 0 where nothing happened. */
export interface Sparkline {
  readonly calls: readonly number[];
  readonly errors: readonly number[];
}

export interface ServiceFigures extends Red {
  readonly service: string;
  /** Spans of any kind that it reported; its calls are its Server and Consumer spans. */
  readonly spans: number;
  readonly sparkline: Sparkline;
}

export interface OperationFigures extends Red {
  readonly operation: string;
  readonly kind: string;
  readonly spans: number;
  /** Nanoseconds that its spans were on the critical paths of their traces. */
  readonly criticalPathNs: number;
  readonly slowestTraceId: string | null;
  readonly newestErrorTraceId: string | null;
  readonly sparkline: Sparkline;
}

/** Empty texts and lists leave all in. */
export interface SeriesFilter {
  readonly tenant: string;
  readonly service: string;
  readonly operation: string;
  readonly kinds: readonly string[];
}

export interface ExemplarFilter extends SeriesFilter {
  readonly status: string;
  /** Both inclusive. */
  readonly minNs: number;
  readonly maxNs: number;
  readonly limit: number;
}

export interface SpanExemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly service: string;
  readonly operation: string;
  readonly kind: string;
  readonly status: string;
  readonly durationNs: bigint;
}

/** Figures and the points that they are of. */
export interface OverTime<T> {
  readonly range: RollupRange;
  readonly found: readonly T[];
}

export interface MetricsStore {
  /** Most calls first. */
  services(tenant: string, range: TimeRange, signal: AbortSignal): Promise<OverTime<ServiceFigures>>;
  operations(
    tenant: string,
    service: string,
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<OverTime<OperationFigures>>;
  /** Points without calls are not in it. */
  series(
    filter: SeriesFilter,
    range: TimeRange,
    signal: AbortSignal,
  ): Promise<OverTime<Red & { point: number }>>;
  heatmap(
    filter: SeriesFilter,
    range: TimeRange,
    signal: AbortSignal,
  ): Promise<OverTime<{ point: number; counts: HistogramCounts }>>;
  exemplars(filter: ExemplarFilter, range: TimeRange, signal: AbortSignal): Promise<SpanExemplar[]>;
}

export interface MetricsStoreOptions {
  readonly query: Query;
  readonly clock: Clock;
  readonly retention: Retention;
}

const SERVICES = readSql('services');
const OPERATIONS = readSql('operations');
const SERIES = readSql('series');
const HEATMAP = readSql('heatmap');
const ROLLUP_EXEMPLARS = readSql('rollup_exemplars');
const SPAN_EXEMPLARS = readSql('span_exemplars');
const STORED_TRACES = readSql('stored_traces');

const SPARKLINE_POINTS = 60;
const SERIES_POINTS = 200;
const HEATMAP_POINTS = 100;

export function metricsStore({ query, clock, retention }: MetricsStoreOptions): MetricsStore {
  const over = (range: TimeRange, points: number): RollupRange =>
    rollupRange(range, clock.now(), retention, points);
  const rows = async <T>(
    sql: string,
    params: object,
    range: RollupRange,
    read: (row: Row) => T,
    signal: AbortSignal,
  ): Promise<OverTime<T>> => {
    const found = await query(sql, { ...params, ...rollupParams(range) }, signal);
    return { range, found: found.map(read) };
  };
  return {
    services: (tenant, asked, signal) => {
      const range = over(asked, SPARKLINE_POINTS);
      return rows(SERVICES, { tenant }, range, (row) => serviceFigures(row, range.points), signal);
    },
    operations: (tenant, service, asked, limit, signal) => {
      const range = over(asked, SPARKLINE_POINTS);
      const read = (row: Row): OperationFigures => operationFigures(row, range.points);
      return rows(OPERATIONS, { tenant, service, limit }, range, read, signal);
    },
    series: (filter, asked, signal) => rows(SERIES, filter, over(asked, SERIES_POINTS), seriesPoint, signal),
    heatmap: (filter, asked, signal) =>
      rows(HEATMAP, filter, over(asked, HEATMAP_POINTS), heatmapPoint, signal),
    exemplars: (filter, asked, signal) => exemplars(query, filter, over(asked, SERIES_POINTS), signal),
  };
}

const seriesPoint = (row: Row) => ({ point: number(row, 'point'), ...red(row) });
const heatmapPoint = (row: Row) => ({
  point: number(row, 'point'),
  counts: histogram(row, 'histogram'),
});

export function rollupParams({ suffix, since, until, firstPoint, pointSeconds }: RollupRange) {
  return { table: `span_metrics${suffix}`, since, until, firstPoint, pointSeconds };
}

/** Those that the rollups name, as far as their traces are stored; where these are too few, spans that were looked for. */
async function exemplars(
  query: Query,
  filter: ExemplarFilter,
  range: RollupRange,
  signal: AbortSignal,
): Promise<SpanExemplar[]> {
  const params = {
    ...filter,
    ...rollupParams(range),
    minNs: String(filter.minNs),
    maxNs: String(filter.maxNs),
    operationPattern: filter.operation === '' ? '' : operationPattern(filter.operation),
  };
  const named = (await query(ROLLUP_EXEMPLARS, params, signal)).map(spanExemplar);
  const traceIds = [...new Set(named.map(({ traceId }) => traceId))];
  const { tenant } = filter;
  const stored = traceIds.length === 0 ? [] : await query(STORED_TRACES, { tenant, traceIds }, signal);
  const known = new Set(stored.map((row) => text(row, 'traceId')));
  const usable = named.filter(({ traceId }) => known.has(traceId));
  if (usable.length >= filter.limit) return usable.slice(0, filter.limit);
  const searched = (await query(SPAN_EXEMPLARS, params, signal)).map(spanExemplar);
  const bySpan = new Map([...usable, ...searched].map((span) => [`${span.traceId}/${span.spanId}`, span]));
  return [...bySpan.values()].slice(0, filter.limit);
}

export function serviceFigures(row: Row, points: number): ServiceFigures {
  return {
    service: text(row, 'service'),
    spans: number(row, 'spans'),
    ...red(row),
    sparkline: sparkline(row, points),
  };
}

function operationFigures(row: Row, points: number): OperationFigures {
  return {
    operation: text(row, 'operation'),
    kind: text(row, 'kind'),
    spans: number(row, 'spans'),
    ...red(row),
    criticalPathNs: Math.round(number(row, 'criticalPathTime')),
    slowestTraceId: text(row, 'slowest') || null,
    newestErrorTraceId: text(row, 'newestError') || null,
    sparkline: sparkline(row, points),
  };
}

/** From calls, errors, durationSum, quantiles. */
export function red(row: Row): Red {
  const calls = number(row, 'calls');
  const [p50, p90, p95, p99] = list(row, 'quantiles').map((ns) => Math.round(Number(ns)));
  const known = calls > 0 && p50 !== undefined && p90 !== undefined && p95 !== undefined && p99 !== undefined;
  const mean = known ? Math.round(number(row, 'durationSum') / calls) : 0;
  return {
    calls,
    errors: number(row, 'errors'),
    durations: known ? { mean, p50, p90, p95, p99 } : null,
  };
}

function sparkline(row: Row, points: number): Sparkline {
  const calls = new Array<number>(points).fill(0);
  const errors = new Array<number>(points).fill(0);
  for (const [point, called, failed] of list(row, 'points') as [number, number, number][]) {
    calls[point] = called;
    errors[point] = failed;
  }
  return { calls, errors };
}

function spanExemplar(row: Row): SpanExemplar {
  return {
    traceId: text(row, 'traceId'),
    spanId: text(row, 'spanId'),
    service: text(row, 'service'),
    operation: text(row, 'operation'),
    kind: text(row, 'kind'),
    status: text(row, 'status'),
    durationNs: nanos(row, 'durationNs'),
  };
}
