/** Whether ClickHouse answers and has the tables that the queries name. */
import type { ClickHouse } from '../platform/clickhouse/client.ts';
import { missingMigrations } from '../platform/clickhouse/migrate.ts';
import type { MigrationFile } from '../platform/clickhouse/migration_files.ts';
import type { Readiness } from './routes/health_routes.ts';

export function clickHouseReadiness(
  clickhouse: ClickHouse,
  readMigrations: () => Promise<MigrationFile[]>,
): Readiness {
  return {
    notReady: async () => {
      try {
        const missing = await missingMigrations(clickhouse, await readMigrations());
        if (missing === null) return 'the database has no tables yet: run `spanmill migrate`';
        if (missing.length > 0) return `the database lacks ${missing.join(', ')}: run \`spanmill migrate\``;
        return null;
      } catch {
        return 'ClickHouse does not answer';
      }
    },
  };
}
