/** The query service as a process: wiring only. */
import { connectClickHouse } from '../platform/clickhouse/client.ts';
import { readMigrations } from '../platform/clickhouse/migration_files.ts';
import { systemClock } from '../platform/clock.ts';
import { grpcServer } from '../platform/grpc_server.ts';
import { runService } from '../platform/run.ts';
import { createApi } from './api.ts';
import { apiServer } from './api_server.ts';
import { clickHouseStore, limitedQuery } from './clickhouse_store.ts';
import { SETTINGS } from './config.ts';
import { foreignApis } from './foreign_apis.ts';
import { clickHouseReadiness } from './readiness.ts';
import { healthRoutes } from './routes/health_routes.ts';
import { serviceRoutes } from './routes/service_routes.ts';
import { traceRoutes } from './routes/trace_routes.ts';

await runService('query', SETTINGS, ({ config, log, registry }) => {
  const clickhouse = connectClickHouse({
    url: config.clickhouseUrl,
    database: config.clickhouseDatabase,
    user: config.clickhouseUser,
    password: config.clickhousePassword,
    timeoutMs: config.clickhouseTimeoutMs,
    maxConnections: config.maxConcurrentQueries,
  });
  const limits = {
    clickhouse,
    timeoutMs: config.requestTimeoutMs,
    maxTraceSpans: config.maxTraceSpans,
    maxAnswerBytes: config.maxAnswerBytes,
  };
  const store = clickHouseStore(limits);
  const foreign = foreignApis({
    query: limitedQuery(limits),
    clock: systemClock,
    maxTraceSpans: config.maxTraceSpans,
    maxClockShiftMs: config.maxClockShiftMs,
    timeoutMs: config.requestTimeoutMs,
    log,
    zipkinAutocompleteKeys: config.zipkinAutocompleteKeys.split(',').filter((key) => key !== ''),
  });
  const readiness = clickHouseReadiness(clickhouse, () => readMigrations());
  const api = createApi({
    log,
    registry,
    requestTimeoutMs: config.requestTimeoutMs,
    routes: [
      (app) => healthRoutes(app, registry, readiness),
      (app) => traceRoutes(app, store, systemClock),
      (app) => serviceRoutes(app, store, systemClock),
      ...foreign.routes,
    ],
  });
  return [
    { name: 'ClickHouse connections', start: () => Promise.resolve(), stop: () => clickhouse.close() },
    apiServer(api, { host: config.host, port: config.port, log }),
    grpcServer({
      ...{ host: config.host, port: config.grpcPort, methods: foreign.grpcMethods },
      ...{ maxRequestBytes: 1024 * 1024, stopTimeoutMs: config.requestTimeoutMs },
      onBug: (error) => log.error({ error }, 'request failed'),
    }),
  ];
});
