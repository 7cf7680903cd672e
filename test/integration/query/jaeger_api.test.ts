/** Jaeger's HTTP API over what came through the whole pipeline: requests as Jaeger's UI and Grafana send them. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { httpSender } from '../../support/otlp_client.ts';
import { startPipeline, type Pipeline } from '../../support/pipeline.ts';
import {
  CLOCK_AHEAD_MS,
  LINKED_TRACE_ID,
  SHOP_TRACE_ID,
  shopTrace,
  SPAN_IDS,
} from '../../support/shop_trace.ts';
import { until } from '../../support/until.ts';

jest.setTimeout(300_000);

let pipeline: Pipeline;
/** Whole seconds, so that ten-second windows are easy to tell. */
const START_MS = Math.floor(Date.now() / 1000) * 1000 - 2000;
const START_US = START_MS * 1000;

interface Answer {
  readonly status: number;
  readonly body: { data: never; errors: never; [more: string]: unknown };
}

async function get(path: string): Promise<Answer> {
  const response = await fetch(`${pipeline.queryUrl}${path}`);
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}
async function traceIds(query: string): Promise<string[]> {
  const { status, body } = await get(`/api/traces?${query}`);
  expect([status, body.errors]).toEqual([200, null]);
  return (body.data as { traceID: string }[]).map(({ traceID }) => traceID);
}

beforeAll(async () => {
  pipeline = await startPipeline(['collector', 'processor', 'sink', 'query']);
  await httpSender(pipeline.otlpHttp).send(shopTrace(START_MS));
  await until('the trace and its metrics are stored', async () => {
    const { status } = await get(`/api/traces/${SHOP_TRACE_ID}`);
    const operations = await get('/api/operations?service=payment');
    return status === 200 && (operations.body.data as unknown[]).length > 0 ? true : null;
  });
});
afterAll(() => pipeline.stop());

describe('Jaeger: names', () => {
  it('lists services', async () => {
    expect((await get('/api/services')).body).toEqual({
      ...{ data: ['payment', 'storefront'], total: 2, limit: 0, offset: 0, errors: null },
    });
  });

  it('lists the operations of a service, by kind where asked', async () => {
    expect((await get('/api/services/payment/operations')).body).toMatchObject({
      data: ['POST /charges/{id}', 'SELECT card {}'],
      total: 2,
    });
    expect((await get('/api/operations?service=storefront')).body).toMatchObject({
      data: [
        { name: 'POST', spanKind: 'client' },
        { name: 'POST /checkout', spanKind: 'server' },
      ],
      total: 2,
    });
    expect((await get('/api/operations?service=storefront&spanKind=client')).body).toMatchObject({
      data: [{ name: 'POST', spanKind: 'client' }],
    });
    expect(await get('/api/operations')).toMatchObject({
      status: 400,
      body: { data: null, errors: [{ code: 400, msg: "parameter 'service' is required" }] },
    });
  });
});

describe('Jaeger: a trace', () => {
  it('answers it whole', async () => {
    const { body } = await get(`/api/traces/${SHOP_TRACE_ID}`);
    expect(body).toEqual({
      data: [
        {
          traceID: SHOP_TRACE_ID,
          spans: [checkoutSpan, callSpan, expect.anything(), expect.anything()],
          processes: {
            p1: {
              serviceName: 'storefront',
              tags: [
                { key: 'host.name', type: 'string', value: 'node-a' },
                { key: 'service.version', type: 'string', value: '1.4.0' },
              ],
            },
            p2: { serviceName: 'payment', tags: [{ key: 'host.name', type: 'string', value: 'node-b' }] },
          },
          warnings: null,
        },
      ],
      ...{ total: 0, limit: 0, offset: 0, errors: null },
    });
  });

  const checkoutSpan = {
    ...{ traceID: SHOP_TRACE_ID, spanID: SPAN_IDS.checkout, flags: 1, operationName: 'POST /checkout' },
    references: [{ refType: 'FOLLOWS_FROM', traceID: LINKED_TRACE_ID.slice(16), spanID: '00000000000000c1' }],
    ...{ startTime: START_US, duration: 100_000 },
    tags: [
      { key: 'cart.gift', type: 'bool', value: true },
      { key: 'cart.items', type: 'string', value: '["a",2]' },
      { key: 'cart.token', type: 'string', value: 'YWI=' },
      { key: 'cart.total', type: 'float64', value: 12.5 },
      { key: 'error', type: 'bool', value: true },
      { key: 'http.request.method', type: 'string', value: 'POST' },
      { key: 'http.response.status_code', type: 'int64', value: 502 },
      { key: 'otel.scope.name', type: 'string', value: 'shop-http' },
      { key: 'otel.scope.version', type: 'string', value: '2.1' },
      { key: 'otel.status_code', type: 'string', value: 'ERROR' },
      { key: 'otel.status_description', type: 'string', value: 'card refused' },
      { key: 'span.kind', type: 'string', value: 'server' },
      { key: 'user.name', type: 'string', value: 'Ada "the" Öl' },
      { key: 'w3c.tracestate', type: 'string', value: 'vendor=1' },
    ],
    logs: [
      {
        timestamp: START_US + 60_000,
        fields: [
          { key: 'event', type: 'string', value: 'exception' },
          { key: 'attempt', type: 'int64', value: 2 },
          { key: 'exception.type', type: 'string', value: 'Refused' },
        ],
      },
      { timestamp: START_US + 70_000, fields: [{ key: 'event', type: 'string', value: 'retry' }] },
    ],
    ...{ processID: 'p1', warnings: null },
  };
  const callSpan = {
    ...{ traceID: SHOP_TRACE_ID, spanID: SPAN_IDS.call, operationName: 'POST' },
    references: [{ refType: 'CHILD_OF', traceID: SHOP_TRACE_ID, spanID: SPAN_IDS.checkout }],
    ...{ startTime: START_US + 10_000, duration: 60_000 },
    tags: [
      { key: 'otel.scope.name', type: 'string', value: 'shop-http' },
      { key: 'otel.scope.version', type: 'string', value: '2.1' },
      { key: 'peer.service', type: 'string', value: 'payment' },
      { key: 'server.address', type: 'string', value: 'pay.example' },
      { key: 'span.kind', type: 'string', value: 'client' },
    ],
    ...{ logs: [], processID: 'p1', warnings: null },
  };

  it('moves what another clock put elsewhere, unless it is asked for as stored', async () => {
    const starts = async (query: string) => {
      const { body } = await get(`/api/traces/${SHOP_TRACE_ID}${query}`);
      const [trace] = body.data as {
        spans: { spanID: string; startTime: number; warnings: string[] | null }[];
      }[];
      return (trace?.spans ?? [])
        .filter(({ spanID }) => spanID === SPAN_IDS.charge || spanID === SPAN_IDS.query)
        .map(({ startTime, warnings }) => [(startTime - START_US) / 1000, warnings]);
    };
    const told = [`This span's timestamps were adjusted by -${CLOCK_AHEAD_MS}ms`];
    expect(await starts('')).toEqual([
      [20, told],
      [25, told],
    ]);
    expect(await starts('?raw=true')).toEqual([
      [20 + CLOCK_AHEAD_MS, null],
      [25 + CLOCK_AHEAD_MS, null],
    ]);
  });

  it('takes ids in upper case, and says of an unknown one that there is none', async () => {
    expect((await get(`/api/traces/${SHOP_TRACE_ID.toUpperCase()}`)).status).toBe(200);
    expect(await get('/api/traces/abc')).toEqual({
      status: 404,
      body: {
        ...{ data: null, total: 0, limit: 0, offset: 0 },
        errors: [{ code: 404, msg: 'trace not found' }],
      },
    });
    expect((await get(`/api/traces/${SHOP_TRACE_ID}0`)).status).toBe(400);
    expect((await get('/api/traces/xyz')).status).toBe(400);
  });
});

describe('Jaeger: a search', () => {
  const tags = (value: object) => `tags=${encodeURIComponent(JSON.stringify(value))}`;

  it.each([
    ['service=storefront'],
    ['service=storefront&operation=POST%20%2Fcheckout'],
    ['service=storefront&operation=all&lookback=1h&limit=20&maxDuration&minDuration'],
    ['service=payment&operation=SELECT%20card%20%7B%7D'],
    ['service=payment&operation=POST%20%2Fcharges%2F%7Bid%7D'],
    ['service=storefront&minDuration=99ms&maxDuration=0.1s'],
    [`service=storefront&${tags({ error: 'true', 'http.response.status_code': '502' })}`],
    [`service=storefront&${tags({ 'service.version': '1.4.0', 'span.kind': 'server' })}`],
    [`service=storefront&${tags({ 'exception.type': 'Refused', 'otel.status_code': 'ERROR' })}`],
    [`service=storefront&${tags({ 'w3c.tracestate': 'vendor=1', 'otel.scope.name': 'shop-http' })}`],
    ['service=storefront&tag=cart.total:12.5&tag=error:true'],
    [`service=storefront&start=${START_US}&end=${START_US}`],
  ])('finds the trace by %s', async (query) => {
    expect(await traceIds(query)).toEqual([SHOP_TRACE_ID]);
  });

  it.each([
    ['service=other'],
    ['service=payment&operation=POST%20%2Fcheckout'],
    ['service=storefront&minDuration=101ms'],
    ['service=storefront&maxDuration=59ms'],
    [`service=storefront&${tags({ error: 'false', 'cart.total': '12.5' })}`],
    [`service=storefront&${tags({ 'http.response.status_code': '502', 'peer.service': 'payment' })}`],
    [`service=storefront&end=${START_US - 1}`],
    [`service=storefront&start=${START_US + 10_001}`],
  ])('does not find it by %s', async (query) => {
    expect(await traceIds(query)).toEqual([]);
  });

  it('answers traces by their ids, and names those that are not there', async () => {
    const { body } = await get(`/api/traces?traceID=${SHOP_TRACE_ID}&traceID=00ABC`);
    expect(body).toMatchObject({
      data: [{ traceID: SHOP_TRACE_ID }],
      errors: [{ msg: 'trace not found', traceID: '0000000000000abc' }],
    });
  });

  it.each([
    ['', "parameter 'service' is required"],
    ['service=a&start=x', "unable to parse param 'start'"],
    ['service=a&limit=-5', "unable to parse param 'limit'"],
    ['service=a&minDuration=5', "unable to parse param 'minDuration'"],
    ['service=a&minDuration=5s&maxDuration=1s', "'maxDuration' should be greater than 'minDuration'"],
    ['service=a&tag=x', "malformed 'tag' parameter, expecting key:value, received: x"],
    ['service=a&tags=x', "malformed 'tags' parameter, cannot unmarshal JSON"],
    ['service=a&tags=%7B%22a%22%3A1%7D', "malformed 'tags' parameter, cannot unmarshal JSON"],
    ['traceID=zz', 'invalid trace ID'],
  ])('refuses ?%s in its own format', async (query, message) => {
    expect(await get(`/api/traces?${query}`)).toEqual({
      status: 400,
      body: {
        ...{ data: null, total: 0, limit: 0, offset: 0 },
        errors: [{ code: 400, msg: expect.stringContaining(message) }],
      },
    });
  });
});

describe('Jaeger: dependencies and the monitor', () => {
  it('counts who called whom', async () => {
    const asked = `/api/dependencies?endTs=${START_MS + 60_000}&lookback=120000`;
    const called = await until('the calls are counted', async () => {
      const edges = (await get(asked)).body.data as { parent: string }[];
      return edges.length > 1 ? edges : null;
    });
    expect(called).toContainEqual({ parent: 'storefront', child: 'payment', callCount: 1 });
    expect((await get(`/api/dependencies?endTs=${START_MS - 600_000}&lookback=1000`)).body.data).toEqual([]);
    expect((await get(`${asked}&service=nobody`)).body.data).toEqual([]);
    expect((await get('/api/dependencies?endTs=soon')).status).toBe(400);
  });

  it.each([
    ['calls', '', 'service_call_rate', 1 / 60],
    ['errors', '', 'service_error_rate', 1],
    ['latencies', '&quantile=0.95', 'service_latencies', expect.closeTo(100, -1)],
  ])('answers %s of the last minute', async (path, more, name, value) => {
    const { status, body } = await get(
      `/api/metrics/${path}?service=storefront&endTs=${START_MS + 20_000}&lookback=10000&step=10000&ratePer=60000${more}`,
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name,
      type: 'GAUGE',
      metrics: [{ labels: [{ name: 'service_name', value: 'storefront' }] }],
    });
    const [series] = body['metrics'] as { metricPoints: { gaugeValue: { doubleValue: number } }[] }[];
    expect(series?.metricPoints).toHaveLength(2);
    expect(series?.metricPoints[1]?.gaugeValue.doubleValue).toEqual(value);
  });

  it('groups by operation, and of the kinds asked for', async () => {
    const { body } = await get(
      `/api/metrics/calls?service=storefront&service=payment&groupByOperation=true&spanKind=client&spanKind=SPAN_KIND_SERVER&endTs=${START_MS + 20_000}`,
    );
    const labels = (body['metrics'] as { labels: { value: string }[] }[]).map((one) =>
      one.labels.map(({ value }) => value),
    );
    expect(labels).toEqual([
      ['POST /charges/{id}', 'payment'],
      ['SELECT card {}', 'payment'],
      ['POST', 'storefront'],
      ['POST /checkout', 'storefront'],
    ]);
  });

  it('refuses what it cannot read, and names its smallest step', async () => {
    expect((await get('/api/metrics/minstep')).body).toMatchObject({ data: 10_000, errors: null });
    for (const query of [
      'calls',
      'latencies?service=a',
      'calls?service=a&spanKind=x',
      'calls?service=a&step=0',
    ]) {
      expect(await get(`/api/metrics/${query}`)).toMatchObject({ status: 400, body: { data: null } });
    }
  });
});
