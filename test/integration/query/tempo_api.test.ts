/** Tempo's API over what came through the whole pipeline: requests as Grafana's data source sends them. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { tempopb, type opentelemetry } from '../../../proto/generated/index.js';
import { httpSender } from '../../support/otlp_client.ts';
import { startPipeline, type Pipeline } from '../../support/pipeline.ts';
import { SHOP_TRACE_ID, shopTrace, SPAN_IDS } from '../../support/shop_trace.ts';
import { until } from '../../support/until.ts';

jest.setTimeout(300_000);

let pipeline: Pipeline;
const START_MS = Math.floor(Date.now() / 1000) * 1000 - 2000;
const START_S = START_MS / 1000;

async function ask(
  path: string,
  accept = 'application/json',
): Promise<{ status: number; type: string; bytes: Buffer }> {
  const response = await fetch(`${pipeline.queryUrl}/tempo/api/${path}`, { headers: { accept } });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, type: response.headers.get('content-type') ?? '', bytes };
}
async function get(path: string): Promise<Record<string, unknown>> {
  const { status, bytes } = await ask(path);
  expect([status, path]).toEqual([200, path]);
  return JSON.parse(bytes.toString()) as Record<string, unknown>;
}
async function found(query: Record<string, string>): Promise<string[]> {
  const { traces } = await get(`search?${new URLSearchParams(query).toString()}`);
  return (traces as { traceID: string }[]).map(({ traceID }) => traceID);
}

beforeAll(async () => {
  pipeline = await startPipeline(['collector', 'processor', 'sink', 'query']);
  await httpSender(pipeline.otlpHttp).send(shopTrace(START_MS));
  await until('the trace is stored', async () => {
    const { status } = await ask(`traces/${SHOP_TRACE_ID}`);
    return status === 200 ? true : null;
  });
});
afterAll(() => pipeline.stop());

describe('Tempo: is it there', () => {
  it('echoes, and says which API it follows', async () => {
    expect((await ask('echo')).bytes.toString()).toBe('echo');
    expect(await get('status/buildinfo')).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
  });
});

describe('Tempo: a trace', () => {
  const spanIds = (resourceSpans: opentelemetry.proto.trace.v1.ResourceSpans.$Properties[]): string[] =>
    resourceSpans
      .flatMap(({ scopeSpans }) => (scopeSpans ?? []).flatMap(({ spans }) => spans ?? []))
      .map(({ spanId }) => Buffer.from(spanId ?? []).toString('hex'));
  const ALL = Object.values(SPAN_IDS);

  it('is answered in protobuf to those who accept it', async () => {
    const first = await ask(`traces/${SHOP_TRACE_ID}?start=0&end=1`, 'application/protobuf');
    expect(first.type).toBe('application/protobuf');
    expect(spanIds(tempopb.Trace.decode(first.bytes).resourceSpans)).toEqual(ALL);
    const second = await ask(`v2/traces/${SHOP_TRACE_ID}`, 'application/protobuf');
    const answer = tempopb.TraceByIDResponse.decode(second.bytes);
    expect(spanIds(answer.trace?.resourceSpans ?? [])).toEqual(ALL);
    expect(answer.status).toBe(tempopb.PartialStatus.COMPLETE);
  });

  it('is answered in JSON to everybody else', async () => {
    const { batches } = await get(`traces/${SHOP_TRACE_ID}`);
    const { trace } = await get(`v2/traces/${SHOP_TRACE_ID.toUpperCase()}`);
    expect(trace).toEqual({ resourceSpans: batches });
    expect(batches).toMatchObject([
      {
        scopeSpans: [
          {
            scope: { name: 'shop-http', version: '2.1' },
            spans: [
              {
                traceId: Buffer.from(SHOP_TRACE_ID, 'hex').toString('base64'),
                ...{
                  name: 'POST /checkout',
                  kind: 'SPAN_KIND_SERVER',
                  startTimeUnixNano: `${START_MS}000000`,
                },
                status: { code: 'STATUS_CODE_ERROR', message: 'card refused' },
              },
              { name: 'POST' },
            ],
          },
        ],
      },
      { scopeSpans: [{ spans: [{ name: 'POST /charges/{id}' }, { name: 'SELECT card 4711' }] }] },
    ]);
  });

  it('is not found in a line of text', async () => {
    for (const path of ['traces/abc', 'v2/traces/abc']) {
      const { status, type, bytes } = await ask(path);
      expect([status, type, bytes.toString()]).toEqual([404, 'text/plain; charset=utf-8', 'trace not found']);
    }
    expect((await ask('traces/xyz')).status).toBe(400);
  });
});

describe('Tempo: a search', () => {
  it.each([
    { q: '{}' },
    {
      q: '{ resource.service.name = "storefront" && span.http.request.method = "POST" && duration > 99ms && status = error }',
    },
    { q: '{ .service.name = "payment" && kind = server }', limit: '20', spss: '10' },
    { q: '{ span.http.response.status_code >= 500 } | select(span.user.name)' },
    { q: '{ name =~ "SELECT.*" && span.db.name = "cards" }' },
    { q: '{ rootServiceName = "storefront" && nestedSetParent < 0 }' },
    { q: '{ event:name = "retry" && span.cart.gift = true && resource.nothing = nil }' },
    { q: '{ traceDuration > 200ms && statusMessage = "card refused" }' },
    { q: '{ name = "nothing" || event.exception.type = "Refused" }' },
    { tags: 'service.name=STORE user.name="the' + '"' },
    { tags: 'error=true root.name=checkout', minDuration: '100ms' },
  ])('finds the trace by %j', async (query) => {
    expect(await found({ ...query, start: String(START_S - 10), end: String(START_S + 10) })).toEqual([
      SHOP_TRACE_ID,
    ]);
    expect(await found(query)).toEqual([SHOP_TRACE_ID]);
  });

  it.each([
    { q: '{ resource.service.name = "nobody" }' },
    { q: '{ span.http.request.method = "POST" && resource.service.name = "payment" }' },
    { q: '{ duration > 101ms }' },
    { q: '{ span.http.response.status_code > 502 }' },
    { q: '{ traceDuration > 10s }' },
    { q: '{}', start: String(START_S - 20), end: String(START_S - 10) },
    { tags: 'service.name=nobody' },
    { maxDuration: '50ms' },
  ])('does not find it by %j', async (query: Record<string, string>) => {
    expect(await found(query)).toEqual([]);
  });

  it('tells of the trace, and of the spans that it was for', async () => {
    const q = encodeURIComponent('{ span.http.response.status_code = 502 && status = error }');
    const [trace] = (await get(`search?q=${q}`))['traces'] as object[];
    const spanSet = {
      spans: [
        {
          ...{ spanID: SPAN_IDS.checkout, name: 'POST /checkout' },
          ...{ startTimeUnixNano: `${START_MS}000000`, durationNanos: '100000000' },
          attributes: [
            { key: 'http.response.status_code', value: { intValue: '502' } },
            { key: 'status', value: { stringValue: 'error' } },
          ],
        },
      ],
      matched: 1,
    };
    expect(trace).toEqual({
      ...{ traceID: SHOP_TRACE_ID, rootServiceName: 'storefront', rootTraceName: 'POST /checkout' },
      ...{ startTimeUnixNano: `${START_MS}000000`, durationMs: 260 },
      ...{ spanSet, spanSets: [spanSet] },
    });
  });

  it.each([
    'q={',
    'q={%20name%20=~%20%22(%22%20}',
    'limit=x',
    'spss=0',
    'start=5&end=1',
    'tags=a',
    'minDuration=5',
  ])('refuses %s in a line of text', async (query) => {
    const { status, type } = await ask(`search?${query}`);
    expect([status, type]).toEqual([400, 'text/plain; charset=utf-8']);
  });
});

describe('Tempo: tags', () => {
  it('lists their names, by scope in the second version', async () => {
    expect((await get('search/tags'))['tagNames']).toEqual(
      expect.arrayContaining(['service.name', 'host.name', 'http.request.method', 'exception.type']),
    );
    expect((await get('search/tags?scope=resource'))['tagNames']).toEqual([
      'host.name',
      'service.name',
      'service.version',
    ]);
    const scopes = (await get('v2/search/tags'))['scopes'] as { name: string; tags: string[] }[];
    expect(scopes.map(({ name }) => name)).toEqual(['resource', 'span', 'event', 'intrinsic']);
    const filtered = await get(`v2/search/tags?scope=span&q=${encodeURIComponent('{ name = "POST" }')}`);
    expect(filtered['scopes']).toEqual([{ name: 'span', tags: ['peer.service', 'server.address'] }]);
    expect((await ask('v2/search/tags?scope=other')).status).toBe(400);
  });

  it('lists their values, with types in the second version', async () => {
    expect((await get('search/tag/service.name/values'))['tagValues']).toEqual(['payment', 'storefront']);
    expect((await get('search/tag/status/values'))['tagValues']).toEqual(['error', 'ok', 'unset']);
    const typed = async (name: string, query = '') =>
      (await get(`v2/search/tag/${name}/values${query}`))['tagValues'];
    expect(await typed('span.http.response.status_code')).toEqual([{ type: 'int', value: '502' }]);
    expect(await typed('.cart.gift')).toEqual([{ type: 'bool', value: 'true' }]);
    expect(await typed('resource.service.version')).toEqual([{ type: 'string', value: '1.4.0' }]);
    expect(await typed('event.attempt')).toEqual([{ type: 'int', value: '2' }]);
    expect(await typed('kind')).toContainEqual({ type: 'keyword', value: 'server' });
    expect(await typed('rootName')).toEqual([{ type: 'string', value: 'POST /checkout' }]);
    expect(await typed('duration')).toEqual([]);
    const q = `?q=${encodeURIComponent('{ kind = client }')}`;
    expect(await typed('name', q)).toEqual([
      { type: 'string', value: 'POST' },
      { type: 'string', value: 'SELECT card 4711' },
    ]);
    expect((await ask('v2/search/tag/other/values')).status).toBe(400);
  });
});
