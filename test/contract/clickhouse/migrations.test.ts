import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectClickHouse, type ClickHouse } from '../../../services/platform/clickhouse/client.ts';
import { migrate, missingMigrations } from '../../../services/platform/clickhouse/migrate.ts';
import {
  MIGRATIONS_DIRECTORY,
  readMigrations,
  renderStatements,
  type MigrationConfig,
  type MigrationFile,
} from '../../../services/platform/clickhouse/migration_files.ts';
import { testConnection, uniqueName } from '../../support/servers.ts';

const CONFIG: Omit<MigrationConfig, 'clickhouseDatabase'> = {
  clickhouseCluster: '',
  ttlTracesDays: 30,
  ttlMetrics10sDays: 2,
  ttlMetrics1mDays: 30,
  ttlMetrics1hDays: 400,
};

let name: string;
let clickhouse: ClickHouse;
let directory: string;
const config = (more: Partial<MigrationConfig> = {}): MigrationConfig => ({
  ...CONFIG,
  clickhouseDatabase: name,
  ...more,
});

/** Applies files, and tells what was done to each. */
async function apply(
  files: readonly MigrationFile[],
  with_: Partial<MigrationConfig> = {},
): Promise<string[]> {
  const done: string[] = [];
  await migrate({
    connection: testConnection(),
    config: config(with_),
    files,
    onProgress: (progress) => done.push(`${progress.name} ${progress.status}`),
  });
  return done;
}

beforeEach(async () => {
  name = uniqueName('migrations');
  clickhouse = connectClickHouse(testConnection(name));
  directory = await mkdtemp(join(tmpdir(), 'spanmill-migrations-'));
  await cp(MIGRATIONS_DIRECTORY, directory, { recursive: true });
});
afterEach(async () => {
  await clickhouse.close();
  await rm(directory, { recursive: true });
});

describe('migrations', () => {
  it('make a database with all its tables, and do nothing the second time', async () => {
    const files = await readMigrations();
    expect(await apply(files)).toEqual(files.map((file) => `${file.name} applied`));
    expect(await apply(files)).toEqual(files.map((file) => `${file.name} up to date`));
    const tables = await clickhouse.query('SHOW TABLES');
    expect(tables.map((row) => row['name'])).toEqual(
      expect.arrayContaining([
        'otel_traces',
        'trace_summaries',
        'span_metrics',
        'service_edges',
        'operations',
      ]),
    );
    expect(await missingMigrations(clickhouse, files)).toEqual([]);
  });

  it('say what a database still lacks', async () => {
    const files = await readMigrations();
    expect(await missingMigrations(clickhouse, files)).toBeNull();
    await apply(files.slice(0, 2));
    expect(await missingMigrations(clickhouse, files)).toEqual(['0003_span_metrics', '0004_service_edges']);
  });

  it('refuse a migration that was edited after it was applied', async () => {
    await apply(await readMigrations(directory));
    await writeFile(join(directory, 'migrations/0002_trace_summaries.sql'), 'SELECT 1');
    await expect(apply(await readMigrations(directory))).rejects.toThrow(
      /0002_trace_summaries\.sql is not what was applied/,
    );
  });

  it('go on where one failed half way', async () => {
    const file = join(directory, 'migrations/0005_more.sql');
    await writeFile(
      file,
      'CREATE TABLE IF NOT EXISTS a (n Int8) ENGINE = Memory;\nCREATE TABLE b (n Nonsense) ENGINE = Memory;',
    );
    await expect(apply(await readMigrations(directory))).rejects.toThrow(
      /0005_more\.sql failed at: CREATE TABLE b/,
    );
    await writeFile(
      file,
      'CREATE TABLE IF NOT EXISTS a (n Int8) ENGINE = Memory;\nCREATE TABLE b (n Int8) ENGINE = Memory;',
    );
    expect(await apply(await readMigrations(directory))).toContain('0005_more applied');
  });

  it('may be run by two at once', async () => {
    const files = await readMigrations();
    await Promise.all([apply(files), apply(files)]);
    expect(await apply(files)).toEqual(files.map((file) => `${file.name} up to date`));
  });

  it('apply a time to live again when it changes', async () => {
    const files = await readMigrations();
    await apply(files);
    const done = await apply(files, { ttlTracesDays: 7 });
    expect(done).toContain('ttl applied');
    const ddl = await clickhouse.text('SHOW CREATE TABLE otel_traces', 'TSVRaw');
    expect(ddl).toContain('TTL toDateTime(Timestamp) + toIntervalDay(7)');
  });

  it('give every table of rows a time to live, from configuration', async () => {
    await apply(await readMigrations());
    const without = await clickhouse.query(
      "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND create_table_query NOT LIKE '% TTL %'",
    );
    expect(without).toEqual([{ name: 'spanmill_migrations' }]);
  });

  it('refuse names without a number, numbers that come twice and placeholders nobody knows', async () => {
    await writeFile(join(directory, 'migrations/nameless.sql'), 'SELECT 1');
    await expect(readMigrations(directory)).rejects.toThrow(/nameless\.sql is no migration/);
    await rm(join(directory, 'migrations/nameless.sql'));
    await writeFile(join(directory, 'migrations/0004_again.sql'), 'SELECT 1');
    await expect(readMigrations(directory)).rejects.toThrow(/has the number of/);
    expect(() => renderStatements({ version: 9, name: '0009_x', sql: 'SELECT ${what}' }, config())).toThrow(
      'placeholder ${what} is not known',
    );
  });
});

describe('migrations for a cluster', () => {
  const parser = connectClickHouse(testConnection());
  afterAll(() => parser.close());

  it('are statements that ClickHouse can read, of replicated and distributed tables', async () => {
    const cluster = { ...config(), clickhouseCluster: "c'1", clickhouseDatabase: 'tracing' };
    const statements = (await readMigrations()).flatMap((file) => renderStatements(file, cluster));
    const read = await Promise.all(
      statements.map(async (sql) => {
        const [row] = await parser.query('SELECT formatQuerySingleLine({sql:String}) AS sql', { sql });
        return String(row?.['sql']);
      }),
    );
    for (const sql of read) expect(sql).toContain("ON CLUSTER `c'1`");
    const local = read.filter((sql) => sql.startsWith('CREATE TABLE') && sql.includes('_local ON CLUSTER'));
    expect(local.length).toBe(8);
    for (const sql of local) {
      expect(sql).toContain('ENGINE = Replicated');
      expect(sql).toContain('replicated_deduplication_window');
      const table = /CREATE TABLE IF NOT EXISTS (\w+)_local/.exec(sql)?.[1] ?? '';
      const distributed = read.find((one) =>
        one.startsWith(`CREATE TABLE IF NOT EXISTS ${table} ON CLUSTER`),
      );
      expect(distributed).toContain(
        `AS ${table}_local ENGINE = Distributed('c\\'1', 'tracing', '${table}_local', cityHash64(`,
      );
    }
    const views = read.filter((sql) => sql.startsWith('CREATE MATERIALIZED VIEW'));
    expect(views.length).toBe(4);
    for (const sql of views) expect(sql).toMatch(/ TO `?\w+_local`? AS SELECT .* FROM `?\w+_local`? /);
  });
});
