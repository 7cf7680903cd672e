/**
 * Kills ClickHouse again and again while clients insert, and looks for blocks that are gone or came twice:
 *
 *     KILLS=120 node test/chaos/clickhouse_kills.ts
 *
 * Each client repeats an insert under its token until ClickHouse takes it, as the sink does. Prints what each table has; ends with 1
 * where that is not every block once. About a second and a half a kill.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../support/free_ports.ts';
import { clickHouseServer } from './clickhouse.ts';
import { Roster } from './roster.ts';

const { KILLS = '60', CLIENTS = '8' } = process.env;
const ROWS = 50;
const ANSWER_TIMEOUT_MS = 10_000;
const RETRY_PAUSE_MS = 50;
/** Until the system has freed the ports of a process that is gone. */
const PORT_PAUSE_MS = 300;
const LIFE_MS = { least: 300, most: 1_000 } as const;
const WINDOW = 'SETTINGS non_replicated_deduplication_window = 100000';

const roster = new Roster();
const directory = mkdtempSync(join(tmpdir(), 'spanmill-kills-'));
process.once('SIGINT', () => void end(1));
process.once('SIGTERM', () => void end(1));

const [httpPort = 0, tcpPort = 0] = await freePorts(2);
mkdirSync(join(directory, 'clickhouse'));
const server = clickHouseServer({ directory, logDirectory: directory, httpPort, tcpPort, roster });
await server.start();
await ask(`CREATE TABLE spans (block UInt64, n UInt64) ENGINE = MergeTree ORDER BY (block, n) ${WINDOW}`);
await ask(`CREATE TABLE metrics (block UInt64, n UInt64) ENGINE = SummingMergeTree ORDER BY block ${WINDOW}`);
await ask('CREATE MATERIALIZED VIEW feed TO metrics AS SELECT block, count() AS n FROM spans GROUP BY block');

let blocks = 0;
let isOver = false;
const clients = Array.from({ length: Number(CLIENTS) }, async () => {
  while (!isOver) await insert(++blocks);
});
for (let kills = 1; kills <= Number(KILLS); kills++) {
  await delay(LIFE_MS.least + Math.random() * (LIFE_MS.most - LIFE_MS.least));
  await server.kill();
  await delay(PORT_PAUSE_MS);
  await server.start();
  if (kills % 10 === 0) process.stdout.write(`${kills} of ${KILLS} kills, ${blocks} blocks\n`);
}
isOver = true;
await Promise.all(clients);

let isExact = true;
for (const [table, rows] of [
  ['spans', 'count()'],
  ['metrics', 'sum(n)'],
]) {
  const found = await ask(
    `SELECT count(), countIf(rows = ${ROWS}), countIf(rows > ${ROWS}) FROM (SELECT block, ${rows} AS rows FROM ${table} GROUP BY block)`,
  );
  const [there = 0, once = 0, doubled = 0] = found.split('\t').map(Number);
  process.stdout.write(
    `${table}: ${once} blocks of ${blocks} once, ${blocks - there} gone, ${doubled} twice\n`,
  );
  isExact &&= once === blocks;
}
await end(isExact ? 0 : 1);

async function insert(block: number): Promise<void> {
  for (;;) {
    try {
      await ask(`INSERT INTO spans SELECT ${block}, number FROM numbers(${ROWS})`, {
        async_insert: '0',
        insert_deduplication_token: `block ${block}`,
      });
      return;
    } catch {
      await delay(RETRY_PAUSE_MS);
    }
  }
}

async function ask(sql: string, settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const answer = await fetch(`${server.url}/?${new URLSearchParams(settings).toString()}`, {
    ...{ method: 'POST', body: sql, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

async function end(code: number): Promise<never> {
  await roster.killAll();
  rmSync(directory, { recursive: true, force: true });
  process.exit(code);
}
