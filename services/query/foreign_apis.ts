/** The APIs that other tools speak, over one store: which there are, and what they are given. */
import type { Clock } from '../platform/clock.ts';
import type { GrpcMethod } from '../platform/grpc/grpc_method.ts';
import type { Log } from '../platform/log.ts';
import { openAdmission, type Admission } from './admission.ts';
import type { RouteGroup } from './api.ts';
import { clickHouseForeignStore } from './foreign/clickhouse_foreign_store.ts';
import { clickHouseTagStore } from './foreign/tag_store.ts';
import { grpcQueryMethods } from './jaeger/grpc_query_service.ts';
import { jaegerRoutes } from './jaeger/jaeger_routes.ts';
import { metricRoutes } from './jaeger/metric_routes.ts';
import { clickHouseMetricStore } from './jaeger/metric_store.ts';
import { v3Routes } from './jaeger/v3_routes.ts';
import type { Query } from './queries.ts';
import type { Retention } from './rollups.ts';
import { clickHouseMatchStore } from './tempo/matched_spans.ts';
import { tempoTagRoutes } from './tempo/tag_routes.ts';
import { tempoTraceRoutes } from './tempo/trace_routes.ts';
import { zipkinRoutes } from './zipkin/zipkin_routes.ts';

export interface ForeignApiOptions {
  readonly query: Query;
  readonly clock: Clock;
  readonly retention: Retention;
  readonly log: Log;
  /** Who may ask over gRPC; without it everybody. HTTP has it from the API. */
  readonly admission?: Admission;
  /** Longest time for one answer over gRPC; HTTP has its own limit. */
  readonly timeoutMs: number;
  readonly maxTraceSpans: number;
  readonly maxClockShiftMs: number;
  readonly zipkinAutocompleteKeys: readonly string[];
}

export interface ForeignApis {
  readonly routes: readonly RouteGroup[];
  readonly grpcMethods: readonly GrpcMethod[];
}

export function foreignApis(options: ForeignApiOptions): ForeignApis {
  const { query, clock, maxTraceSpans, maxClockShiftMs } = options;
  const store = clickHouseForeignStore({ query, maxTraceSpans, clock });
  const tags = clickHouseTagStore(query);
  const maxClockShiftNs = BigInt(maxClockShiftMs) * 1_000_000n;
  return {
    routes: [
      (app) => jaegerRoutes(app, { store, clock, maxClockShiftNs }),
      (app) => v3Routes(app, store),
      (app) => metricRoutes(app, clickHouseMetricStore(options), clock),
      (app) => tempoTraceRoutes(app, { store, matches: clickHouseMatchStore(query), clock }),
      (app) => tempoTagRoutes(app, tags, clock),
      (app) => zipkinRoutes(app, { store, tags, clock, autocompleteKeys: options.zipkinAutocompleteKeys }),
    ],
    grpcMethods: grpcQueryMethods({
      ...{ store, timeoutMs: options.timeoutMs, admission: options.admission ?? openAdmission },
      onFailure: (error, path) => options.log.warn({ error, path }, 'no answer over gRPC'),
    }),
  };
}
