/** Calls between services as the edges' rollups have them, and which ends are services. */
import type { Clock } from '../platform/clock.ts';
import type { Row } from '../platform/clickhouse/client.ts';
import { list, number, text } from './columns.ts';
import type { Durations, Red } from './metrics_store.ts';
import { readSql, type Query } from './queries.ts';
import { rollupRange, type Retention } from './rollups.ts';
import type { TimeRange } from './store.ts';

export interface Edge {
  readonly client: string;
  readonly server: string;
  /** rpc, messaging, database, unknown. */
  readonly connectionType: string;
  readonly calls: number;
  readonly errors: number;
  /** As the caller saw it; null where it reported no span. */
  readonly clientDurations: Durations | null;
  /** As the callee saw it. */
  readonly serverDurations: Durations | null;
}

export interface Graph {
  readonly edges: readonly Edge[];
  /** Of those that edges name, the ones that report spans. */
  readonly services: ReadonlySet<string>;
}

export interface GraphStore {
  /** Edges at this service alone, unless it is empty; most calls first. */
  graph(
    tenant: string,
    service: string,
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<Graph>;
}

export interface GraphStoreOptions {
  readonly query: Query;
  readonly clock: Clock;
  readonly retention: Retention;
}

const EDGES = readSql('edges');
const REPORTING_SERVICES = readSql('reporting_services');

export function graphStore({ query, clock, retention }: GraphStoreOptions): GraphStore {
  return {
    graph: async (tenant, service, range, limit, signal) => {
      // Edges are summed up to minutes, not to hours.
      const { suffix, since, until } = rollupRange(range, clock.now(), retention, 1, '_1m');
      const params = { tenant, service, limit, table: `service_edges${suffix}`, since, until };
      const [edges, services] = await Promise.all([
        query(EDGES, params, signal),
        query(REPORTING_SERVICES, { tenant }, signal),
      ]);
      return {
        edges: edges.map(edge),
        services: new Set(services.map((row) => text(row, 'service'))),
      };
    },
  };
}

function edge(row: Row): Edge {
  return {
    client: text(row, 'client'),
    server: text(row, 'server'),
    connectionType: text(row, 'connectionType'),
    calls: number(row, 'calls'),
    errors: number(row, 'errors'),
    clientDurations: durations(row, 'client'),
    serverDurations: durations(row, 'server'),
  };
}

function durations(row: Row, end: 'client' | 'server'): Red['durations'] {
  const calls = number(row, `${end}Calls`);
  const [p50 = 0, p90 = 0, p95 = 0, p99 = 0] = list(row, `${end}Quantiles`).map((ns) =>
    Math.round(Number(ns)),
  );
  if (calls <= 0) return null;
  return { mean: Math.round(number(row, `${end}DurationSum`) / calls), p50, p90, p95, p99 };
}
