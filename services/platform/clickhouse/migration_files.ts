/**
 * The migrations as they lie in deploy/clickhouse, and as they are sent: placeholders filled in, one statement at a time.
 *
 *     migrations/NNNN_name.sql   applied once, in order, never edited afterwards
 *     repeatable/name.sql        applied again whenever its rendered text changes: views, TTLs
 *
 * One text serves a single server and a cluster. Placeholders:
 *
 *     ${local:T}            T, or on a cluster T_local: the table that holds a node's own rows
 *     ${distributed:T:key}  nothing, or on a cluster the statement that makes T, distributed over T_local by key
 *     ${engine:X}           X, or on a cluster ReplicatedX
 *     ${on_cluster}         nothing, or ON CLUSTER
 *     ${deduplication}      the table settings that keep insert tokens
 *     ${merging}            the table settings that say which parts are merged
 *     ${ttl_..._days}       numbers from configuration
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { splitStatements } from './split_statements.ts';
import type { MIGRATION_SETTINGS } from './migration_settings.ts';

export interface MigrationFile {
  /** 0 for a repeatable one. */
  readonly version: number;
  /** File name without its ending. */
  readonly name: string;
  readonly sql: string;
}

/** What placeholders stand for. */
export type MigrationConfig = Config<typeof MIGRATION_SETTINGS> & { readonly clickhouseDatabase: string };

export class MigrationError extends Error {
  override name = 'MigrationError';
}

/** Of this repository. */
export const MIGRATIONS_DIRECTORY = join(import.meta.dirname, '../../../deploy/clickhouse');

/**
 * How many tokens a table remembers: a sink that comes back to an insert it does not know the end of must find its token
 * among them. Cheap on a single server (60 bytes each); on a cluster each is a node in Keeper. Why as many: services/sink/RATIONALE.md.
 */
const DEDUPLICATION_WINDOW = 100_000;
const REPLICATED_DEDUPLICATION_WINDOW = 20_000;
/** A single server's tokens have no age. */
const DEDUPLICATION_SECONDS = 14 * 24 * 3600;

/** Many parts at once and never a large one with a few small ones. Why: deploy/clickhouse/RATIONALE.md. */
const MERGING =
  'min_parts_to_merge_at_once = 8, merge_selector_base = 16, merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0';

/** All migrations of a directory: numbered ones in order, then repeatable ones. Throws MigrationError on a bad name. */
export async function readMigrations(directory = MIGRATIONS_DIRECTORY): Promise<MigrationFile[]> {
  const numbered = await readSqlFiles(join(directory, 'migrations'));
  const files = numbered.map(({ name, sql }) => {
    const version = Number(/^(\d{4})_[a-z0-9_]+$/.exec(name)?.[1]);
    if (!(version > 0))
      throw new MigrationError(`${name}.sql is no migration: names are like 0001_what_it_does.sql`);
    return { version, name, sql };
  });
  for (const [i, file] of files.entries()) {
    if (files[i - 1]?.version === file.version) {
      throw new MigrationError(`${file.name}.sql has the number of ${files[i - 1]?.name ?? ''}.sql`);
    }
  }
  const repeatable = await readSqlFiles(join(directory, 'repeatable'));
  return [...files, ...repeatable.map((file) => ({ version: 0, ...file }))];
}

async function readSqlFiles(directory: string): Promise<{ name: string; sql: string }[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => ({
      name: name.slice(0, -'.sql'.length),
      sql: await readFile(join(directory, name), 'utf8'),
    })),
  );
}

/** The statements of a migration, ready to be sent. Throws MigrationError on a placeholder that is not known. */
export function renderStatements(file: MigrationFile, config: MigrationConfig): string[] {
  const rendered = file.sql.replace(/\$\{([^}]*)\}/g, (_, placeholder: string) => {
    const value = render(placeholder, config);
    if (value === null)
      throw new MigrationError(`${file.name}.sql: placeholder \${${placeholder}} is not known`);
    return value;
  });
  return splitStatements(rendered);
}

/** What tells whether a migration is still the one that was applied. */
export function checksumOf(file: MigrationFile, config: MigrationConfig): string {
  const text = file.version === 0 ? renderStatements(file, config).join(';\n') : file.sql;
  return createHash('sha256').update(text).digest('hex');
}

function render(placeholder: string, config: MigrationConfig): string | null {
  const cluster = config.clickhouseCluster === '' ? null : config.clickhouseCluster;
  const [kind = '', name = '', ...rest] = placeholder.split(':');
  switch (kind) {
    case 'local':
      return cluster === null ? name : `${name}_local`;
    case 'engine':
      return cluster === null ? name : `Replicated${name}`;
    case 'on_cluster':
      return cluster === null ? '' : `ON CLUSTER ${quoteIdentifier(cluster)}`;
    case 'distributed':
      return cluster === null ? '' : distributed(name, rest.join(':'), cluster, config.clickhouseDatabase);
    case 'deduplication':
      return cluster === null
        ? `non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW}`
        : `replicated_deduplication_window = ${REPLICATED_DEDUPLICATION_WINDOW}, replicated_deduplication_window_seconds = ${DEDUPLICATION_SECONDS}`;
    case 'merging':
      return MERGING;
    default:
      return numberOf(kind, config);
  }
}

function numberOf(placeholder: string, config: MigrationConfig): string | null {
  const numbers: Readonly<Record<string, number>> = {
    ttl_traces_days: config.ttlTracesDays,
    ttl_metrics_10s_days: config.ttlMetrics10sDays,
    ttl_metrics_1m_days: config.ttlMetrics1mDays,
    ttl_metrics_1h_days: config.ttlMetrics1hDays,
  };
  return numbers[placeholder]?.toString() ?? null;
}

function distributed(table: string, key: string, cluster: string, database: string): string {
  const on = quoteIdentifier(cluster);
  const engine = `Distributed(${quoteText(cluster)}, ${quoteText(database)}, ${quoteText(`${table}_local`)}, ${key})`;
  return `CREATE TABLE IF NOT EXISTS ${table} ON CLUSTER ${on} AS ${table}_local ENGINE = ${engine}`;
}

export const quoteIdentifier = (name: string): string =>
  `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;

export const quoteText = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
