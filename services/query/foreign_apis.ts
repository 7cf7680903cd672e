/** The APIs that other tools speak, over one store: which there are, and what they are given. */
import type { Clock } from '../platform/clock.ts';
import type { RouteGroup } from './api.ts';
import type { Query } from './clickhouse_store.ts';
import { clickHouseForeignStore } from './foreign/clickhouse_foreign_store.ts';
import { jaegerRoutes } from './jaeger/jaeger_routes.ts';
import { metricRoutes } from './jaeger/metric_routes.ts';
import { clickHouseMetricStore } from './jaeger/metric_store.ts';

export interface ForeignApiOptions {
  readonly query: Query;
  readonly clock: Clock;
  readonly maxTraceSpans: number;
  readonly maxClockShiftMs: number;
}

export interface ForeignApis {
  readonly routes: readonly RouteGroup[];
}

export function foreignApis({
  query,
  clock,
  maxTraceSpans,
  maxClockShiftMs,
}: ForeignApiOptions): ForeignApis {
  const store = clickHouseForeignStore({ query, maxTraceSpans, clock });
  const maxClockShiftNs = BigInt(maxClockShiftMs) * 1_000_000n;
  return {
    routes: [
      (app) => jaegerRoutes(app, { store, clock, maxClockShiftNs }),
      (app) => metricRoutes(app, clickHouseMetricStore(query), clock),
    ],
  };
}
