import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { startClickHouseProxy, type ClickHouseProxy } from '../../chaos/clickhouse_proxy.ts';

const INSERT = `/?query=${encodeURIComponent('INSERT INTO t (a) FORMAT Native')}`;
/** Later than any test waits. */
const LATE_MS = 600_000;

describe('the fault proxy in front of ClickHouse', () => {
  let server: Server;
  let proxy: ClickHouseProxy;
  /** Bodies that reached the server. */
  const stored: string[] = [];
  let isStored = Promise.withResolvers<undefined>();

  beforeEach(async () => {
    stored.length = 0;
    isStored = Promise.withResolvers();
    server = createServer((asked, answer) => {
      void text(asked).then((body) => {
        stored.push(body);
        isStored.resolve(undefined);
        answer.writeHead(200, { 'x-clickhouse-summary': '{}' }).end(`got ${body.length}`);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await startClickHouseProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, LATE_MS);
  });
  afterEach(async () => {
    await proxy.stop();
    server.close();
  });

  const send = (path: string, body: string, signal: AbortSignal | null = null): Promise<Response> =>
    fetch(proxy.url + path, { method: 'POST', body, signal, headers: { connection: 'close' } });

  test('passes requests and answers on, with status and headers', async () => {
    const answer = await send(INSERT, 'rows');
    expect([answer.status, await answer.text()]).toEqual([200, 'got 4']);
    expect(answer.headers.get('x-clickhouse-summary')).toBe('{}');
    expect(stored).toEqual(['rows']);
    expect(proxy.hurt).toBe(0);
  });

  test('answers an insert with an error that passes, and stores nothing', async () => {
    proxy.setMode('error');
    const answer = await send(INSERT, 'rows');
    expect(answer.status).toBe(500);
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe('241');
    expect(await answer.text()).toContain('MEMORY_LIMIT_EXCEEDED');
    expect(stored).toEqual([]);
    expect(proxy.hurt).toBe(1);
  });

  test('lets an insert wait without an answer, until the mode is over', async () => {
    proxy.setMode('hang');
    const waiting = send(INSERT, 'rows').then(
      () => 'answered',
      () => 'broken off',
    );
    // What comes behind it shows that it has arrived, and waits.
    await send('/?query=SELECT+1', '');
    expect(await Promise.race([waiting, Promise.resolve('waits')])).toBe('waits');
    proxy.setMode('pass');
    expect(await waiting).toBe('broken off');
    expect(stored).toEqual(['']);
  });

  test('stores an insert, and answers when its client has given up', async () => {
    proxy.setMode('late');
    const client = new AbortController();
    const outcome = send(INSERT, 'rows', client.signal).then(
      () => 'answered',
      () => 'gave up',
    );
    await isStored.promise;
    client.abort();
    expect(await outcome).toBe('gave up');
    expect(stored).toEqual(['rows']);
  });

  test('stores an insert, and breaks the connection instead of an answer', async () => {
    proxy.setMode('cut');
    await expect(send(INSERT, 'rows')).rejects.toThrow();
    expect(stored).toEqual(['rows']);
  });

  test('leaves all other statements alone in every mode', async () => {
    for (const mode of ['error', 'hang', 'late', 'cut'] as const) {
      proxy.setMode(mode);
      expect((await send('/?query=SELECT+1', '')).status).toBe(200);
    }
    expect(proxy.hurt).toBe(0);
  });

  test('says when an insert is half sent', async () => {
    const half = proxy.nextInsert();
    const whole = send(INSERT, 'rows');
    await half;
    expect(stored).toEqual([]);
    await whole;
    expect(stored).toEqual(['rows']);
  });

  test('breaks the connection when the server is away', async () => {
    server.close();
    server.closeAllConnections();
    await expect(send(INSERT, 'rows')).rejects.toThrow();
  });
});
