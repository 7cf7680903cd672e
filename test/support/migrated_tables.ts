/** Spanmill's tables in a database of a test's own, with the lifetimes that are the default. */
import type { ClickHouseOptions } from '../../services/platform/clickhouse/client.ts';
import { migrate } from '../../services/platform/clickhouse/migrate.ts';
import { readMigrations } from '../../services/platform/clickhouse/migration_files.ts';

const LIFETIMES = { ttlTracesDays: 30, ttlMetrics10sDays: 2, ttlMetrics1mDays: 30, ttlMetrics1hDays: 400 };

/** Makes the database where it is not there. */
export async function createTables(
  connection: Omit<ClickHouseOptions, 'database'>,
  database: string,
): Promise<void> {
  await migrate({
    connection: { ...connection, database: null },
    config: { ...LIFETIMES, clickhouseDatabase: database, clickhouseCluster: '' },
    files: await readMigrations(),
  });
}
