/** What the APIs of other tools have in common: no request, however odd, is answered as a fault of ours. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { connectClickHouse } from '../../../services/platform/clickhouse/client.ts';
import { SHOP_TRACE_ID } from '../../support/shop_trace.ts';
import { freePorts } from '../../support/free_ports.ts';
import { createForeignApi, insertShopTrace, type ForeignApi } from './foreign_api.ts';
import { testConnection } from '../../support/servers.ts';
import { createQueryDatabase, type QueryDatabase } from './query_database.ts';

const START_MS = Math.floor(Date.now() / 1000) * 1000 - 60_000;
let database: QueryDatabase;
let foreign: ForeignApi;

beforeAll(async () => {
  database = await createQueryDatabase();
  await insertShopTrace(database, START_MS);
  foreign = createForeignApi(database.clickhouse);
}, 60_000);
afterAll(async () => {
  await foreign.app.close();
  await database.close();
});

/** Each with the parameters that it knows. */
const PATHS: readonly (readonly [string, readonly string[]])[] = [
  ['/api/services', []],
  ['/api/services/*/operations', []],
  ['/api/operations', ['service', 'spanKind']],
  [
    '/api/traces',
    [
      'service',
      'operation',
      'tags',
      'tag',
      'start',
      'end',
      'minDuration',
      'maxDuration',
      'limit',
      'lookback',
      'traceID',
      'raw',
    ],
  ],
  ['/api/traces/*', ['raw', 'start', 'end']],
  ['/api/dependencies', ['endTs', 'lookback', 'service']],
  [
    '/api/metrics/latencies',
    ['quantile', 'service', 'groupByOperation', 'endTs', 'lookback', 'step', 'ratePer', 'spanKind'],
  ],
  ['/api/metrics/calls', ['service', 'groupByOperation', 'endTs', 'lookback', 'step', 'ratePer', 'spanKind']],
  ['/api/metrics/errors', ['service', 'endTs', 'lookback', 'step', 'ratePer']],
  ['/api/metrics/minstep', []],
  [
    '/api/v3/traces',
    [
      'query.service_name',
      'query.operation_name',
      'query.attributes',
      'query.start_time_min',
      'query.start_time_max',
      'query.duration_min',
      'query.duration_max',
      'query.num_traces',
    ],
  ],
  ['/api/v3/traces/*', []],
  ['/api/v3/services', []],
  ['/api/v3/operations', ['service', 'span_kind']],
  ['/api/v2/services', []],
  ['/api/v2/spans', ['serviceName']],
  ['/api/v2/remoteServices', ['serviceName']],
  [
    '/api/v2/traces',
    [
      'serviceName',
      'remoteServiceName',
      'spanName',
      'annotationQuery',
      'minDuration',
      'maxDuration',
      'endTs',
      'lookback',
      'limit',
    ],
  ],
  ['/api/v2/trace/*', []],
  ['/api/v2/traceMany', ['traceIds']],
  ['/api/v2/dependencies', ['endTs', 'lookback']],
  ['/api/v2/autocompleteKeys', []],
  ['/api/v2/autocompleteValues', ['key']],
  ['/tempo/api/traces/*', ['start', 'end']],
  ['/tempo/api/v2/traces/*', ['start', 'end']],
  ['/tempo/api/search', ['q', 'tags', 'minDuration', 'maxDuration', 'limit', 'start', 'end', 'spss']],
  ['/tempo/api/search/tags', ['scope', 'start', 'end', 'limit']],
  ['/tempo/api/v2/search/tags', ['scope', 'start', 'end', 'limit', 'q']],
  ['/tempo/api/search/tag/*/values', ['start', 'end', 'limit']],
  ['/tempo/api/v2/search/tag/*/values', ['start', 'end', 'limit', 'q']],
  ['/tempo/api/echo', []],
  ['/tempo/api/status/buildinfo', []],
];

/** What somebody means, what somebody mistypes, and what nobody would write. */
const VALUE = fc.oneof(
  fc.constantFrom(
    ...[
      'storefront',
      'payment',
      SHOP_TRACE_ID,
      'abc',
      `${SHOP_TRACE_ID},abc`,
      'server',
      'true',
      'n',
      'span.n',
      '.n',
      'name',
    ],
    ...[
      '10ms',
      '1h',
      '2d',
      '-1s',
      '0.95',
      '{"error":"true"}',
      '{"a":1}',
      '[]',
      '{"\\ud800":"\\u0000"}',
      'error:true',
      'a=b and c',
    ],
    ...[
      '{ name =~ "(" }',
      '{ span.n >= 7 && duration < 1s }',
      '{ .a !~ "x" || status = error }',
      '{',
      'a="b c"',
      'resource',
    ],
    ...[
      new Date(START_MS).toISOString(),
      '9999-12-31T23:59:59.999999999Z',
      "x' OR 1=1 --",
      '{p0:String}',
      '\\',
      '%',
      '\u0000',
      '💥',
    ],
  ),
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.double().map(String),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);

const REQUEST = fc.constantFrom(...PATHS).chain(([path, names]) =>
  fc.record({
    path: fc.constant(path),
    segment: VALUE,
    query:
      names.length === 0
        ? fc.constant([])
        : fc.array(fc.tuple(fc.constantFrom(...names), VALUE), { maxLength: 6 }),
  }),
);

describe('the APIs of other tools', () => {
  it('answer every request, or say what is wrong with it', async () => {
    await fc.assert(
      fc.asyncProperty(REQUEST, async ({ path, segment, query }) => {
        const url = `${path.replace('*', encodeURIComponent(segment))}?${new URLSearchParams(query).toString()}`;
        const { statusCode, body } = await foreign.app.inject(url);
        expect([url, statusCode < 500 ? '' : `${statusCode} ${body}`]).toEqual([url, '']);
      }),
      { numRuns: 400 },
    );
  }, 240_000);

  it('find nothing of another tenant', async () => {
    const of = async (header: string) =>
      (await foreign.app.inject({ url: `/api/traces/${SHOP_TRACE_ID}`, headers: { [header]: 'blue' } }))
        .statusCode;
    expect(await of('x-other')).toBe(200);
    expect(await of('x-tenant')).toBe(404);
    expect(await of('x-scope-orgid')).toBe(404);
  });

  it.each([
    ['/api/services', { data: null, errors: [{ code: 503 }] }],
    ['/api/v3/services', { error: { httpCode: 503 } }],
    ['/api/v2/services', null],
    ['/tempo/api/search', null],
  ])('%s says in its own format that ClickHouse is away', async (path, body) => {
    const [port = 0] = await freePorts(1);
    const away = connectClickHouse({ ...testConnection('default'), url: `http://127.0.0.1:${port}` });
    const { app } = createForeignApi(away);
    const response = await app.inject(path);
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5']);
    if (body === null) expect(response.headers['content-type']).toBe('text/plain; charset=utf-8');
    else expect(response.json()).toMatchObject(body);
    await app.close();
    await away.close();
  });

  it.each(['/api/traces?service=storefront', '/api/v2/traces', '/tempo/api/search?q=%7B%7D'])(
    'stop at the time limit: %s',
    async (path) => {
      const never = { ...database.clickhouse, query: () => new Promise<never>(() => undefined) };
      const { app } = createForeignApi(never, 50);
      expect((await app.inject(path)).statusCode).toBe(504);
      await app.close();
    },
  );
});
