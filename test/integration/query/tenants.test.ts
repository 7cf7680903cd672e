/** A token of one tenant asks for every route there is, and gets what it would get if no other tenant were there. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { jaeger } from '../../../proto/generated/index.js';
import type { Act } from '../../../services/platform/audit_log.ts';
import type { GrpcCall, GrpcMethod } from '../../../services/platform/grpc/grpc_method.ts';
import { GRPC_STATUS } from '../../../services/platform/grpc/grpc_status.ts';
import { createRegistry } from '../../../services/platform/metrics.ts';
import { Admission } from '../../../services/query/admission.ts';
import { createApi } from '../../../services/query/api.ts';
import { apiRoutes } from '../../../services/query/api_routes.ts';
import { foreignApis } from '../../../services/query/foreign_apis.ts';
import { limitedQuery, type Query } from '../../../services/query/queries.ts';
import { healthRoutes } from '../../../services/query/routes/health_routes.ts';
import { VIEW_PATHS, webRoutes } from '../../../services/query/routes/web_routes.ts';
import { metricsScraper } from '../../../services/query/scraper.ts';
import { confinedQuery, inScope } from '../../../services/query/tenant_scope.ts';
import { accessOf, aToken, tokenEntry } from '../../support/access_fixture.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { createQueryDatabase, type QueryDatabase } from './query_database.ts';

jest.setTimeout(120_000);

const [A, B, SENDER, ADMIN] = [aToken(), aToken(), aToken(), aToken()];
const YAML = `
tenants: { a: , b: }
credentials:
${tokenEntry('reads-a', A, 'a', 'query')}${tokenEntry('reads-b', B, 'b', 'query')}${tokenEntry('sends-a', SENDER, 'a', 'ingest')}${tokenEntry('operator', ADMIN, '*', 'query, admin')}`;
/** In everything of tenant b that is text. */
const MARKER = 'bmarker';
const TRACE = '00000000000000000000000000000abc';
const OTHER = '00000000000000000000000000000abd';
const NOW_MS = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;
const NOW = Math.floor(NOW_MS / 1000);

interface Service {
  readonly app: FastifyInstance;
  readonly routes: readonly string[];
  readonly query: Query;
  readonly grpcMethods: readonly GrpcMethod[];
  readonly acts: readonly Act[];
}

let alone: QueryDatabase;
let shared: QueryDatabase;
let before: Service;
let service: Service;

beforeAll(async () => {
  alone = await createQueryDatabase();
  shared = await createQueryDatabase();
  await insertTenant(alone, 'a', '', 1);
  await insertTenant(shared, 'a', '', 1);
  await insertTenant(shared, 'b', MARKER, 7);
  before = serviceOver(alone);
  service = serviceOver(shared);
  await Promise.all([before.app.ready(), service.app.ready()]);
});
afterAll(async () => {
  await Promise.all([alone.close(), shared.close()]);
});

/** The same trace and span ids for each tenant; `mark` is in each text, `times` makes the numbers differ. */
async function insertTenant(
  database: QueryDatabase,
  tenant: string,
  mark: string,
  times: number,
): Promise<void> {
  const at = (ms: number): string => String((NOW_MS - 600_000 + ms) / 1000);
  const second = NOW - 600;
  const own = { Tenant: tenant };
  const web = { ...own, ServiceName: `${mark}web`, SpanName: `GET /${mark}carts`, SpanKind: 'Server' };
  const cart = { ...own, ServiceName: `${mark}cart`, SpanName: `GET /${mark}items`, SpanKind: 'Server' };
  const attributes = { [`${mark}key`]: `${mark}value`, n: `${mark}${times}` };
  const spans = [TRACE, OTHER].flatMap((TraceId) => [
    {
      ...{ ...web, TraceId, SpanId: '00000000000000a1', Timestamp: at(0), Duration: String(times * 1e8) },
      ...{ StatusCode: 'Error', StatusMessage: `${mark}refused`, SpanAttributes: attributes },
      ResourceAttributes: { 'host.name': `${mark}host`, 'service.name': `${mark}web` },
      ...{ 'Events.Timestamp': [at(1)], 'Events.Name': [`${mark}retry`], 'Events.Attributes': [attributes] },
    },
    {
      ...{
        ...cart,
        TraceId,
        SpanId: '00000000000000a2',
        ParentSpanId: '00000000000000a1',
        Timestamp: at(10),
      },
      ...{ Duration: String(times * 2e7), StatusCode: 'Ok', SpanAttributes: attributes },
      ResourceAttributes: { 'host.name': `${mark}host`, 'service.name': `${mark}cart` },
    },
  ]);
  await database.insert('otel_traces', spans);
  const path = [{ Service: `${mark}cart`, Operation: `GET /${mark}items`, SelfTime: String(times * 2e7) }];
  const summary = {
    ...own,
    Start: at(0),
    End: at(times * 100),
    Spans: 2,
    Errors: 1,
    Fragments: 1,
    RootDuration: String(times * 1e8),
    CriticalPath: path,
  };
  const root = {
    RootService: `${mark}web`,
    RootName: `GET /${mark}carts`,
    Services: [`${mark}web`, `${mark}cart`],
  };
  await database.insert('trace_summaries', [
    { ...summary, ...root, TraceId: TRACE },
    { ...summary, ...root, TraceId: OTHER },
  ]);
  const counted = {
    Time: second - (second % 10),
    Spans: 2 * times,
    Calls: 2 * times,
    Histogram: { 200: 2 * times },
  };
  await database.insert('span_metrics', [
    { ...web, ...counted, StatusCode: 'Error', Errors: 2 * times },
    { ...cart, ...counted, StatusCode: 'Ok', Errors: 0 },
  ]);
  const edge = { Client: `${mark}web`, Server: `${mark}cart`, ConnectionType: 'rpc', Time: counted.Time };
  await database.insert('service_edges', [{ ...own, ...edge, Calls: 2 * times }]);
}

function serviceOver({ clickhouse }: QueryDatabase): Service {
  const acts: Act[] = [];
  const admission = new Admission({ access: accessOf(YAML), audit: { record: (act) => acts.push(act) } });
  const clock = { now: () => NOW_MS };
  const limited = limitedQuery({ clickhouse, timeoutMs: 20_000, maxAnswerBytes: 2 ** 27 });
  const query = confinedQuery({ query: limited, needsScope: true });
  const shared = { query, clock, retention: { tenSecondDays: 2, minuteDays: 30 }, maxTraceSpans: 1000 };
  const foreign = foreignApis({
    ...{ ...shared, admission, log: quietLog, timeoutMs: 20_000, maxClockShiftMs: 1000 },
    zipkinAutocompleteKeys: ['n'],
  });
  const registry = createRegistry('query');
  const routes: string[] = [];
  const app = createApi({
    ...{ log: quietLog, registry, requestTimeoutMs: 20_000, admission },
    routes: [
      (app) =>
        void app.addHook('onRoute', ({ method, url }) => {
          if (method === 'GET') routes.push(url);
        }),
      (app) => healthRoutes(app, registry, { notReady: () => Promise.resolve(null) }),
      (app) => webRoutes(app, null),
      apiRoutes({ ...shared, scraper: metricsScraper({ urls: [], clock }) }),
      ...foreign.routes,
    ],
  });
  return { app, routes, query, grpcMethods: foreign.grpcMethods, acts };
}

const HOUR = `start=${NOW - 3600}&end=${NOW}`;
const MICROS = `start=${NOW - 3600}000000&end=${NOW}000000`;
const MILLIS = `endTs=${NOW}000&lookback=3600000`;
const METRICS = `service=web&endTs=${NOW}000&lookback=3600000&step=60000&ratePer=60000`;
/** Questions to which tenant b has an answer with a marker, as `web` and `cart` are called there. */
const V3_RANGE = `query.start_time_min=${new Date(NOW_MS - 3_600_000).toISOString()}&query.start_time_max=${new Date(NOW_MS).toISOString()}`;
const QUESTIONS: Readonly<Record<string, readonly string[]>> = {
  '/api/v1/traces/:id': [`/api/v1/traces/${TRACE}`],
  '/api/v1/traces/:id/compare/:other': [`/api/v1/traces/${TRACE}/compare/${OTHER}`],
  '/api/v1/traces/:id/normal': [`/api/v1/traces/${TRACE}/normal`],
  '/api/v1/traces': ['/api/v1/traces', '/api/v1/traces?service=web', '/api/v1/traces?attribute=n%3D1'],
  '/api/v1/services': ['/api/v1/services'],
  '/api/v1/operations': ['/api/v1/operations?service=web'],
  '/api/v1/series': ['/api/v1/series?service=web', '/api/v1/series'],
  '/api/v1/heatmap': ['/api/v1/heatmap?service=web', '/api/v1/heatmap'],
  '/api/v1/exemplars': ['/api/v1/exemplars?service=web', '/api/v1/exemplars'],
  '/api/v1/graph': ['/api/v1/graph', '/api/v1/graph?service=web'],
  '/api/v1/critical-path': ['/api/v1/critical-path?service=web'],
  '/api/v1/tenants': ['/api/v1/tenants'],
  '/metrics/spans': ['/metrics/spans'],
  '/api/dependencies': [`/api/dependencies?${MILLIS}`],
  '/api/traces': [`/api/traces?service=web&${MICROS}`, `/api/traces?traceID=${TRACE}`],
  '/api/traces/:id': [`/api/traces/${TRACE}`],
  '/api/services': ['/api/services'],
  '/api/services/:service/operations': ['/api/services/web/operations'],
  '/api/operations': ['/api/operations?service=web'],
  '/api/metrics/latencies': [`/api/metrics/latencies?quantile=0.5&${METRICS}`],
  '/api/metrics/calls': [`/api/metrics/calls?${METRICS}&groupByOperation=true`],
  '/api/metrics/errors': [`/api/metrics/errors?${METRICS}`],
  '/api/metrics/minstep': ['/api/metrics/minstep'],
  '/api/v3/traces/:id': [`/api/v3/traces/${TRACE}`],
  '/api/v3/traces': [`/api/v3/traces?query.service_name=web&${V3_RANGE}`],
  '/api/v3/services': ['/api/v3/services'],
  '/api/v3/operations': ['/api/v3/operations?service=web'],
  '/tempo/api/echo': ['/tempo/api/echo'],
  '/tempo/api/status/buildinfo': ['/tempo/api/status/buildinfo'],
  '/tempo/api/search': [`/tempo/api/search?${HOUR}`, `/tempo/api/search?${HOUR}&q=%7B%20%7D`],
  '/tempo/api/search/tags': [`/tempo/api/search/tags?${HOUR}`],
  '/tempo/api/v2/search/tags': [`/tempo/api/v2/search/tags?${HOUR}`],
  '/tempo/api/search/tag/:name/values': [`/tempo/api/search/tag/n/values?${HOUR}`],
  '/tempo/api/v2/search/tag/:name/values': [`/tempo/api/v2/search/tag/span.n/values?${HOUR}`],
  '/tempo/api/traces/:id': [`/tempo/api/traces/${TRACE}`],
  '/tempo/api/v2/traces/:id': [`/tempo/api/v2/traces/${TRACE}`],
  '/api/v2/dependencies': [`/api/v2/dependencies?${MILLIS}`],
  '/api/v2/trace/:id': [`/api/v2/trace/${TRACE}`],
  '/api/v2/traceMany': [`/api/v2/traceMany?traceIds=${TRACE},${OTHER}`],
  '/api/v2/traces': [`/api/v2/traces?${MILLIS}`],
  '/api/v2/services': ['/api/v2/services'],
  '/api/v2/spans': ['/api/v2/spans?serviceName=web'],
  '/api/v2/remoteServices': [`/api/v2/remoteServices?serviceName=web&${MILLIS}`],
  '/api/v2/autocompleteKeys': ['/api/v2/autocompleteKeys'],
  '/api/v2/autocompleteValues': ['/api/v2/autocompleteValues?key=n'],
};
/** Asked by probes, Prometheus and whoever writes a client: nothing here is of a tenant. */
const OPEN = ['/healthz', '/readyz', '/metrics', '/api/v1/openapi.json'];
const PIPELINE = '/api/v1/pipeline';
/** The same for all tenants. */
const CONSTANT = [
  '/api/metrics/minstep',
  '/tempo/api/echo',
  '/tempo/api/status/buildinfo',
  '/api/v2/autocompleteKeys',
];

async function ask(of: Service, url: string, token: string | null, headers: Record<string, string> = {}) {
  const { statusCode, body } = await of.app.inject({
    url,
    headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...headers },
  });
  return { status: statusCode, body };
}

const questions = Object.values(QUESTIONS).flat();
/** What b calls it. */
const asB = (url: string): string =>
  url.replace(/=web\b/, `=${MARKER}web`).replace('/services/web/', `/services/${MARKER}web/`);
const withTenant = (url: string, tenant: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}tenant=${tenant}`;

test('every route is asked here', () => {
  // That one is added before any group of routes.
  const open = OPEN.filter((url) => url !== '/api/v1/openapi.json');
  const known = [...Object.keys(QUESTIONS), ...open, PIPELINE, ...VIEW_PATHS];
  expect([...service.routes].sort()).toEqual([...known].sort());
});

describe('a token of one tenant', () => {
  test.each(questions)('is answered at %s as if there were no other tenant', async (url) => {
    const answer = await ask(service, url, A);
    expect(answer.status).toBe(200);
    expect(answer.body).not.toContain(MARKER);
    expect(answer.body).toBe((await ask(before, url, A)).body);
  });

  test('could have been told apart at all of these: the other tenant is answered something else', async () => {
    const same: string[] = [];
    for (const url of questions) {
      const [other, own] = [await ask(service, asB(url), B), await ask(service, url, A)];
      if (other.body === own.body) same.push(url);
    }
    expect(same).toEqual(CONSTANT);
  });

  test.each(questions)('is refused at %s when it asks for another tenant, in whatever way', async (url) => {
    const answers = [
      await ask(service, withTenant(url, 'b'), A),
      await ask(service, `${withTenant(url, 'a')}&tenant=b`, A),
      await ask(service, url, A, { 'x-tenant': 'b' }),
      await ask(service, url, A, { 'x-scope-orgid': 'b' }),
      await ask(service, withTenant(url, 'a'), A, { 'x-scope-orgid': 'b' }),
      await ask(service, url, A, { 'x-tenant': '*' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
    for (const { body } of answers) expect(body).not.toContain(MARKER);
  });

  test('may not see the pipeline, which is of all', async () => {
    expect((await ask(service, PIPELINE, A)).status).toBe(403);
    expect((await ask(service, PIPELINE, ADMIN)).status).toBe(200);
  });

  test('is not told that an answer of another tenant is still right', async () => {
    const url = `/api/v1/traces/${TRACE}`;
    const { headers } = await service.app.inject({ url, headers: { authorization: `Bearer ${B}` } });
    const again = await ask(service, url, A, { 'if-none-match': String(headers['etag']) });
    expect(again.status).toBe(200);
  });
});

describe('whoever shows no credential', () => {
  test('gets a 401 with what to show at every route that is not open, and where there is none', async () => {
    for (const url of [...questions, PIPELINE, ...VIEW_PATHS, '/nowhere', '/api/v1/nowhere']) {
      const { statusCode, headers, body } = await service.app.inject(url);
      expect([url, statusCode, headers['www-authenticate']]).toEqual([
        url,
        401,
        ['Bearer realm="Spanmill"', 'Basic realm="Spanmill", charset="UTF-8"'],
      ]);
      expect(body).not.toContain(MARKER);
    }
  });

  test('gets what is open', async () => {
    for (const url of OPEN) {
      const { status, body } = await ask(service, url, null);
      expect([url, status]).toEqual([url, 200]);
      expect(body).not.toContain(MARKER);
    }
  });

  test('and who may only send, may not ask', async () => {
    for (const url of questions) expect((await ask(service, url, SENDER)).status).toBe(403);
  });
});

describe('a credential of all tenants', () => {
  test('chooses, and each use is an act in the audit log', async () => {
    const from = service.acts.length;
    expect((await ask(service, '/api/v1/services?tenant=b', ADMIN)).body).toContain(`${MARKER}web`);
    expect((await ask(service, '/api/services', ADMIN, { 'x-tenant': 'a' })).body).not.toContain(MARKER);
    expect(service.acts.slice(from)).toEqual([
      {
        ...{ who: 'operator', what: 'query.any_tenant', outcome: 'done' },
        details: { route: '/api/v1/services', tenant: 'b' },
      },
      {
        ...{ who: 'operator', what: 'query.any_tenant', outcome: 'done' },
        details: { route: '/api/services', tenant: 'a' },
      },
    ]);
    expect(JSON.parse((await ask(service, '/api/v1/tenants', ADMIN)).body)).toEqual({
      ...{ tenants: ['a', 'b'], tenant: 'default', who: 'operator' },
    });
  });
});

describe('over gRPC', () => {
  async function call(name: string, message: Uint8Array, headers: Record<string, string>) {
    const path = `/jaeger.api_v3.QueryService/${name}`;
    const method = service.grpcMethods.find((one) => one.path === path);
    const header = (one: string): string | undefined => headers[one];
    const grpcCall: GrpcCall = {
      ...{ visit: {}, header, address: '', subject: null, signal: new AbortController().signal },
    };
    return method?.handle(Buffer.from(message), grpcCall);
  }
  const { GetServicesRequest, GetTraceRequest, GetServicesResponse } = jaeger.api_v3;

  test('the same holds', async () => {
    const services = (headers: Record<string, string>) =>
      call('GetServices', GetServicesRequest.encode({}).finish(), headers);
    const own = await services({ authorization: `Bearer ${A}` });
    expect(own instanceof Uint8Array && GetServicesResponse.decode(own).services).toEqual(['cart', 'web']);
    expect(await services({})).toMatchObject({ code: GRPC_STATUS.unauthenticated });
    expect(await services({ authorization: `Bearer ${SENDER}` })).toMatchObject({
      code: GRPC_STATUS.permissionDenied,
    });
    expect(await services({ authorization: `Bearer ${A}`, 'x-tenant': 'b' })).toMatchObject({
      code: GRPC_STATUS.permissionDenied,
    });
    const trace = await call('GetTrace', GetTraceRequest.encode({ traceId: TRACE }).finish(), {
      authorization: `Bearer ${A}`,
    });
    const bytes = Array.isArray(trace) ? Buffer.concat(trace as Uint8Array[]).toString('latin1') : '';
    expect(bytes).toContain('refused');
    expect(bytes).not.toContain(MARKER);
  });
});

describe('a store that forgets its tenant', () => {
  const signal = new AbortController().signal;
  const bound = { tenant: 'a', isBound: true, who: 'reads-a' };

  test.each([
    ['none', 'SELECT ServiceName FROM otel_traces', {}],
    ['another', 'SELECT ServiceName FROM otel_traces WHERE Tenant = {tenant:String}', { tenant: 'b' }],
    ['its own without asking for it', 'SELECT ServiceName FROM otel_traces', { tenant: 'a' }],
  ])('and names %s gets an error and no rows', async (_what, sql, params) => {
    await expect(inScope(bound, async () => service.query(sql, params, signal))).rejects.toThrow(
      /not confined/,
    );
  });

  test('or asks outside of any request, too', async () => {
    await expect((async () => service.query('SELECT 1', { tenant: 'a' }, signal))()).rejects.toThrow(
      /outside/,
    );
  });
});
