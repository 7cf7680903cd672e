import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { connectClickHouse, type ClickHouse } from '../../../services/platform/clickhouse/client.ts';
import { testConnection, uniqueName } from '../../support/servers.ts';
import { apiOver, get } from './query_database.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function connect(options: Parameters<typeof connectClickHouse>[0]): ClickHouse {
  const clickhouse = connectClickHouse(options);
  cleanups.push(() => clickhouse.close());
  return clickhouse;
}

/** Takes requests as ClickHouse does and never answers; tells when a client hangs up. */
async function silentClickHouse(): Promise<{ url: string; asked: Promise<unknown>; left: Promise<unknown> }> {
  const asked = Promise.withResolvers<unknown>();
  const left = Promise.withResolvers<unknown>();
  const server: Server = createServer((incoming, response) => {
    asked.resolve(incoming.url);
    response.on('close', () => left.resolve('left'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: asked.promise,
    left: left.promise,
  };
}

describe('the query API when ClickHouse cannot answer', () => {
  it('answers 503 while ClickHouse is away, and says so in /readyz', async () => {
    const app = apiOver(connect({ ...testConnection(), url: 'http://127.0.0.1:1' }));
    expect(await get(app, '/api/v1/services')).toMatchObject({
      status: 503,
      body: { detail: 'ClickHouse does not answer; see /readyz, and try again' },
    });
    expect(await get(app, '/readyz')).toMatchObject({
      status: 503,
      body: { detail: 'ClickHouse does not answer' },
    });
  });

  it('asks for migrations while the tables are missing', async () => {
    const name = uniqueName('query_empty');
    const server = connect(testConnection());
    const expected = {
      status: 503,
      body: { detail: 'the database has no tables yet: run `spanmill migrate`' },
    };
    const app = apiOver(connect(testConnection(name)));
    expect(await get(app, '/readyz')).toMatchObject(expected);
    expect(await get(app, '/api/v1/traces')).toMatchObject(expected);
    await server.command(`CREATE DATABASE ${name}`);
    expect(await get(app, '/readyz')).toMatchObject(expected);
    expect(await get(app, '/api/v1/traces')).toMatchObject(expected);
  });

  it('answers 504 when time is up, and hangs up on ClickHouse', async () => {
    const { url, left } = await silentClickHouse();
    const app = apiOver(connect({ ...testConnection(), url }), { timeoutMs: 100 });
    expect(await get(app, '/api/v1/services')).toMatchObject({ status: 504 });
    await expect(left).resolves.toBe('left');
  });

  it('hangs up on ClickHouse when its own client leaves', async () => {
    const { url, asked, left } = await silentClickHouse();
    const app = apiOver(connect({ ...testConnection(), url }));
    cleanups.push(() => app.close());
    const client = request(`${await app.listen({ host: '127.0.0.1', port: 0 })}/api/v1/services`);
    client.on('error', () => undefined);
    client.end();
    await asked;
    client.destroy();
    await expect(left).resolves.toBe('left');
  });
});
