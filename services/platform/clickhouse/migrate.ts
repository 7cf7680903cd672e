/**
 * Brings a database to the schema of this version: applies what its ledger, the table `spanmill_migrations`, does not name.
 *
 * ClickHouse has no transactions over statements, so each statement of a migration can be run again (IF NOT EXISTS): a
 * migration that failed half way, or that two runners apply at once, ends the same. A migration that was applied and then edited
 * is refused, since nobody could say what the tables look like. Why no library: deploy/clickhouse/RATIONALE.md.
 */
import {
  checksumOf,
  MigrationError,
  quoteIdentifier,
  quoteText,
  renderStatements,
  type MigrationConfig,
  type MigrationFile,
} from './migration_files.ts';
import { ClickHouseStatementError } from './errors.ts';
import { connectClickHouse, type ClickHouse, type ClickHouseOptions } from './client.ts';

export interface MigrationProgress {
  readonly name: string;
  readonly status: 'applied' | 'up to date';
  readonly durationMs: number;
}

const LEDGER = 'spanmill_migrations';

/**
 * Applies what is missing, in order; the database is made where it is not there. On a cluster the connection's timeout has to
 * cover a statement on all nodes. Throws MigrationError, and what ClickHouse throws.
 */
export async function migrate(options: {
  readonly connection: ClickHouseOptions;
  readonly config: MigrationConfig;
  readonly files: readonly MigrationFile[];
  readonly onProgress?: (progress: MigrationProgress) => void;
}): Promise<void> {
  const { connection, config, files, onProgress } = options;
  await createDatabase(connection, config);
  const clickhouse = connectClickHouse({ ...connection, database: config.clickhouseDatabase });
  try {
    await clickhouse.command(ledgerTable(config));
    const applied = await readLedger(clickhouse);
    for (const file of files) {
      const begun = performance.now();
      const done = isApplied(file, config, applied);
      if (!done) await apply(clickhouse, file, config);
      const status = done ? 'up to date' : 'applied';
      onProgress?.({ name: file.name, status, durationMs: performance.now() - begun });
    }
  } finally {
    await clickhouse.close();
  }
}

async function createDatabase(connection: ClickHouseOptions, config: MigrationConfig): Promise<void> {
  const clickhouse = connectClickHouse({ ...connection, database: null });
  try {
    await clickhouse.command(
      `CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(config.clickhouseDatabase)} ${onCluster(config)}`,
    );
  } finally {
    await clickhouse.close();
  }
}

/** Names of the numbered migrations that the database still lacks; null where it has no ledger at all. */
export async function missingMigrations(
  clickhouse: ClickHouse,
  files: readonly MigrationFile[],
): Promise<string[] | null> {
  try {
    const applied = await readLedger(clickhouse);
    return files.filter((file) => file.version > 0 && !applied.has(file.name)).map((file) => file.name);
  } catch (error) {
    if (error instanceof ClickHouseStatementError) return null;
    throw error;
  }
}

interface Applied {
  readonly checksum: string;
  readonly at: string;
}

async function readLedger(clickhouse: ClickHouse): Promise<Map<string, Applied>> {
  const rows = await clickhouse.query(
    `SELECT name, argMax(checksum, applied_at) AS checksum, toString(max(applied_at)) AS at FROM ${LEDGER} GROUP BY name`,
  );
  return new Map(
    rows.map((row) => [String(row['name']), { checksum: String(row['checksum']), at: String(row['at']) }]),
  );
}

function isApplied(
  file: MigrationFile,
  config: MigrationConfig,
  ledger: ReadonlyMap<string, Applied>,
): boolean {
  const applied = ledger.get(file.name);
  if (applied === undefined) return false;
  if (applied.checksum === checksumOf(file, config)) return true;
  if (file.version === 0) return false;
  throw new MigrationError(
    `${file.name}.sql is not what was applied at ${applied.at}: put it back as it was, and make the change in a new migration`,
  );
}

async function apply(clickhouse: ClickHouse, file: MigrationFile, config: MigrationConfig): Promise<void> {
  for (const statement of renderStatements(file, config)) {
    try {
      await clickhouse.command(statement);
    } catch (error) {
      throw new MigrationError(`${file.name}.sql failed at: ${firstLine(statement)}`, { cause: error });
    }
  }
  await clickhouse.command(
    `INSERT INTO ${LEDGER} (version, name, checksum, applied_at)
     SELECT {version:UInt32}, {name:String}, {checksum:String}, now64(3)`,
    { version: file.version, name: file.name, checksum: checksumOf(file, config) },
  );
}

/** On a cluster every node has the whole ledger, so its replicas are those of all shards. */
function ledgerTable(config: MigrationConfig): string {
  const path = quoteText(`/clickhouse/${config.clickhouseDatabase}/${LEDGER}`);
  const engine =
    config.clickhouseCluster === '' ? 'MergeTree' : `ReplicatedMergeTree(${path}, '{shard}-{replica}')`;
  return `CREATE TABLE IF NOT EXISTS ${LEDGER} ${onCluster(config)}
    (version UInt32, name String, checksum String, applied_at DateTime64(3)) ENGINE = ${engine} ORDER BY (version, name)`;
}

function onCluster(config: MigrationConfig): string {
  return config.clickhouseCluster === '' ? '' : `ON CLUSTER ${quoteIdentifier(config.clickhouseCluster)}`;
}

function firstLine(statement: string): string {
  return statement.split('\n', 1)[0] ?? '';
}
