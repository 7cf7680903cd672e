/** The tables that are asked: loaded with the corpus, or left by an earlier run. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouse } from '../../../services/platform/clickhouse/client.ts';
import { createTables } from '../../support/migrated_tables.ts';
import type { QueryBenchArguments } from './arguments.ts';
import { loadCorpus } from './load.ts';

export const DATABASE = 'bench';

const HOUR_MS = 3_600_000;
/** Windows of metrics begin at whole multiples of it. */
const WINDOW_MS = 10_000;
const MIB = 1024 * 1024;
const PROGRESS_MS = 5000;
const TIMEOUT_MS = 120_000;

/** What was loaded; a file beside the tables keeps it. */
export interface Loaded {
  readonly spans: number;
  readonly sinceMs: number;
  readonly untilMs: number;
}

export const connectionOf = (url: string) => ({
  ...{ url, database: DATABASE, user: 'default', password: '', timeoutMs: TIMEOUT_MS },
});

export async function loadedTables(
  wish: QueryBenchArguments,
  directory: string,
  url: string,
  write: (line: string) => void,
): Promise<Loaded> {
  const manifest = join(directory, 'loaded.json');
  if (existsSync(manifest)) {
    const loaded = JSON.parse(readFileSync(manifest, 'utf8')) as Loaded;
    write(`${loaded.spans} spans are there from an earlier run`);
    return loaded;
  }
  await createTables(connectionOf(url), DATABASE);
  const untilMs = Math.floor(Date.now() / WINDOW_MS) * WINDOW_MS;
  const sinceMs = untilMs - wish.hours * HOUR_MS;
  const startedMs = performance.now();
  const seconds = (): string => ((performance.now() - startedMs) / 1000).toFixed(0);
  let made = 0;
  const progress = setInterval(() => {
    const share = Math.round((100 * made) / wish.spans);
    write(`${made} of ${wish.spans} spans (${share} %), ${seconds()} s`);
  }, PROGRESS_MS);
  try {
    const connection = connectionOf(url);
    const spans = await loadCorpus({
      ...{ connection, sinceMs, untilMs, spans: wish.spans },
      onProgress: (count) => (made = count),
    });
    write(`${spans} spans loaded and merged in ${seconds()} s`);
    const loaded = { spans, sinceMs, untilMs };
    writeFileSync(manifest, JSON.stringify(loaded));
    return loaded;
  } finally {
    clearInterval(progress);
  }
}

/** What the tables hold, and how much of the disk. */
export async function storedLines(clickhouse: ClickHouse): Promise<string[]> {
  const rows = await clickhouse.query(
    `SELECT table, toString(sum(rows)) AS rows, toString(count()) AS parts, toString(sum(bytes_on_disk)) AS bytes
     FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table ORDER BY table`,
  );
  return rows.map(({ table, rows, parts, bytes }) => {
    const [count, size] = [Number(rows), Number(bytes)];
    return `${String(table)}: ${count} rows, ${String(parts)} parts, ${(size / MIB).toFixed(1)} MiB, ${(size / count).toFixed(1)} bytes a row`;
  });
}
