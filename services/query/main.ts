/** The query service as a process: wiring only. */
import { randomBytes } from 'node:crypto';
import { auditLog } from '../platform/audit_log.ts';
import { openAccess } from '../platform/auth/access.ts';
import { clickHouseConnection, connectClickHouse } from '../platform/clickhouse/client.ts';
import { readMigrations } from '../platform/clickhouse/migration_files.ts';
import { systemClock, systemTimers } from '../platform/clock.ts';
import { grpcServer } from '../platform/grpc/grpc_server.ts';
import { runService } from '../platform/run.ts';
import { listenerTls } from '../platform/tls/listener_settings.ts';
import { requireClosed } from '../platform/tls/open_listener.ts';
import { Admission } from './admission.ts';
import { createApi } from './api.ts';
import { apiRoutes } from './api_routes.ts';
import { apiServer } from './api_server.ts';
import { commaSeparated, PREFIX, SETTINGS } from './config.ts';
import { foreignApis } from './foreign_apis.ts';
import { limitedQuery } from './queries.ts';
import { clickHouseReadiness } from './readiness.ts';
import { healthRoutes } from './routes/health_routes.ts';
import { webRoutes } from './routes/web_routes.ts';
import { metricsScraper } from './scraper.ts';
import { confinedQuery } from './tenant_scope.ts';
import { readWebFiles } from './web_files.ts';

await runService('query', SETTINGS, ({ config, log, registry }) => {
  requireClosed({ ...config, prefix: PREFIX });
  const tls = listenerTls(PREFIX, config, { log, registry });
  const clickhouse = connectClickHouse({
    ...clickHouseConnection(config),
    database: config.clickhouseDatabase,
    maxConnections: config.maxConcurrentQueries,
  });
  const { requestTimeoutMs, maxTraceSpans, maxClockShiftMs, maxAnswerBytes, maxRowsRead } = config;
  const audit = auditLog({ path: config.auditFile, service: 'query', clock: systemClock, log });
  const access = openAccess({
    ...{ path: config.credentialsFile, key: randomBytes(32), clock: systemClock, timers: systemTimers },
    ...{ log, audit, registry },
  });
  const admission = new Admission({ access, audit });
  const limits = { timeoutMs: requestTimeoutMs, maxAnswerBytes, maxRowsRead };
  const query = confinedQuery({
    query: limitedQuery({ clickhouse, ...limits, tenantSetting: config.tenantSetting }),
    needsScope: access !== null,
  });
  const retention = { tenSecondDays: config.ttlMetrics10sDays, minuteDays: config.ttlMetrics1mDays };
  const shared = { query, clock: systemClock, retention, maxTraceSpans };
  const scraper = metricsScraper({ urls: commaSeparated(config.scrape), clock: systemClock });
  const foreign = foreignApis({
    ...{ ...shared, log, maxClockShiftMs, timeoutMs: requestTimeoutMs, admission },
    zipkinAutocompleteKeys: commaSeparated(config.zipkinAutocompleteKeys),
  });
  const readiness = clickHouseReadiness(clickhouse, () => readMigrations());
  const page = readWebFiles(config.webDirectory, log);
  const api = createApi({
    ...{ log, registry, requestTimeoutMs, tls, admission },
    routes: [
      (app) => healthRoutes(app, registry, readiness),
      (app) => webRoutes(app, page),
      apiRoutes({ ...shared, scraper }),
      ...foreign.routes,
    ],
  });
  return [
    ...(tls === null ? [] : [tls]),
    ...(access === null ? [] : [access.part]),
    { name: 'ClickHouse connections', start: () => Promise.resolve(), stop: () => clickhouse.close() },
    apiServer(api, { host: config.host, port: config.port, log }),
    grpcServer({
      ...{ host: config.host, port: config.grpcPort, tls, methods: foreign.grpcMethods },
      ...{ maxRequestBytes: 1024 * 1024, stopTimeoutMs: requestTimeoutMs },
      onBug: (error) => log.error({ error }, 'request failed'),
    }),
  ];
});
