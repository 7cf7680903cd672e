import { describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import type { Log } from '../../../services/platform/log.ts';
import { createRegistry } from '../../../services/platform/metrics.ts';
import { createApi } from '../../../services/query/api.ts';
import { healthRoutes } from '../../../services/query/routes/health_routes.ts';
import type { MetricsStore } from '../../../services/query/metrics_store.ts';
import { searchRoutes } from '../../../services/query/routes/search_routes.ts';
import { serviceRoutes } from '../../../services/query/routes/service_routes.ts';
import { traceRoutes } from '../../../services/query/routes/trace_routes.ts';
import { StoreError, type TraceSearch, type TraceStore } from '../../../services/query/store.ts';
import { storedSpan } from '../../support/trace_fixture.ts';

const NOW = Date.UTC(2026, 10, 21, 10);
const TRACE_ID = 'ab'.repeat(16);

type Stores = TraceStore & Pick<MetricsStore, 'services' | 'operations'>;

const RANGE = {
  suffix: '_1m',
  stepSeconds: 60,
  since: NOW / 1000 - 600,
  firstPoint: NOW / 1000 - 600,
  until: NOW / 1000,
  pointSeconds: 300,
  points: 2,
} as const;

const EMPTY: Stores = {
  trace: () => Promise.resolve(null),
  version: () => Promise.resolve(null),
  find: () => Promise.resolve({ traces: [], end: null }),
  services: () => Promise.resolve({ range: RANGE, found: [] }),
  operations: () => Promise.resolve({ range: RANGE, found: [] }),
};

const ANY_SPAN = {
  service: null,
  operation: null,
  kind: null,
  status: null,
  name: null,
  minSpanNs: null,
  maxSpanNs: null,
  attributes: [],
  resourceAttributes: [],
};

const unasked = (): never => {
  throw new Error('not asked here');
};
const UNASKED: MetricsStore = {
  services: unasked,
  operations: unasked,
  series: unasked,
  heatmap: unasked,
  exemplars: unasked,
};

function recordingLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const write = (level: string) => (fields: object, message: string) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  };
  const log: Log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
    child: () => log,
  };
  return { log, lines };
}

function api(store: Partial<Stores>, more: { notReady?: string; timeoutMs?: number } = {}) {
  const { log, lines } = recordingLog();
  const registry = createRegistry('query');
  const whole = { ...EMPTY, ...store };
  const clock = { now: () => NOW };
  const app = createApi({
    log,
    registry,
    requestTimeoutMs: more.timeoutMs ?? 10_000,
    routes: [
      (on) => healthRoutes(on, registry, { notReady: () => Promise.resolve(more.notReady ?? null) }),
      (on) => traceRoutes(on, whole, clock),
      (on) => searchRoutes(on, whole, clock),
      (on) => serviceRoutes(on, { ...UNASKED, ...whole }, clock),
    ],
  });
  return { app, lines, registry };
}

async function get(app: FastifyInstance, url: string) {
  const response = await app.inject({ method: 'GET', url });
  return {
    status: response.statusCode,
    type: response.headers['content-type'],
    body: response.json<unknown>(),
  };
}

describe('GET /api/v1/traces/{id}', () => {
  it('asks for the id in lower case and full length, of the default tenant unless one is named', async () => {
    const asked: string[] = [];
    const trace: TraceStore['trace'] = (tenant, traceId) => {
      asked.push(`${tenant} ${traceId}`);
      return Promise.resolve(null);
    };
    const { app } = api({ trace });
    await get(app, `/api/v1/traces/${TRACE_ID.toUpperCase()}`);
    await get(app, '/api/v1/traces/00112233AABBCCDD?tenant=blue');
    await get(app, '/api/v1/traces/123');
    expect(asked).toEqual([
      `default ${TRACE_ID}`,
      'blue 000000000000000000112233aabbccdd',
      'default 00000000000000000000000000000123',
    ]);
  });

  it('answers the trace as JSON', async () => {
    const stored = {
      traceId: TRACE_ID,
      spans: [storedSpan('a', '', 0, 10)],
      summary: { spans: 1, fragments: 1, criticalPath: [] },
      truncated: false,
      version: null,
    };
    const { app } = api({ trace: () => Promise.resolve(stored) });
    const { status, type, body } = await get(app, `/api/v1/traces/${TRACE_ID}`);
    expect([status, type]).toEqual([200, 'application/json; charset=utf-8']);
    expect(body).toMatchObject({ traceId: TRACE_ID, spanCount: 1, spans: [{ spanId: 'a' }] });
  });

  it('says of an unknown trace what may be the reason', async () => {
    const { status, type, body } = await get(api({}).app, `/api/v1/traces/${TRACE_ID}`);
    expect([status, type]).toEqual([404, 'application/problem+json; charset=utf-8']);
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: expect.stringContaining(
        `no trace ${TRACE_ID} is stored. A trace comes about ten seconds after`,
      ),
    });
  });

  it.each(['xyz', `${TRACE_ID}0`, '0'.repeat(32), '-1', '%20'])('refuses the id %s', async (id) => {
    const { status, body } = await get(api({}).app, `/api/v1/traces/${id}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ title: 'Bad Request', detail: expect.stringContaining('a trace id') });
  });
});

describe('GET /api/v1/traces', () => {
  it('looks for the newest traces of the last hour unless told otherwise', async () => {
    const asked: TraceSearch[] = [];
    const find: TraceStore['find'] = (search) => {
      asked.push(search);
      return Promise.resolve({ traces: [], end: null });
    };
    const { app } = api({ find });
    await get(app, '/api/v1/traces');
    await get(
      app,
      '/api/v1/traces?service=cart&minServices=2&limit=5&since=2026-11-21T00:00:00Z&until=15m&tenant=t' +
        '&attribute=a=b&attribute=c==&minDuration=1.5ms&maxSpanDuration=2s&order=longest&kind=SERVER' +
        `&after=77-${TRACE_ID}`,
    );
    expect(asked).toEqual([
      {
        tenant: 'default',
        span: ANY_SPAN,
        minServices: 1,
        minNs: null,
        maxNs: null,
        order: 'newest',
        after: null,
        limit: 20,
        sinceMs: NOW - 3_600_000,
        untilMs: NOW,
      },
      {
        tenant: 't',
        span: {
          ...ANY_SPAN,
          service: 'cart',
          kind: 'Server',
          maxSpanNs: 2e9,
          attributes: [
            ['a', 'b'],
            ['c', '='],
          ],
        },
        minServices: 2,
        minNs: 1_500_000,
        maxNs: null,
        order: 'longest',
        after: { key: 77n, traceId: TRACE_ID },
        limit: 5,
        sinceMs: Date.UTC(2026, 10, 21),
        untilMs: NOW - 900_000,
      },
    ]);
  });

  it('answers summaries', async () => {
    const found = {
      traceId: TRACE_ID,
      startNs: 1_700_000_000_000_000_001n,
      durationNs: 5n,
      root: null,
      services: ['cart'],
      spans: 3,
      errors: 1,
    };
    const end = { key: 5n, traceId: TRACE_ID };
    const { app } = api({ find: () => Promise.resolve({ traces: [found], end }) });
    const { body } = await get(app, '/api/v1/traces');
    expect(body).toEqual({
      traces: [
        {
          traceId: TRACE_ID,
          startNs: '1700000000000000001',
          durationNs: 5,
          root: null,
          services: ['cart'],
          spanCount: 3,
          errorCount: 1,
        },
      ],
      next: `5-${TRACE_ID}`,
    });
  });

  it.each([
    ['limit=0', 'limit=0 must be a whole number from 1 to 1000'],
    ['limit=1e2', 'limit=1e2 must be a whole number from 1 to 1000'],
    ['since=5m&until=10m', 'since must lie before until'],
    ['since=2000d&until=1d', 'since and until lie more than 400 days apart'],
    [
      'since=yesterday',
      'since=yesterday must be like 2026-11-21T10:00:00Z, 1795255200 (Unix seconds) or 15m (ago)',
    ],
    ['since=2026-13-45T10:00:00Z', 'since=2026-13-45T10:00:00Z must be like 2026-11-21T10:00:00Z'],
    ['sicne=5m', 'sicne is not known here; there are tenant, service, operation, kind'],
    ['limit=1&limit=2', 'limit is given 2 times; once is right'],
  ])('refuses ?%s', async (query, detail) => {
    const { status, body } = await get(api({}).app, `/api/v1/traces?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ detail: expect.stringContaining(detail) });
  });
});

describe('GET /api/v1/services', () => {
  it('answers rates over the stretch of time asked for', async () => {
    const durations = { mean: 15e5, p50: 1e6, p90: 2e6, p95: 2e6, p99: 3e6 };
    const sparkline = { calls: [600, 0], errors: [60, 0] };
    const figures = [
      { service: 'cart', spans: 900, calls: 600, errors: 60, durations, sparkline },
      { service: 'load', spans: 10, calls: 0, errors: 0, durations: null, sparkline },
    ];
    const services = () => Promise.resolve({ range: RANGE, found: figures });
    const { body } = await get(api({ services }).app, '/api/v1/services?since=10m');
    expect(body).toEqual({
      since: '2026-11-21T09:50:00.000Z',
      until: '2026-11-21T10:00:00.000Z',
      firstPoint: '2026-11-21T09:50:00.000Z',
      pointSeconds: 300,
      points: 2,
      services: [
        {
          service: 'cart',
          spans: 900,
          calls: 600,
          errors: 60,
          errorRate: 0.1,
          callsPerSecond: 1,
          meanNs: 15e5,
          p50Ns: 1e6,
          p90Ns: 2e6,
          p95Ns: 2e6,
          p99Ns: 3e6,
          sparkline,
        },
        {
          service: 'load',
          spans: 10,
          calls: 0,
          errors: 0,
          errorRate: null,
          callsPerSecond: 0,
          meanNs: null,
          p50Ns: null,
          p90Ns: null,
          p95Ns: null,
          p99Ns: null,
          sparkline,
        },
      ],
    });
  });
});

describe('the API as a whole', () => {
  it.each([
    ['unavailable', 503],
    ['no-tables', 503],
    ['timeout', 504],
    ['too-large', 422],
  ] as const)(
    'answers a store that fails with %s by %i, without what the server said',
    async (failure, status) => {
      const error = new StoreError(failure, 'secret words of the server');
      const { app, lines } = api({ services: () => Promise.reject(error) });
      const response = await app.inject('/api/v1/services');
      expect(response.statusCode).toBe(status);
      expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(response.headers['retry-after']).toBe(status === 503 ? '5' : undefined);
      expect(response.body).not.toContain('secret');
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('secret words of the server');
    },
  );

  it('answers a bug by 500 and tells all of it to the log alone', async () => {
    const { app, lines } = api({ services: () => Promise.reject(new TypeError('x is undefined')) });
    const response = await app.inject('/api/v1/services');
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain('undefined');
    expect(lines.map((line) => line.split(' ', 1)[0])).toEqual(['error']);
  });

  it.each([new TypeError('x is undefined'), new StoreError('unavailable', 'away')])(
    'logs where it failed, not what was asked for (%s)',
    async (error) => {
      const { app, lines } = api({ find: () => Promise.reject(error) });
      await app.inject('/api/v1/traces?attribute=user.email%3Danna');
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('/api/v1/traces');
      expect(lines[0]).not.toContain('anna');
    },
  );

  it('answers by 504 when time is up, and tells the store to stop', async () => {
    const { promise: stopped, resolve: onStop } = Promise.withResolvers<string>();
    const services: MetricsStore['services'] = (_tenant, _range, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          onStop('stopped');
          reject(signal.reason as Error);
        });
      });
    const { app } = api({ services }, { timeoutMs: 20 });
    const { status, body } = await get(app, '/api/v1/services');
    expect(status).toBe(504);
    expect(body).toMatchObject({ detail: 'no answer within 20 ms: ask for less, or for a shorter time' });
    await expect(stopped).resolves.toBe('stopped');
  });

  it('answers HEAD as GET without a body', async () => {
    const response = await api({}).app.inject({ method: 'HEAD', url: '/api/v1/services' });
    expect([response.statusCode, response.body]).toEqual([200, '']);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)(
    'refuses %s and says what is allowed',
    async (method) => {
      const response = await api({}).app.inject({
        method,
        url: `/api/v1/traces/${TRACE_ID}`,
        ...(method !== 'OPTIONS' && {
          payload: '{not json',
          headers: { 'content-type': 'application/json' },
        }),
      });
      expect([response.statusCode, response.headers.allow]).toEqual([405, 'GET, HEAD']);
      expect(response.json()).toMatchObject({ title: 'Method Not Allowed' });
    },
  );

  it('answers unknown paths by 404, and paths that are no URL by 400', async () => {
    const { app } = api({});
    expect(await get(app, '/nothing?a=b')).toEqual({
      status: 404,
      type: 'application/problem+json; charset=utf-8',
      body: {
        type: 'about:blank',
        title: 'Not Found',
        status: 404,
        detail: 'there is no GET /nothing; see /api/v1/openapi.json for the paths',
      },
    });
    expect(await get(app, '/api/v1/traces/%E0%A4')).toMatchObject({
      status: 400,
      type: 'application/problem+json; charset=utf-8',
    });
  });

  it('says why it is not ready, and lives all the same', async () => {
    const { app, lines } = api({}, { notReady: 'ClickHouse does not answer' });
    expect(await get(app, '/readyz')).toMatchObject({
      status: 503,
      body: { detail: 'ClickHouse does not answer' },
    });
    expect((await app.inject('/healthz')).statusCode).toBe(200);
    expect((await api({}).app.inject('/readyz')).body).toBe('ready\n');
    expect(lines).toEqual([]);
  });

  it('counts requests by route pattern, never by path', async () => {
    const { app } = api({});
    await app.inject(`/api/v1/traces/${TRACE_ID}`);
    await app.inject('/api/v1/traces/zz');
    await app.inject('/nothing');
    const { body } = await app.inject('/metrics');
    const counted = body.split('\n').filter((line) => line.startsWith('spanmill_query_requests_total{'));
    expect(counted).toEqual([
      'spanmill_query_requests_total{route="/api/v1/traces/:id",method="GET",status="404",service="query"} 1',
      'spanmill_query_requests_total{route="/api/v1/traces/:id",method="GET",status="400",service="query"} 1',
      'spanmill_query_requests_total{route="unknown",method="GET",status="404",service="query"} 1',
    ]);
    expect(body).not.toContain(TRACE_ID);
  });
});
