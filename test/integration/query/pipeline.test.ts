import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClickHouse } from '../../../services/platform/clickhouse/client.ts';
import { createRegistry } from '../../../services/platform/metrics.ts';
import { METRICS as COLLECTOR } from '../../../services/collector/metrics.ts';
import { METRICS as PROCESSOR } from '../../../services/processor/metrics.ts';
import { METRICS as SINK } from '../../../services/sink/metrics.ts';
import { apiOver, createQueryDatabase, get, type QueryDatabase } from './query_database.ts';
import { testConnection } from '../../support/servers.ts';
import { insertShop, SHOP_NOW_MS } from './shop_rows.ts';

let database: QueryDatabase;
beforeAll(async () => {
  database = await createQueryDatabase();
  await insertShop(database);
}, 60_000);
afterAll(() => database.close());

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** The services' own metrics under one address, as they expose them. */
async function services() {
  const registry = createRegistry('all');
  const metrics = {
    collector: registry.create(COLLECTOR),
    processor: registry.create(PROCESSOR),
    sink: registry.create(SINK),
  };
  const server = createServer((_request, response) => {
    void registry.expose().then((text) => response.end(text));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return { metrics, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics` };
}

const NOBODY = 'http://127.0.0.1:1/metrics';

describe('GET /api/v1/pipeline', () => {
  it('tells what the services tell, with rates between two scrapes', async () => {
    const { metrics, url } = await services();
    const clock = { nowMs: SHOP_NOW_MS };
    const app = apiOver(database.clickhouse, { clock: { now: () => clock.nowMs }, scrape: [url, NOBODY] });
    const { collector, processor, sink } = metrics;
    collector.spansReceived.add(100, { protocol: 'grpc' });
    sink.rows.add(80, { table: 'otel_traces' });
    sink.rows.add(7, { table: 'trace_summaries' });
    sink.lagRecords.set(3, { topic: 'spanmill.traces', partition: 1 });
    sink.lagSeconds.set(1.5, { topic: 'spanmill.traces', partition: 1 });
    processor.lagRecords.set(4, { partition: 0 });
    processor.openTraces.set(5, { partition: 0 });
    processor.openTraces.set(6, { partition: 1 });
    processor.rejected.add(2, { reason: 'malformed' });
    sink.storageSeconds.observe(0.2);
    expect((await get(app, '/api/v1/pipeline')).body).toMatchObject({
      services: [
        { url, up: true, problem: null },
        { url: NOBODY, up: false, problem: 'does not answer' },
      ],
      elapsedSeconds: null,
      spans: { received: { total: 100, perSecond: null }, stored: { total: 80, perSecond: null } },
      traces: { open: 11 },
      lag: [
        { group: 'processor', topic: null, partition: 0, records: 4, seconds: null },
        { group: 'sink', topic: 'spanmill.traces', partition: 1, records: 3, seconds: 1.5 },
      ],
      deadLetters: [{ service: 'processor', reason: 'malformed', total: 2 }],
      delays: { storage: { p50: expect.any(Number) }, insert: { p50: null } },
    });
    clock.nowMs += 5000;
    collector.spansReceived.add(50, { protocol: 'grpc' });
    sink.rows.add(20, { table: 'otel_traces' });
    expect((await get(app, '/api/v1/pipeline')).body).toMatchObject({
      elapsedSeconds: 5,
      spans: { received: { total: 150, perSecond: 10 }, stored: { total: 100, perSecond: 4 } },
      sink: {
        tables: [
          { table: 'otel_traces', rows: { total: 100, perSecond: 4 } },
          { table: 'trace_summaries', rows: { total: 7, perSecond: 0 } },
        ],
      },
    });
  });

  it('tells what is stored', async () => {
    const app = apiOver(database.clickhouse, { nowMs: SHOP_NOW_MS });
    const { body } = await get(app, '/api/v1/pipeline');
    const { storage } = body as {
      storage: { tables: { table: string; rows: number }[]; newestAgeSeconds: number };
    };
    expect(storage.tables.find(({ table }) => table === 'otel_traces')?.rows).toBe(160);
    // The newest of the shop began a second before noon.
    expect(storage.newestAgeSeconds).toBe(70);
    expect((body as { storage: object }).storage).toMatchObject({ spansPerSecond: 160 / 300 });
  });

  it('answers while ClickHouse is away', async () => {
    const away = connectClickHouse({ ...testConnection(), url: 'http://127.0.0.1:1' });
    cleanups.push(() => away.close());
    const { url } = await services();
    expect(await get(apiOver(away, { scrape: [url] }), '/api/v1/pipeline')).toMatchObject({
      status: 200,
      body: { storage: null, storageProblem: 'ClickHouse does not answer', services: [{ up: true }] },
    });
  });
});
