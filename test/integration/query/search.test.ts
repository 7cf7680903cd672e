import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TraceListAnswer } from '../../../services/query/routes/search_routes.ts';
import { apiOver, createQueryDatabase, get, type QueryDatabase } from './query_database.ts';
import { insertShop, SHOP_MS, SHOP_NOW_MS, SHOP_TRACES, shopTraceId } from './shop_rows.ts';

let database: QueryDatabase;
beforeAll(async () => {
  database = await createQueryDatabase();
  await insertShop(database);
}, 60_000);
afterAll(() => database.close());

async function search(query: string, nowMs = SHOP_NOW_MS): Promise<TraceListAnswer> {
  const app = apiOver(database.clickhouse, { nowMs });
  const { status, body } = await get(app, `/api/v1/traces?${query}`);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body as TraceListAnswer;
}

/** Numbers of the shop's traces, as found. */
async function found(query: string): Promise<number[]> {
  return (await search(`limit=100&${query}`)).traces.map(({ traceId }) => parseInt(traceId, 16));
}

const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('GET /api/v1/traces with conditions', () => {
  it.each<[string, number[]]>([
    ['minDuration=390ms', [39, 40]],
    ['minDuration=100ms&maxDuration=120ms', [10, 11, 12]],
    ['status=Error', [10, 20, 30, 40]],
    ['service=cart&status=Error', [10, 20, 30, 40]],
    ['service=web&status=Error', []],
    ['service=cart&operation=GET /items&minSpanDuration=195ms', [39, 40]],
    ['operation=GET /carts/{}&maxSpanDuration=20ms', [1, 2]],
    ['operation=GET /carts/7', [7]],
    ['name=CARTS/3', [3, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39]],
    ['kind=client&service=cart&maxDuration=20ms', [1, 2]],
    ['attribute=user.id=u1&maxDuration=100ms', [1, 5, 9]],
    ['attribute=user.id=u1&attribute=http.route=/carts/{id}&maxDuration=50ms', [1, 5]],
    ['attribute=user.id=u1&attribute=db.system=postgresql', []],
    ['attribute=empty=&maxDuration=20ms', [1, 2]],
    ['attribute=absent=', []],
    ['resource=k8s.pod.name=cart-1&maxDuration=30ms', [1, 3]],
    ['minServices=3', []],
    ["operation=' OR 1=1 --", []],
    ["attribute=user.id=' OR '1'='1", []],
    ["attribute=k'] = '' OR 1=1 --=x", []],
    ['until=12s', upTo(40)],
  ])('finds by %s', async (query, numbers) => {
    const encoded = query
      .split('&')
      .map((pair) =>
        pair.replace(
          /^(\w+)=(.*)$/,
          (_, name: string, value: string) => `${name}=${encodeURIComponent(value)}`,
        ),
      )
      .join('&');
    expect(await found(encoded)).toEqual(numbers);
  });

  it('sorts by start or by duration', async () => {
    expect(await found('')).toEqual(upTo(SHOP_TRACES));
    expect(await found('order=longest')).toEqual(upTo(SHOP_TRACES).reverse());
    expect(await found('order=longest&service=cart&kind=server&minSpanDuration=185ms')).toEqual([
      40, 39, 38, 37,
    ]);
  });

  it.each(['', 'order=longest&', 'kind=client&', 'kind=client&order=longest&'])(
    'shows each trace once over the pages of "%s"',
    async (query) => {
      const seen: string[] = [];
      let after = '';
      for (let page = 0; page < 10; page++) {
        const answer = await search(`${query}limit=7${after}`);
        seen.push(...answer.traces.map(({ traceId }) => traceId));
        if (answer.next === null) break;
        after = `&after=${answer.next}`;
      }
      expect(seen).toHaveLength(SHOP_TRACES);
      expect(new Set(seen).size).toBe(SHOP_TRACES);
    },
  );

  it('finds what lies far back in a long stretch of time, with other traces in between', async () => {
    const later = SHOP_NOW_MS + 20 * 3_600_000;
    const spans = [later - 60_000, SHOP_MS - 3500].map((ms, i) => ({
      ...{ TraceId: shopTraceId(1000), SpanId: `000000000000100${i}`, ParentSpanId: '' },
      ...{ ServiceName: 'late', SpanName: 'poll', SpanKind: 'Client', StatusCode: 'Unset' },
      ...{ Timestamp: (ms / 1000).toFixed(9), Duration: 1000 },
    }));
    await database.insert('otel_traces', spans);
    const span = { Tenant: 'default', TraceId: shopTraceId(1000), Spans: 2, Fragments: 1 };
    await database.insert('trace_summaries', [
      { ...span, Start: ((SHOP_MS - 3500) / 1000).toFixed(9), End: ((later - 59_999) / 1000).toFixed(9) },
    ]);
    const seen: number[] = [];
    let after = '';
    for (let page = 0; page < 10; page++) {
      const answer = await search(`kind=client&since=24h&limit=7${after}`, later);
      seen.push(...answer.traces.map(({ traceId }) => parseInt(traceId, 16)));
      if (answer.next === null) break;
      after = `&after=${answer.next}`;
    }
    // Its newest span tells its place, and the old one does not bring it back.
    expect(seen).toEqual([1000, ...upTo(SHOP_TRACES)]);
  });

  it('tells what a plot of traces needs', async () => {
    const { traces } = await search('limit=1&minDuration=100ms&maxDuration=100ms');
    expect(traces).toEqual([
      {
        traceId: shopTraceId(10),
        startNs: String(BigInt(SHOP_MS - 10_000) * 1_000_000n),
        durationNs: 100_000_000,
        root: { service: 'web', name: 'GET /carts/10', durationNs: 100_000_000 },
        services: ['cart', 'web'],
        spanCount: 4,
        errorCount: 1,
      },
    ]);
  });

  it('finds a name that looks like SQL, and only by that name', async () => {
    const names = [
      "' OR 1=1 --",
      '\\N',
      'a\\',
      '{tenant:String}',
      'x\u0000y',
      '\t\n',
      '%',
      "\\'",
      '☃ 😀',
      '`',
      '"',
    ];
    const start = `${SHOP_MS / 1000 - 7200}.0`;
    const id = (index: number) => `ffff${String(index).padStart(28, '0')}`;
    await database.insert(
      'otel_traces',
      names.map((name, index) => ({
        TraceId: id(index),
        SpanId: 'ab'.repeat(8),
        Timestamp: start,
        ServiceName: name,
        SpanName: name,
        SpanAttributes: { k: name },
      })),
    );
    await database.insert(
      'trace_summaries',
      names.map((name, index) => ({
        TraceId: id(index),
        Start: start,
        End: start,
        Spans: 1,
        Services: [name],
      })),
    );
    for (const [index, name] of names.entries()) {
      const value = encodeURIComponent(name);
      for (const query of [
        `service=${value}`,
        `operation=${value}`,
        `attribute=${encodeURIComponent(`k=${name}`)}`,
      ]) {
        const { traces } = await search(`since=3h&until=1h&${query}`);
        expect({ query, found: traces.map(({ traceId }) => traceId) }).toEqual({ query, found: [id(index)] });
      }
    }
  });

  it.each([
    'after=1',
    'after=99999999999999999999-0',
    'minDuration=5',
    'minDuration=-1ms',
    'kind=Sideways',
    'attribute=nokey',
    'limit=0',
    'sincee=1h',
    'order=oldest',
    `name=${'x'.repeat(5000)}`,
  ])('refuses %s and says what would be right', async (query) => {
    const app = apiOver(database.clickhouse, { nowMs: SHOP_NOW_MS });
    const { status, body } = await get(app, `/api/v1/traces?${query}`);
    expect({ status, body }).toMatchObject({ status: 400, body: { detail: expect.any(String) } });
  });

  it('refuses to read more rows than it may', async () => {
    const app = apiOver(database.clickhouse, { nowMs: SHOP_NOW_MS, maxRowsRead: 10 });
    expect(await get(app, '/api/v1/traces?kind=client')).toMatchObject({ status: 422 });
  });
});
