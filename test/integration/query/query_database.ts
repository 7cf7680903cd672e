/** A migrated database of a test's own, rows for it in a few words, and the API over it without a process around it. */
import { inspect } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { DEFAULT_TENANT } from '../../../services/core/contracts.ts';
import { connectClickHouse, type ClickHouse } from '../../../services/platform/clickhouse/client.ts';
import { readMigrations } from '../../../services/platform/clickhouse/migration_files.ts';
import type { Clock } from '../../../services/platform/clock.ts';
import type { Log } from '../../../services/platform/log.ts';
import { createRegistry } from '../../../services/platform/metrics.ts';
import { createApi } from '../../../services/query/api.ts';
import { apiRoutes } from '../../../services/query/api_routes.ts';
import { limitedQuery } from '../../../services/query/queries.ts';
import { clickHouseReadiness } from '../../../services/query/readiness.ts';
import { healthRoutes } from '../../../services/query/routes/health_routes.ts';
import { metricsScraper } from '../../../services/query/scraper.ts';
import { createTables } from '../../support/migrated_tables.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { testConnection, uniqueName } from '../../support/servers.ts';

export interface QueryDatabase {
  readonly name: string;
  readonly clickhouse: ClickHouse;
  /** Columns by name; the tenant is the default one unless given, others have the column's default. */
  insert(table: string, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  close(): Promise<void>;
}

export async function createQueryDatabase(): Promise<QueryDatabase> {
  const name = uniqueName('query');
  await createTables(testConnection(), name);
  const clickhouse = connectClickHouse(testConnection(name));
  return {
    name,
    clickhouse,
    insert: async (table, rows) => {
      const lines = rows.map((row) => JSON.stringify({ Tenant: DEFAULT_TENANT, ...row })).join('\n');
      await clickhouse.command(`INSERT INTO ${table} SETTINGS async_insert = 0 FORMAT JSONEachRow\n${lines}`);
    },
    // Never dropped: the embedded server dislikes that.
    close: () => clickhouse.close(),
  };
}

export interface ApiLimits {
  readonly timeoutMs?: number;
  readonly maxTraceSpans?: number;
  readonly maxAnswerBytes?: number;
  readonly nowMs?: number;
  /** Instead of nowMs, where time goes on. */
  readonly clock?: Clock;
  readonly maxRowsRead?: number;
  /** Metrics of other services. */
  readonly scrape?: readonly string[];
}

/** A 500 is a bug: whoever reads the failing test wants to know which. */
const log: Log = {
  ...quietLog,
  error: (fields) => void process.stderr.write(`${inspect(fields)}\n`),
};

export function apiOver(clickhouse: ClickHouse, limits: ApiLimits = {}): FastifyInstance {
  const registry = createRegistry('query');
  const { timeoutMs = 20_000, maxTraceSpans = 1000, maxAnswerBytes = 2 ** 27, nowMs = Date.now() } = limits;
  const { maxRowsRead = 0, scrape = [] } = limits;
  const clock = limits.clock ?? { now: () => nowMs };
  return createApi({
    log,
    registry,
    requestTimeoutMs: timeoutMs,
    routes: [
      (app) =>
        healthRoutes(
          app,
          registry,
          clickHouseReadiness(clickhouse, () => readMigrations()),
        ),
      apiRoutes({
        query: limitedQuery({ clickhouse, timeoutMs, maxAnswerBytes, maxRowsRead }),
        clock,
        retention: { tenSecondDays: 2, minuteDays: 30 },
        maxTraceSpans,
        scraper: metricsScraper({ urls: scrape, clock }),
      }),
    ],
  });
}

export async function get(app: FastifyInstance, url: string): Promise<{ status: number; body: unknown }> {
  const response = await app.inject(url);
  return { status: response.statusCode, body: response.json<unknown>() };
}
