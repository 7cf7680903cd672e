/** What Prometheus is told: counts since an origin that every process of the service agrees on. */
import type { Clock } from '../platform/clock.ts';
import type { Row } from '../platform/clickhouse/client.ts';
import { histogram, number, text, type HistogramCounts } from './columns.ts';
import { readSql, type Query } from './queries.ts';

export interface SpanCounter {
  readonly service: string;
  readonly operation: string;
  readonly kind: string;
  readonly status: string;
  readonly calls: number;
  readonly durationSumNs: number;
  readonly histogram: HistogramCounts;
  readonly exemplar: CounterExemplar | null;
}

export interface CounterExemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly durationNs: number;
}

export interface EdgeCounter {
  readonly client: string;
  readonly server: string;
  readonly connectionType: string;
  readonly calls: number;
  readonly errors: number;
  readonly clientDurationSumNs: number;
  readonly serverDurationSumNs: number;
  readonly clientHistogram: HistogramCounts;
  readonly serverHistogram: HistogramCounts;
}

export interface Counters {
  readonly spans: readonly SpanCounter[];
  readonly edges: readonly EdgeCounter[];
}

export interface CounterStore {
  counters(tenant: string, withExemplars: boolean, signal: AbortSignal): Promise<Counters>;
}

const SPAN_COUNTERS = readSql('span_counters');
const SPAN_COUNTER_EXEMPLARS = readSql('span_counter_exemplars');
const EDGE_COUNTERS = readSql('edge_counters');

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** 1970 began on a Thursday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
const EXEMPLAR_AGE_SECONDS = 300;
/** Of each kind. The processor limits series long before. */
const MAX_SERIES = 100_000;

/** The start of the week, in Unix seconds: Monday, 00:00 UTC. RATIONALE.md says why. */
export function originOf(nowMs: number): number {
  return (Math.floor((nowMs - FIRST_MONDAY_MS) / WEEK_MS) * WEEK_MS + FIRST_MONDAY_MS) / 1000;
}

export function counterStore(query: Query, clock: Clock): CounterStore {
  return {
    counters: async (tenant, withExemplars, signal) => {
      const nowMs = clock.now();
      const params = { tenant, origin: originOf(nowMs), limit: MAX_SERIES };
      const recent = { tenant, since: Math.floor(nowMs / 1000) - EXEMPLAR_AGE_SECONDS };
      const [spans, edges, exemplars] = await Promise.all([
        query(SPAN_COUNTERS, params, signal),
        query(EDGE_COUNTERS, params, signal),
        withExemplars ? query(SPAN_COUNTER_EXEMPLARS, recent, signal) : [],
      ]);
      const bySeries = new Map(exemplars.map((row) => [seriesOf(row), exemplar(row)]));
      return {
        spans: spans.map((row) => spanCounter(row, bySeries.get(seriesOf(row)) ?? null)),
        edges: edges.map(edgeCounter),
      };
    },
  };
}

function seriesOf(row: Row): string {
  return JSON.stringify(['service', 'operation', 'kind', 'status'].map((column) => text(row, column)));
}

function exemplar(row: Row): CounterExemplar {
  return {
    traceId: text(row, 'traceId'),
    spanId: text(row, 'spanId'),
    durationNs: Number(text(row, 'durationNs')),
  };
}

function spanCounter(row: Row, ofSeries: CounterExemplar | null): SpanCounter {
  return {
    service: text(row, 'service'),
    operation: text(row, 'operation'),
    kind: text(row, 'kind'),
    status: text(row, 'status'),
    calls: number(row, 'calls'),
    durationSumNs: number(row, 'durationSum'),
    histogram: histogram(row, 'histogram'),
    exemplar: ofSeries,
  };
}

function edgeCounter(row: Row): EdgeCounter {
  return {
    client: text(row, 'client'),
    server: text(row, 'server'),
    connectionType: text(row, 'connectionType'),
    calls: number(row, 'calls'),
    errors: number(row, 'errors'),
    clientDurationSumNs: number(row, 'clientDurationSum'),
    serverDurationSumNs: number(row, 'serverDurationSum'),
    clientHistogram: histogram(row, 'clientHistogram'),
    serverHistogram: histogram(row, 'serverHistogram'),
  };
}
