import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { startClickHouse } from '../../../services/local/clickhouse_server.ts';
import type { RunningServer } from '../../../services/local/server_process.ts';
import { freePorts } from '../../support/free_ports.ts';

jest.setTimeout(120_000);

const ROWS = 50;
let directory: string;
let httpPort: number;
let tcpPort: number;
let server: RunningServer;

const start = (): Promise<RunningServer> =>
  startClickHouse({
    ...{ dataDir: directory, httpPort, tcpPort, detached: false },
    logFile: join(directory, 'logs/clickhouse.log'),
  });

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'spanmill-unfinished-'));
  [httpPort = 0, tcpPort = 0] = await freePorts(2);
  server = await start();
});
afterEach(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function ask(sql: string, settings: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${httpPort}/?${new URLSearchParams(settings).toString()}`, {
    method: 'POST',
    body: sql,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text.trim();
}

const insert = (batch: number): Promise<string> =>
  ask(`INSERT INTO spans SELECT ${batch}, number FROM numbers(${ROWS})`, {
    async_insert: '0',
    insert_deduplication_token: `batch ${batch}`,
  });

/** As after a kill between the line in the deduplication log and the part: the line is there and the part is not. */
async function loseNewestPart(table: string): Promise<void> {
  const path = await ask(
    `SELECT path FROM system.parts WHERE table = '${table}' AND active ORDER BY min_block_number DESC LIMIT 1`,
  );
  await server.stop();
  rmSync(path, { recursive: true });
  server = await start();
}

async function createTables(): Promise<void> {
  const window = 'SETTINGS non_replicated_deduplication_window = 1000';
  await ask(`CREATE TABLE spans (batch UInt64, n UInt64) ENGINE = MergeTree ORDER BY (batch, n) ${window}`);
  await ask(
    `CREATE TABLE metrics (batch UInt64, spans UInt64) ENGINE = SummingMergeTree ORDER BY batch ${window}`,
  );
  await ask(
    'CREATE MATERIALIZED VIEW feed TO metrics AS SELECT batch, count() AS spans FROM spans GROUP BY batch',
  );
}

test.each(['spans', 'metrics'])(
  'an insert whose part of %s a killed ClickHouse had not in place counts once when it is made again, and so does one that was done',
  async (table) => {
    await createTables();
    await insert(1);
    await insert(2);
    await loseNewestPart(table);
    await insert(1);
    await insert(2);
    await insert(2);
    expect(await ask('SELECT batch, count() FROM spans GROUP BY batch ORDER BY batch')).toBe(
      `1\t${ROWS}\n2\t${ROWS}`,
    );
    expect(await ask('SELECT batch, sum(spans) FROM metrics GROUP BY batch ORDER BY batch')).toBe(
      `1\t${ROWS}\n2\t${ROWS}`,
    );
  },
);
