/** Zipkin's API over what came through the whole pipeline: a shop's trace, and traces that real systems recorded. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mergeSpans } from '../../../services/query/zipkin/merge.ts';
import type { ZipkinSpan } from '../../../services/query/zipkin/zipkin_span.ts';
import { httpSender } from '../../support/otlp_client.ts';
import { startPipeline, type Pipeline } from '../../support/pipeline.ts';
import { recordedTraces } from '../../support/recorded_zipkin.ts';
import { SHOP_TRACE_ID, shopTrace, SPAN_IDS } from '../../support/shop_trace.ts';
import { until } from '../../support/until.ts';

jest.setTimeout(300_000);

let pipeline: Pipeline;
const START_MS = Math.floor(Date.now() / 1000) * 1000 - 2000;
const START_US = START_MS * 1000;
const RECORDED = recordedTraces(START_MS - 10_000);

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${pipeline.queryUrl}/api/v2/${path}`);
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}
async function storedTrace(traceId: string, spans: number): Promise<ZipkinSpan[]> {
  return until(`trace ${traceId} is stored`, async () => {
    const { status, body } = await get(`trace/${traceId}`);
    const stored = status === 200 ? (body as ZipkinSpan[]) : [];
    return stored.length >= spans ? stored : null;
  });
}
async function found(query: string): Promise<string[]> {
  const { status, body } = await get(`traces?${query}`);
  expect(status).toBe(200);
  return (body as ZipkinSpan[][]).map(([first]) => first?.traceId ?? '');
}

async function sendRecorded(spans: readonly ZipkinSpan[]): Promise<void> {
  const answer = await fetch(`${pipeline.zipkin}/api/v2/spans`, {
    method: 'POST',
    body: JSON.stringify(spans),
  });
  expect([answer.status, await answer.text()]).toEqual([202, '']);
}

beforeAll(async () => {
  pipeline = await startPipeline(['collector', 'processor', 'sink', 'query']);
  const sender = httpSender(pipeline.otlpHttp);
  await sender.send(shopTrace(START_MS));
  for (const { spans } of RECORDED) await sendRecorded(spans);
  await storedTrace(SHOP_TRACE_ID, 4);
  await until('the operations are known', async () => {
    const names = (await get('spans?serviceName=payment')).body as string[];
    return names.length > 0 ? names : null;
  });
});
afterAll(() => pipeline.stop());

(RECORDED.length > 0 ? describe : describe.skip)('Zipkin: what real systems recorded', () => {
  it.each(RECORDED.map(({ name, spans }) => [name, spans] as const))(
    '%s comes back as it went in',
    async (_name, spans) => {
      const expected = mergeSpans(spans);
      expect(await storedTrace(spans[0]?.traceId ?? '', expected.length)).toEqual(expected);
    },
  );
});

describe('Zipkin: a trace', () => {
  it('has the spans in Zipkin v2 form', async () => {
    const { status, body } = await get(`trace/${SHOP_TRACE_ID.toUpperCase()}`);
    expect(status).toBe(200);
    expect(body).toEqual([
      {
        ...{ traceId: SHOP_TRACE_ID, id: SPAN_IDS.checkout, kind: 'SERVER', name: 'POST /checkout' },
        ...{ timestamp: START_US, duration: 100_000 },
        localEndpoint: { serviceName: 'storefront' },
        annotations: [
          { timestamp: START_US + 60_000, value: '"exception": {"exception.type":"Refused","attempt":2}' },
          { timestamp: START_US + 70_000, value: 'retry' },
        ],
        tags: {
          'host.name': 'node-a',
          'service.version': '1.4.0',
          'http.request.method': 'POST',
          'http.response.status_code': '502',
          'cart.total': '12.5',
          'cart.gift': 'true',
          'cart.token': 'YWI=',
          'cart.items': '["a",2]',
          'user.name': 'Ada "the" Öl',
          'otel.scope.name': 'shop-http',
          'otel.scope.version': '2.1',
          'w3c.tracestate': 'vendor=1',
          'otlp.link.0': '0000000000000000aaaaaaaaaaaaaaaa|00000000000000c1||{}|0',
          'otel.status_code': 'ERROR',
          error: 'card refused',
        },
      },
      expect.objectContaining({
        ...{ id: SPAN_IDS.call, parentId: SPAN_IDS.checkout, kind: 'CLIENT' },
        remoteEndpoint: { serviceName: 'payment' },
      }),
      expect.objectContaining({ id: SPAN_IDS.charge, kind: 'SERVER' }),
      expect.objectContaining({ id: SPAN_IDS.query, remoteEndpoint: { serviceName: 'cards' } }),
    ]);
  });

  it('says of an unknown one that it is not found, and refuses what is no id', async () => {
    expect(await get('trace/00000000000000ff')).toEqual({ status: 404, body: '00000000000000ff not found' });
    expect((await get('trace/xyz')).status).toBe(400);
  });

  it('answers several by their ids', async () => {
    const { body } = await get(`traceMany?traceIds=${SHOP_TRACE_ID},00000000000000ff`);
    expect((body as ZipkinSpan[][]).map((spans) => spans.length)).toEqual([4]);
    for (const ids of ['', SHOP_TRACE_ID, `${SHOP_TRACE_ID},${SHOP_TRACE_ID}`, `${SHOP_TRACE_ID},x`]) {
      expect((await get(`traceMany?traceIds=${ids}`)).status).toBe(400);
    }
  });
});

describe('Zipkin: a search', () => {
  it.each([
    'serviceName=storefront',
    'serviceName=storefront&spanName=post%20%2Fcheckout'.replace('post', 'POST'),
    'serviceName=storefront&remoteServiceName=payment&limit=5',
    'spanName=SELECT%20card%20%7B%7D',
    'serviceName=storefront&annotationQuery=error%20and%20http.response.status_code%3D502',
    'annotationQuery=error%3Dcard%20refused&serviceName=storefront',
    'annotationQuery=retry',
    'annotationQuery=cart.total%20and%20service.version%3D1.4.0',
    'serviceName=storefront&minDuration=100000&maxDuration=100000',
    `serviceName=storefront&endTs=${START_MS + 1000}&lookback=2000`,
  ])('finds the trace by %s', async (query) => {
    expect(await found(query)).toEqual([SHOP_TRACE_ID]);
  });

  it.each([
    'serviceName=nobody',
    'serviceName=storefront&spanName=other',
    'serviceName=storefront&remoteServiceName=cards',
    'serviceName=storefront&annotationQuery=http.response.status_code%3D200',
    'serviceName=storefront&annotationQuery=nothing',
    'serviceName=storefront&minDuration=100001',
    'serviceName=storefront&minDuration=1&maxDuration=59999',
    `serviceName=storefront&endTs=${START_MS - 1}`,
    `serviceName=storefront&endTs=${START_MS + 60_000}&lookback=10000`,
  ])('does not find it by %s', async (query) => {
    expect(await found(query)).toEqual([]);
  });

  it.each([
    'limit=0',
    'limit=x',
    'endTs=-',
    'minDuration=-1',
    'maxDuration=5',
    'minDuration=5&maxDuration=1',
  ])('refuses %s in a line of text', async (query) => {
    const { status, body } = await get(`traces?${query}`);
    expect(status).toBe(400);
    expect(body).toEqual(expect.any(String));
  });
});

describe('Zipkin: names and links', () => {
  it('lists services, spans and remote services', async () => {
    expect((await get('services')).body).toEqual(expect.arrayContaining(['payment', 'storefront']));
    expect((await get('spans?serviceName=payment')).body).toEqual(['POST /charges/{id}', 'SELECT card {}']);
    expect((await get('spans')).status).toBe(400);
    expect((await get('remoteServices')).status).toBe(400);
    const remote = await until('the calls are counted', async () => {
      const names = (await get('remoteServices?serviceName=storefront')).body as string[];
      return names.length > 0 ? names : null;
    });
    expect(remote).toEqual(['payment']);
  });

  it('links services that call each other', async () => {
    const { body } = await get(`dependencies?endTs=${START_MS + 60_000}&lookback=61000`);
    expect(body).toContainEqual({ parent: 'storefront', child: 'payment', callCount: 1 });
    expect((await get('dependencies')).status).toBe(400);
  });

  it('offers values of the tags that it is told to', async () => {
    expect((await get('autocompleteKeys')).body).toEqual(['deployment.environment.name', 'service.version']);
    expect((await get('autocompleteValues?key=service.version')).body).toEqual(['1.4.0']);
    expect((await get('autocompleteValues?key=cart.total')).body).toEqual([]);
    expect((await get('autocompleteValues')).status).toBe(400);
  });
});
