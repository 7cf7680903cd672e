import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiOver, createQueryDatabase, get, type QueryDatabase } from './query_database.ts';

let database: QueryDatabase;
beforeAll(async () => {
  database = await createQueryDatabase();
  await insertCheckout();
  await insertOthers();
}, 60_000);
afterAll(() => database.close());

const CHECKOUT = '4bf92f3577b34da6a3ce929d0e0e4736';
/** Midday of the day before: whole seconds that no TTL takes. */
const START_MS = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 43_200_000;
const START_NS = BigInt(START_MS) * 1_000_000n;
/** As ClickHouse reads a DateTime64(9): decimal seconds, exact to the nanosecond. */
const at = (ms: number, ns = 0) => {
  const total = START_NS + BigInt(ms) * 1_000_000n + BigInt(ns);
  return `${total / 1_000_000_000n}.${String(total % 1_000_000_000n).padStart(9, '0')}`;
};

async function insertCheckout(): Promise<void> {
  const common = { TraceId: CHECKOUT, ResourceAttributes: { 'service.name': 'web', 'host.name': 'h1' } };
  await database.insert('otel_traces', [
    {
      ...common,
      Timestamp: at(0, 1),
      SpanId: '00000000000000a1',
      SpanName: 'POST /checkout',
      SpanKind: 'Server',
      ServiceName: 'web',
      Duration: '200000000',
      StatusCode: 'Error',
      StatusMessage: 'card refused',
      SpanAttributes: { 'http.route': '/checkout', empty: '', 'nül\u0000': '☃' },
      ScopeName: 'http',
      ScopeVersion: '1.2',
      TraceState: 'ot=th:c',
      Weight: 4,
      'Events.Timestamp': [at(50, 7)],
      'Events.Name': ['exception'],
      'Events.Attributes': [{ 'exception.type': 'Refused' }],
      'Links.TraceId': ['11'.repeat(16)],
      'Links.SpanId': ['22'.repeat(8)],
      'Links.TraceState': [''],
      'Links.Attributes': [{ why: 'retry' }],
    },
    {
      ...common,
      Timestamp: at(20),
      SpanId: '00000000000000b2',
      ParentSpanId: '00000000000000a1',
      SpanName: 'charge',
      SpanKind: 'Client',
      ServiceName: 'web',
      Duration: '100000000',
      StatusCode: 'Unset',
      ReportedTimestamp: '12345678901234567890',
    },
  ]);
  await database.insert('trace_summaries', [
    {
      TraceId: CHECKOUT,
      Start: at(0, 1),
      End: at(200, 1),
      Spans: 1,
      Errors: 1,
      RootService: 'web',
      RootName: 'POST /checkout',
      RootDuration: '200000000',
      Services: ['web'],
      Fragments: 1,
      CriticalPath: [{ Service: 'web', Operation: 'POST /checkout', SelfTime: '100000000' }],
    },
    {
      TraceId: CHECKOUT,
      Start: at(20),
      End: at(120),
      Spans: 1,
      Services: ['web', 'pay'],
      Fragments: 1,
      CriticalPath: [{ Service: 'web', Operation: 'charge', SelfTime: '120000000' }],
    },
  ]);
}

/** A trace a minute before, each with the named services; no spans are needed to find them. */
async function insertOthers(): Promise<void> {
  const summary = (minute: number, services: string[], more: object = {}) => ({
    TraceId: String(minute).padStart(32, '0'),
    Start: at(-60_000 * minute),
    End: at(-60_000 * minute + 5),
    Spans: 3,
    Services: services,
    Fragments: 1,
    ...more,
  });
  await database.insert('trace_summaries', [
    summary(1, ['cart']),
    summary(2, ['web', 'cart'], { RootService: 'web', RootName: 'GET /' }),
    summary(3, ['web', 'pay']),
    summary(4, ['web', 'cart'], { Tenant: 'blue' }),
  ]);
}

interface Found {
  traces: { traceId: string }[];
}

describe('GET /api/v1/traces/{id} over ClickHouse', () => {
  it('answers what is stored, to the nanosecond', async () => {
    const { status, body } = await get(apiOver(database.clickhouse), `/api/v1/traces/${CHECKOUT}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      traceId: CHECKOUT,
      startNs: String(START_NS + 1n),
      durationNs: 200_000_000,
      root: { spanId: '00000000000000a1', service: 'web', name: 'POST /checkout', durationNs: 200_000_000 },
      spanCount: 2,
      errorCount: 1,
      services: [{ service: 'web', spans: 2, errors: 1 }],
      fragments: 2,
      criticalPath: [
        { service: 'web', operation: 'charge', selfTimeNs: 120_000_000 },
        { service: 'web', operation: 'POST /checkout', selfTimeNs: 100_000_000 },
      ],
      warnings: [expect.objectContaining({ code: 'wild-clock', spanIds: ['00000000000000b2'] })],
      resources: [{ 'service.name': 'web', 'host.name': 'h1' }],
      spans: [
        {
          spanId: '00000000000000a1',
          parentSpanId: null,
          parent: null,
          depth: 0,
          service: 'web',
          name: 'POST /checkout',
          kind: 'Server',
          status: 'Error',
          statusMessage: 'card refused',
          startOffsetNs: 0,
          durationNs: 200_000_000,
          selfTimeNs: 100_000_000,
          criticalTimeNs: 100_000_000,
          reportedStartNs: null,
          attributes: { 'http.route': '/checkout', empty: '', 'nül\u0000': '☃' },
          resource: 0,
          scope: { name: 'http', version: '1.2' },
          traceState: 'ot=th:c',
          events: [{ offsetNs: 50_000_006, name: 'exception', attributes: { 'exception.type': 'Refused' } }],
          links: [
            {
              traceId: '11'.repeat(16),
              spanId: '22'.repeat(8),
              traceState: '',
              attributes: { why: 'retry' },
            },
          ],
          weight: 4,
        },
        expect.objectContaining({
          spanId: '00000000000000b2',
          parentSpanId: '00000000000000a1',
          parent: 0,
          depth: 1,
          startOffsetNs: 19_999_999,
          reportedStartNs: '12345678901234567890',
        }),
      ],
    });
  });

  it('finds a trace by its id in upper case, and not for another tenant', async () => {
    const app = apiOver(database.clickhouse);
    expect(await get(app, `/api/v1/traces/${CHECKOUT.toUpperCase()}`)).toMatchObject({ status: 200 });
    expect(await get(app, `/api/v1/traces/${CHECKOUT}?tenant=blue`)).toMatchObject({ status: 404 });
    expect(await get(app, `/api/v1/traces/${'e'.repeat(32)}`)).toMatchObject({ status: 404 });
  });

  it('answers the earliest spans of a trace that has more than allowed, and says so', async () => {
    const { body } = await get(
      apiOver(database.clickhouse, { maxTraceSpans: 1 }),
      `/api/v1/traces/${CHECKOUT}`,
    );
    expect(body).toMatchObject({
      spans: [{ spanId: '00000000000000a1' }],
      warnings: [{ code: 'truncated', message: 'only the first 1 of 2 spans are shown' }],
    });
  });

  it('refuses an answer that is larger than allowed', async () => {
    const { status } = await get(
      apiOver(database.clickhouse, { maxAnswerBytes: 100 }),
      `/api/v1/traces/${CHECKOUT}`,
    );
    expect(status).toBe(422);
  });
});

describe('GET /api/v1/traces over ClickHouse', () => {
  const ids = async (query: string) => {
    const app = apiOver(database.clickhouse, { nowMs: START_MS + 60_000 });
    const { body } = await get(app, `/api/v1/traces?${query}`);
    return (body as Found).traces.map(({ traceId }) => traceId.replace(/^0+/, ''));
  };

  it('answers the newest first, each with its fragments merged', async () => {
    expect(await ids('')).toEqual([CHECKOUT, '1', '2', '3']);
    const { body } = await get(
      apiOver(database.clickhouse, { nowMs: START_MS + 60_000 }),
      '/api/v1/traces?limit=1',
    );
    expect(body).toEqual({
      traces: [
        {
          traceId: CHECKOUT,
          startNs: String(START_NS + 1n),
          durationNs: 200_000_000,
          root: { service: 'web', name: 'POST /checkout', durationNs: 200_000_000 },
          services: ['pay', 'web'],
          spanCount: 2,
          errorCount: 1,
        },
      ],
      next: `${START_NS + 1n}-${CHECKOUT}`,
    });
  });

  it('finds by service, by number of services, by time and by tenant', async () => {
    expect(await ids('service=cart')).toEqual(['1', '2']);
    expect(await ids('minServices=2&service=cart')).toEqual(['2']);
    expect(await ids('since=3m&until=2m')).toEqual(['2']);
    expect(await ids('tenant=blue')).toEqual(['4']);
    expect(await ids("service=' OR 1=1 --")).toEqual([]);
  });
});
