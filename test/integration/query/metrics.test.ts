import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bucketIndex } from '../../../services/core/metrics/exponential_histogram.ts';
import { apiOver, createQueryDatabase, get, type QueryDatabase } from './query_database.ts';
import { insertShop, SHOP_MS, SHOP_NOW_MS, SHOP_TRACES, shopDurationNs, shopTraceId } from './shop_rows.ts';

let database: QueryDatabase;
beforeAll(async () => {
  database = await createQueryDatabase();
  await insertShop(database);
}, 60_000);
afterAll(() => database.close());

async function ask<T>(path: string): Promise<T> {
  const { status, body } = await get(apiOver(database.clickhouse, { nowMs: SHOP_NOW_MS }), path);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body as T;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
/** What a quantile answers for a duration: the middle of its bucket. */
const middle = (ns: number): number => Math.round(2 ** ((bucketIndex(ns) + 0.5) / 8));

interface Red {
  calls: number;
  errors: number;
  p50Ns: number | null;
  p99Ns: number | null;
  meanNs: number | null;
}

describe('GET /api/v1/operations', () => {
  it('tells each operation of the service by kind, with its share of critical paths and spans to look at', async () => {
    const { operations } = await ask<{ operations: object[] }>('/api/v1/operations?service=cart');
    expect(operations).toMatchObject([
      {
        operation: 'GET /items',
        kind: 'Server',
        spans: 40,
        calls: 40,
        errors: 4,
        errorRate: 0.1,
        callsPerSecond: 40 / 3600,
        meanNs: 102_500_000,
        p50Ns: middle(shopDurationNs(20) / 2),
        p99Ns: middle(shopDurationNs(40) / 2),
        criticalPathNs: 2_050_000_000,
        slowestTraceId: shopTraceId(40),
        newestErrorTraceId: shopTraceId(10),
      },
      { operation: 'SELECT items', kind: 'Client', calls: 40, errors: 0, newestErrorTraceId: null },
    ]);
  });

  it('asks for the service, and knows no operations of one that nobody heard of', async () => {
    const app = apiOver(database.clickhouse, { nowMs: SHOP_NOW_MS });
    expect(await get(app, '/api/v1/operations')).toMatchObject({ status: 400 });
    expect(await ask('/api/v1/operations?service=%27%20OR%201')).toMatchObject({ operations: [] });
  });
});

describe('GET /api/v1/series', () => {
  interface Series {
    pointSeconds: number;
    points: number;
    series: (Red & { time: string })[];
  }

  it('has a point for each step, in all what was called', async () => {
    const { series, points, pointSeconds } = await ask<Series>('/api/v1/series?service=web');
    expect(pointSeconds).toBe(20);
    expect(series).toHaveLength(points);
    expect(sum(series.map(({ calls }) => calls))).toBe(SHOP_TRACES);
    const filled = series.filter(({ calls }) => calls > 0);
    expect(filled.length).toBeGreaterThanOrEqual(2);
    expect(series.find(({ calls }) => calls === 0)).toMatchObject({ p50Ns: null, meanNs: null });
  });

  it.each([
    ['service=cart', 40, 4],
    ['service=cart&kind=Client', 40, 0],
    ['operation=GET /carts/{}', 40, 0],
    ['operation=GET', 40, 0],
    ['', 80, 4],
    ['tenant=blue', 0, 0],
  ])('counts %s', async (query, calls, errors) => {
    const { series } = await ask<Series>(
      `/api/v1/series?${query.replace('{}', '%7B%7D').replaceAll(' ', '%20')}`,
    );
    expect(sum(series.map((point) => point.calls))).toBe(calls);
    expect(sum(series.map((point) => point.errors))).toBe(errors);
  });

  it.each(['15m', '3h', '24h', '47h', '7d', '30d', '399d'])(
    'has at most 200 points over %s',
    async (since) => {
      const answer = await ask<Series>(`/api/v1/series?since=${since}`);
      expect(answer.points).toBeLessThanOrEqual(200);
      expect(sum(answer.series.map((point) => point.calls))).toBe(80);
    },
  );
});

describe('GET /api/v1/heatmap', () => {
  interface Heatmap {
    buckets: { fromNs: number; toNs: number; calls: number }[];
    cells: { point: number; bucket: number; calls: number }[];
  }

  it('puts every call into a cell whose bucket holds its duration', async () => {
    const { buckets, cells } = await ask<Heatmap>('/api/v1/heatmap?service=web');
    expect(sum(cells.map(({ calls }) => calls))).toBe(SHOP_TRACES);
    expect(sum(buckets.map(({ calls }) => calls))).toBe(SHOP_TRACES);
    for (let n = 1; n <= SHOP_TRACES; n++) {
      const ns = shopDurationNs(n);
      expect(
        buckets.filter(({ fromNs, toNs, calls }) => fromNs < ns && ns <= toNs && calls > 0),
      ).toHaveLength(1);
    }
    for (const [index, { fromNs }] of buckets.entries())
      if (index > 0) expect(fromNs).toBe(buckets[index - 1]?.toNs);
  });
});

describe('GET /api/v1/exemplars', () => {
  interface Exemplars {
    exemplars: { traceId: string; durationNs: number }[];
  }

  it('names the slowest, and of a bucket those in it', async () => {
    const { exemplars } = await ask<Exemplars>('/api/v1/exemplars?service=web&limit=1');
    expect(exemplars).toMatchObject([
      { traceId: shopTraceId(40), operation: 'GET /carts/{}', kind: 'Server', durationNs: 400_000_000 },
    ]);
    const inBucket = await ask<Exemplars>(
      '/api/v1/exemplars?service=web&longerThan=100ms&upTo=130ms&limit=100',
    );
    expect(inBucket.exemplars.map(({ traceId }) => parseInt(traceId, 16)).sort()).toEqual([11, 12, 13]);
  });

  it('names no trace that is not stored', async () => {
    await database.insert('span_metrics', [
      {
        ServiceName: 'ghost',
        SpanName: 'op',
        SpanKind: 'Server',
        StatusCode: 'Unset',
        Time: Math.floor(SHOP_MS / 1000),
        Slowest: { Duration: '5', TraceId: 'e'.repeat(32), SpanId: 'e'.repeat(16) },
      },
    ]);
    expect(await ask('/api/v1/exemplars?service=ghost')).toEqual({ exemplars: [] });
  });
});

describe('GET /api/v1/graph', () => {
  it('has services and what they use, and the calls between them as either end saw them', async () => {
    const { nodes, edges } = await ask<{ nodes: object[]; edges: object[] }>('/api/v1/graph');
    expect(nodes).toEqual([
      { name: 'cart', kind: 'service', calls: 40, errors: 4, callers: 1, callees: 1 },
      { name: 'postgresql/shop', kind: 'database', calls: 40, errors: 0, callers: 1, callees: 0 },
      { name: 'web', kind: 'service', calls: 0, errors: 0, callers: 0, callees: 1 },
    ]);
    expect(edges).toMatchObject([
      { client: 'cart', server: 'postgresql/shop', connectionType: 'database', serverDurations: null },
      {
        client: 'web',
        server: 'cart',
        calls: 40,
        errorRate: 0.1,
        callsPerSecond: 40 / 3600,
        clientDurations: { meanNs: 102_500_000, p50Ns: middle(100_000_000) },
        serverDurations: { p99Ns: middle(200_000_000) },
      },
    ]);
  });

  it.each(['30m', '24h', '7d'])('reads the same over %s', async (since) => {
    expect(await ask(`/api/v1/graph?service=web&since=${since}`)).toMatchObject({ edges: [{ calls: 40 }] });
  });
});

describe('GET /api/v1/critical-path', () => {
  it('tells where the time of an operation went, and of its slowest', async () => {
    const path = '/api/v1/critical-path?service=web&operation=GET%20/carts/%7B%7D&slowest=0.9';
    const answer = await ask<{ steps: object[] }>(path);
    expect(answer).toMatchObject({ all: { traces: 40, timeNs: 8_200_000_000 } });
    expect(answer.steps).toMatchObject([
      {
        service: 'web',
        operation: 'GET /carts/{}',
        all: { traces: 40, share: 0.5 },
        slowest: { share: 0.5 },
      },
      { service: 'cart', operation: 'GET /items', all: { share: 0.25 } },
      { service: 'cart', operation: 'SELECT items', all: { share: 0.25 } },
    ]);
    const { slowest } = answer as unknown as { slowest: { traces: number } };
    expect(slowest.traces).toBeGreaterThanOrEqual(4);
    expect(slowest.traces).toBeLessThanOrEqual(5);
  });

  it('is empty for a root that nobody has', async () => {
    expect(await ask('/api/v1/critical-path?service=cart')).toMatchObject({ all: { traces: 0 }, steps: [] });
  });
});

describe('a trace beside others', () => {
  it('is aligned with another by structure', async () => {
    const { pairs, left, right } = await ask<{ pairs: object[]; left: object; right: object }>(
      `/api/v1/traces/${shopTraceId(10)}/compare/14`,
    );
    expect(left).toMatchObject({ traceId: shopTraceId(10), spanCount: 4, errorCount: 1 });
    expect(right).toMatchObject({ traceId: shopTraceId(20), durationNs: 200_000_000 });
    expect(pairs).toMatchObject([
      { depth: 0, operation: 'GET /carts/{}', left: { durationNs: 1e8 }, right: { durationNs: 2e8 } },
      { depth: 1, service: 'web', kind: 'Client', left: { name: 'GET' }, right: { name: 'GET' } },
      { depth: 2, service: 'cart', left: { status: 'Error' }, right: { status: 'Error' } },
      { depth: 3, operation: 'SELECT items', left: { durationNs: 25e6 }, right: { durationNs: 5e7 } },
    ]);
  });

  it('tells how slow each span is among the calls of its operation', async () => {
    const { spans } = await ask<{ spans: object[] }>(`/api/v1/traces/${shopTraceId(40)}/normal`);
    expect(spans).toHaveLength(4);
    expect(spans[0]).toMatchObject({ operation: 'GET /carts/{}', calls: 40, medianNs: middle(2e8) });
    expect((spans[0] as { percentile: number }).percentile).toBeGreaterThan(0.9);
    const fast = await ask<{ spans: { percentile: number }[] }>(`/api/v1/traces/1/normal`);
    expect(fast.spans[0]?.percentile).toBeLessThan(0.05);
  });

  it('is a 404 where either is not there', async () => {
    const app = apiOver(database.clickhouse, { nowMs: SHOP_NOW_MS });
    expect(await get(app, '/api/v1/traces/1/compare/ffff')).toMatchObject({ status: 404 });
    expect(await get(app, '/api/v1/traces/ffff/normal')).toMatchObject({ status: 404 });
  });
});

describe('the ETag of a trace', () => {
  it('saves an answer that has not changed, and not one that has', async () => {
    const app = apiOver(database.clickhouse, { nowMs: SHOP_NOW_MS });
    const url = '/api/v1/traces/5';
    const first = await app.inject(url);
    const etag = String(first.headers.etag);
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    const again = await app.inject({ url, headers: { 'if-none-match': etag } });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    expect((await app.inject({ url, headers: { 'if-none-match': '"other"' } })).statusCode).toBe(200);
    expect(
      (await app.inject({ url: '/api/v1/traces/6', headers: { 'if-none-match': etag } })).statusCode,
    ).toBe(200);
    const at = `${SHOP_MS / 1000}.0`;
    const late = { TraceId: shopTraceId(5), Start: at, End: at, Spans: 1, Fragments: 1 };
    await database.insert('trace_summaries', [late]);
    const changed = await app.inject({ url, headers: { 'if-none-match': etag } });
    expect(changed.statusCode).toBe(200);
    // A span of it is still under way: nobody is to keep this answer.
    expect(changed.headers.etag).toBeUndefined();
  });
});

describe('compression', () => {
  it('is for those who take it, and only of what is worth it', async () => {
    const app = apiOver(database.clickhouse, { nowMs: SHOP_NOW_MS });
    const answer = (url: string, accept: string) =>
      app.inject({ url, headers: { 'accept-encoding': accept } });
    const plain = await answer('/api/v1/series', 'gzip;q=0');
    const packed = await answer('/api/v1/series', 'br, gzip');
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 5);
    expect((await answer('/api/v1/nowhere', 'gzip')).headers['content-encoding']).toBeUndefined();
  });
});
