/** The query service as a process: wiring only. */
import { resolve } from 'node:path';
import { connectClickHouse } from '../platform/clickhouse/client.ts';
import { readMigrations } from '../platform/clickhouse/migration_files.ts';
import { systemClock } from '../platform/clock.ts';
import { runService } from '../platform/run.ts';
import { createApi } from './api.ts';
import { apiServer } from './api_server.ts';
import { apiRoutes } from './api_routes.ts';
import { scrapeUrls, SETTINGS } from './config.ts';
import { limitedQuery } from './queries.ts';
import { clickHouseReadiness } from './readiness.ts';
import { healthRoutes } from './routes/health_routes.ts';
import { webRoutes } from './routes/web_routes.ts';
import { metricsScraper } from './scraper.ts';
import { BUILT_PAGE, readWebFiles } from './web_files.ts';

await runService('query', SETTINGS, ({ config, log, registry }) => {
  const clickhouse = connectClickHouse({
    url: config.clickhouseUrl,
    database: config.clickhouseDatabase,
    user: config.clickhouseUser,
    password: config.clickhousePassword,
    timeoutMs: config.clickhouseTimeoutMs,
    maxConnections: config.maxConcurrentQueries,
  });
  const query = limitedQuery({
    clickhouse,
    timeoutMs: config.requestTimeoutMs,
    maxAnswerBytes: config.maxAnswerBytes,
    maxRowsRead: config.maxRowsRead,
  });
  const readiness = clickHouseReadiness(clickhouse, () => readMigrations());
  const page = readWebFiles(config.webDirectory === '' ? BUILT_PAGE : resolve(config.webDirectory));
  if (page === null) {
    log.warn({}, 'the web page has not been built: run `make page`; the API answers without it');
  }
  const api = createApi({
    log,
    registry,
    requestTimeoutMs: config.requestTimeoutMs,
    routes: [
      (app) => healthRoutes(app, registry, readiness),
      (app) => webRoutes(app, page),
      apiRoutes({
        query,
        clock: systemClock,
        retention: { tenSecondDays: config.ttlMetrics10sDays, minuteDays: config.ttlMetrics1mDays },
        maxTraceSpans: config.maxTraceSpans,
        scraper: metricsScraper({ urls: scrapeUrls(config.scrape), clock: systemClock }),
      }),
    ],
  });
  return [
    { name: 'ClickHouse connections', start: () => Promise.resolve(), stop: () => clickhouse.close() },
    apiServer(api, { host: config.host, port: config.port, log }),
  ];
});
