import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TableRows } from '../../../services/core/native/block.ts';
import { uint32Column } from '../../../services/core/native/number_columns.ts';
import { connectClickHouse, type Row } from '../../../services/platform/clickhouse/client.ts';
import {
  ClickHouseRefusedError,
  ClickHouseStatementError,
  ClickHouseUnavailableError,
  REFUSAL_CODES,
} from '../../../services/platform/clickhouse/errors.ts';
import { testConnection, uniqueName } from '../../support/servers.ts';
import { ScratchDatabase } from './scratch_database.ts';

const database = new ScratchDatabase();
beforeAll(() => database.create());
afterAll(() => database.close());

const block = (table: string, ...numbers: number[]) => {
  const column = uint32Column();
  for (const number of numbers) column.append(number);
  return new TableRows(table, [['n', column]]).encode();
};

async function numbersTable(more = ''): Promise<string> {
  const table = uniqueName('n');
  await database.clickhouse.command(
    `CREATE TABLE ${table} (n UInt32 ${more}) ENGINE = MergeTree ORDER BY n PARTITION BY intDiv(n, 1000)
     SETTINGS non_replicated_deduplication_window = 100`,
  );
  return table;
}

const numbersIn = async (table: string): Promise<unknown[]> =>
  (await database.clickhouse.query(`SELECT n FROM ${table} ORDER BY n`)).map((row) => row['n']);

/** A server that answers everything the same way. */
async function withServer(answer: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const EXCEPTION =
  'Code: 469. DB::Exception: Constraint `c` is violated. (VIOLATED_CONSTRAINT) (version 26.7.2.1)';

describe('the ClickHouse client', () => {
  it('gives rows as objects, 64-bit integers without loss, and takes parameters', async () => {
    const rows = await database.clickhouse.query(
      "SELECT {n:UInt64} AS big, {s:String} AS text, toFloat64(1.5) AS half, ['a'] AS list, map('k', {n:UInt64}) AS m",
      { n: '18446744073709551615', s: "it's \\ \n {x}" },
    );
    expect(rows).toEqual([
      {
        big: '18446744073709551615',
        text: "it's \\ \n {x}",
        half: 1.5,
        list: ['a'],
        m: { k: '18446744073709551615' },
      },
    ]);
  });

  it('gives an answer in a format of choice, with or without a semicolon', async () => {
    expect(await database.clickhouse.text('SELECT 1 AS a, 2 AS b;', 'TSVWithNames')).toBe('a\tb\n1\t2\n');
  });

  it('counts an insert once for each token', async () => {
    const table = await numbersTable();
    const { clickhouse } = database;
    const one = block(table, 1, 2);
    await clickhouse.insertBlock({ ...one, token: 'first' });
    await clickhouse.insertBlock({ ...one, token: 'first' });
    expect(await numbersIn(table)).toEqual([1, 2]);
    await clickhouse.insertBlock({ ...one, token: 'second' });
    expect(await numbersIn(table)).toEqual([1, 1, 2, 2]);
  });

  it('counts a repeated insert once in what views make of it', async () => {
    const table = await numbersTable();
    const target = uniqueName('sum');
    await database.clickhouse.command(
      `CREATE TABLE ${target} (total UInt64) ENGINE = SummingMergeTree ORDER BY tuple()
       SETTINGS non_replicated_deduplication_window = 100`,
    );
    await database.clickhouse.command(
      `CREATE MATERIALIZED VIEW ${target}_mv TO ${target} AS SELECT sum(n) AS total FROM ${table}`,
    );
    for (let i = 0; i < 3; i++) {
      await database.clickhouse.insertBlock({ ...block(table, 1, 2), token: 'same' });
    }
    expect(await database.clickhouse.query(`SELECT sum(total) AS total FROM ${target}`)).toEqual([
      { total: '3' },
    ]);
  });

  it('stores rows that are said to be distinct as they are, and others as their table merges them', async () => {
    const table = uniqueName('sum');
    const { clickhouse } = database;
    await clickhouse.command(
      `CREATE TABLE ${table} (n UInt32, count UInt32 DEFAULT 1) ENGINE = SummingMergeTree ORDER BY n
       SETTINGS non_replicated_deduplication_window = 100`,
    );
    await clickhouse.command(`SYSTEM STOP MERGES ${table}`);
    const counts = (): Promise<Row[]> => clickhouse.query(`SELECT n, count FROM ${table} ORDER BY n, count`);
    await clickhouse.insertBlock({ ...block(table, 7, 7), token: 'merged' });
    expect(await counts()).toEqual([{ n: 7, count: 2 }]);
    for (let i = 0; i < 2; i++) {
      await clickhouse.insertBlock({ ...block(table, 8, 8), isDistinct: true, token: 'distinct' });
    }
    expect(await counts()).toEqual([
      { n: 7, count: 2 },
      { n: 8, count: 1 },
      { n: 8, count: 1 },
    ]);
  });

  it('compresses inserts when asked to', async () => {
    const table = await numbersTable();
    const compressing = connectClickHouse({ ...testConnection(database.name), compressInserts: true });
    await compressing.insertBlock({ ...block(table, 7, 8, 9), token: 'compressed' });
    await compressing.close();
    expect(await numbersIn(table)).toEqual([7, 8, 9]);
  });

  it('tells rows that are refused from a server that cannot', async () => {
    const { clickhouse } = database;
    const table = await numbersTable(', CONSTRAINT small CHECK n < 100');
    const refused = clickhouse.insertBlock({ ...block(table, 1, 100), token: 'a' });
    await expect(refused).rejects.toBeInstanceOf(ClickHouseRefusedError);
    await expect(refused).rejects.toMatchObject({ code: 469, type: 'VIOLATED_CONSTRAINT' });
    const missing = clickhouse.insertBlock({ ...block('nowhere', 1), token: 'a' });
    await expect(missing).rejects.toBeInstanceOf(ClickHouseUnavailableError);
    expect(await numbersIn(table)).toEqual([]);
  });

  it('takes a block that spans too many partitions for refused: its halves span fewer', async () => {
    const table = await numbersTable();
    const days = Array.from({ length: 150 }, (_, i) => i * 1000);
    const wide = database.clickhouse.insertBlock({ ...block(table, ...days), token: 'wide' });
    await expect(wide).rejects.toBeInstanceOf(ClickHouseRefusedError);
    await database.clickhouse.insertBlock({ ...block(table, ...days.slice(0, 75)), token: 'half' });
    expect((await numbersIn(table)).length).toBe(75);
  });

  it('stores nothing of a block that is cut short', async () => {
    const table = await numbersTable();
    const whole = block(table, 1, 2, 3);
    const cut = { ...whole, bytes: whole.bytes.subarray(0, -2), token: 'cut' };
    await expect(database.clickhouse.insertBlock(cut)).rejects.toBeInstanceOf(ClickHouseUnavailableError);
    expect(await numbersIn(table)).toEqual([]);
  });

  it('knows the codes of refusals by the names that the server has for them', async () => {
    for (const [code, name] of REFUSAL_CODES) {
      const rows = await database.clickhouse.query('SELECT errorCodeToName({code:UInt32}) AS name', { code });
      expect(rows).toEqual([{ name }]);
    }
  });

  it('tells a wrong statement from a server that cannot', async () => {
    const { clickhouse } = database;
    await expect(clickhouse.query('SELEC 1')).rejects.toBeInstanceOf(ClickHouseStatementError);
    await expect(clickhouse.query('SELECT * FROM nowhere')).rejects.toBeInstanceOf(ClickHouseStatementError);
    const nobody = connectClickHouse({ ...testConnection(), url: 'http://127.0.0.1:1' });
    await expect(nobody.query('SELECT 1')).rejects.toBeInstanceOf(ClickHouseUnavailableError);
    await nobody.close();
  });

  it('finds an exception that comes amid an answer', async () => {
    const late =
      'SELECT throwIf(number = 900000) FROM numbers(1000000) SETTINGS max_block_size = 1000, wait_end_of_query = 0';
    await expect(database.clickhouse.text(late, 'TSV')).rejects.toThrow(/ClickHouse/);
  });

  it('finds an exception behind a 200', async () => {
    await withServer(
      (_, response) => response.writeHead(200).end(EXCEPTION),
      async (url) => {
        const client = connectClickHouse({ ...testConnection(), url });
        await expect(client.insertBlock({ ...block('t', 1), token: 'x' })).rejects.toMatchObject({
          code: 469,
        });
        await client.close();
      },
    );
    await withServer(
      (_, response) => {
        response.writeHead(200, { 'x-clickhouse-exception-tag': 'abcdefghijklmnop' });
        response.end(
          `{"n":1}\n\r\n__exception__\r\nabcdefghijklmnop\r\n${EXCEPTION}\n99 abcdefghijklmnop\r\n__exception__\r\n`,
        );
      },
      async (url) => {
        const client = connectClickHouse({ ...testConnection(), url });
        await expect(client.query('SELECT n')).rejects.toBeInstanceOf(ClickHouseStatementError);
        await client.close();
      },
    );
  });

  it('takes a cut connection, a silence and an answer of something else for a server that cannot', async () => {
    const answers: RequestListener[] = [
      (request) => request.socket.destroy(),
      () => undefined,
      (_, response) => response.writeHead(502).end('<html>Bad gateway</html>'),
      (_, response) =>
        response.writeHead(503).end('Code: 241. DB::Exception: no memory. (MEMORY_LIMIT_EXCEEDED)'),
    ];
    for (const answer of answers) {
      await withServer(answer, async (url) => {
        const client = connectClickHouse({ ...testConnection(), url, timeoutMs: 300 });
        const insert = client.insertBlock({ ...block('t', 1), token: 'x' });
        await expect(insert).rejects.toBeInstanceOf(ClickHouseUnavailableError);
        await client.close();
      });
    }
  });
});
