/** The routes of the own API, each group with the store that it asks. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../platform/clock.ts';
import type { RouteGroup } from './api.ts';
import { counterStore } from './counter_store.ts';
import { graphStore } from './graph_store.ts';
import { metricsStore } from './metrics_store.ts';
import { pathStore } from './path_store.ts';
import { pipelineStore } from './pipeline_store.ts';
import type { Query } from './queries.ts';
import type { Retention } from './rollups.ts';
import { compareRoutes } from './routes/compare_routes.ts';
import { graphRoutes } from './routes/graph_routes.ts';
import { pathRoutes } from './routes/path_routes.ts';
import { pipelineRoutes } from './routes/pipeline_routes.ts';
import { searchRoutes } from './routes/search_routes.ts';
import { seriesRoutes } from './routes/series_routes.ts';
import { serviceRoutes } from './routes/service_routes.ts';
import { spanMetricsRoutes } from './routes/span_metrics_routes.ts';
import { tenantRoutes } from './routes/tenant_routes.ts';
import { traceRoutes } from './routes/trace_routes.ts';
import type { Scraper } from './scraper.ts';
import { tenantStore } from './tenant_store.ts';
import { traceStore } from './trace_store.ts';

export interface ApiRoutesOptions {
  readonly query: Query;
  readonly clock: Clock;
  readonly retention: Retention;
  readonly maxTraceSpans: number;
  readonly scraper: Scraper;
}

export function apiRoutes(options: ApiRoutesOptions): RouteGroup {
  const { query, clock, scraper } = options;
  const traces = traceStore(query, options.maxTraceSpans);
  const metrics = metricsStore(options);
  const paths = pathStore(query);
  return (app: FastifyInstance) => {
    traceRoutes(app, traces, clock);
    searchRoutes(app, traces, clock);
    compareRoutes(app, traces, paths, clock);
    serviceRoutes(app, metrics, clock);
    seriesRoutes(app, metrics, clock);
    graphRoutes(app, graphStore(options), clock);
    pathRoutes(app, paths, clock);
    pipelineRoutes(app, pipelineStore(query, clock), scraper, clock);
    tenantRoutes(app, tenantStore(query), clock);
    spanMetricsRoutes(app, counterStore(query, clock));
  };
}
