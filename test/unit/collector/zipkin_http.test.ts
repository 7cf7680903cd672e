import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, it, test } from '@jest/globals';
import { KafkaUnavailableError } from '../../../services/platform/kafka/port.ts';
import { spanNames } from '../../support/export_requests.ts';
import { accessOf, aToken, tokenEntry } from '../../support/access_fixture.ts';
import { PARTITIONS, startCollector, type RunningCollector } from '../../support/running_collector.ts';
import { v1Thrift } from '../../support/zipkin_v1.ts';
import { v2Proto } from '../../support/zipkin_v2.ts';

const SPAN = { traceId: '463ac35c9f6413ad', id: 'a2fb4a1d1a96d312', name: 'pay', timestamp: 5 };
const JSON_BODY = Buffer.from(JSON.stringify([SPAN]));
const JSON_TYPE = 'application/json';

let collector: RunningCollector | null = null;

async function start(settings: Parameters<typeof startCollector>[0] = {}): Promise<RunningCollector> {
  collector = await startCollector({ zipkinPort: 0, ...settings });
  return collector;
}

afterEach(async () => {
  await collector?.stop();
  collector = null;
});

function post(
  { zipkinUrl }: RunningCollector,
  body: Uint8Array,
  headers: Record<string, string> = { 'content-type': JSON_TYPE },
  path = '/api/v2/spans',
): Promise<Response> {
  return fetch(`${zipkinUrl}${path}`, { method: 'POST', headers, body: Uint8Array.from(body) });
}

const storedNames = (running: RunningCollector): string[] =>
  Array.from({ length: PARTITIONS }, (_, partition) => spanNames(running.stored(partition))).flat();

const counted = async (running: RunningCollector, metric: string, labels: string): Promise<number> => {
  const line = (await running.metrics())
    .split('\n')
    .find((one) => one.startsWith(`spanmill_collector_${metric}`) && one.includes(labels));
  return Number(line?.split(' ').at(-1) ?? 0);
};

describe('spans are stored and answered with 202 and nothing', () => {
  it.each([
    ['v2 JSON', '/api/v2/spans', JSON_TYPE, JSON_BODY, 'zipkin/json'],
    ['v2 JSON with a charset', '/api/v2/spans', 'application/json; charset=utf-8', JSON_BODY, 'zipkin/json'],
    ['v2 without a content type', '/api/v2/spans', null, JSON_BODY, 'zipkin/json'],
    ['v2 from curl -d', '/api/v2/spans', 'application/x-www-form-urlencoded', JSON_BODY, 'zipkin/json'],
    ['v2 as text', '/api/v2/spans', 'text/plain;charset=UTF-8', JSON_BODY, 'zipkin/json'],
    ['v2 protobuf', '/api/v2/spans', 'application/x-protobuf', v2Proto([SPAN]), 'zipkin/protobuf'],
    ['v1 JSON', '/api/v1/spans', JSON_TYPE, JSON_BODY, 'zipkin/v1/json'],
    ['v1 without a content type', '/api/v1/spans', null, JSON_BODY, 'zipkin/v1/json'],
    ['v1 thrift', '/api/v1/spans', 'application/x-thrift', v1Thrift([SPAN]), 'zipkin/v1/thrift'],
  ])('%s', async (_name, path, type, body, protocol) => {
    const running = await start();
    const answer = await post(running, body, type === null ? {} : { 'content-type': type }, path);
    expect([answer.status, await answer.text()]).toEqual([202, '']);
    expect(storedNames(running)).toEqual(['pay']);
    expect(await counted(running, 'spans_stored_total', `protocol="${protocol}"`)).toBe(1);
  });

  it.each([
    ['gzip', gzipSync(JSON_BODY)],
    ['deflate', deflateSync(JSON_BODY)],
    ['zstd', zstdCompressSync(JSON_BODY)],
  ])('compressed by %s', async (encoding, body) => {
    const running = await start();
    const headers = { 'content-type': JSON_TYPE, 'content-encoding': encoding };
    expect((await post(running, body, headers)).status).toBe(202);
    expect(storedNames(running)).toEqual(['pay']);
  });

  test('and so is an empty list', async () => {
    const running = await start();
    expect((await post(running, Buffer.from('[]'))).status).toBe(202);
  });
});

test('a span without a proper id is counted, and the others are stored', async () => {
  const running = await start();
  const spans = [
    { ...SPAN, traceId: 'xyz' },
    SPAN,
    { ...SPAN, id: '0000000000000000' },
    { ...SPAN, id: '1'.repeat(17) },
  ];
  expect((await post(running, Buffer.from(JSON.stringify(spans)))).status).toBe(202);
  expect(storedNames(running)).toEqual(['pay']);
  expect(await counted(running, 'spans_refused_total', 'reason="invalid_trace_id"')).toBe(1);
  expect(await counted(running, 'spans_refused_total', 'reason="invalid_span_id"')).toBe(2);
});

describe('what cannot be taken is told as text', () => {
  it.each<[string, number, string, Record<string, string>, string, string]>([
    [
      'no JSON',
      400,
      'request: is no JSON: at position 2\n',
      { 'content-type': JSON_TYPE },
      '/api/v2/spans',
      '[{',
    ],
    [
      'a wrong field',
      400,
      '[0].timestamp: must be a whole number of at most 64 bits\n',
      { 'content-type': JSON_TYPE },
      '/api/v2/spans',
      '[{"timestamp":"now"}]',
    ],
    [
      'no protobuf',
      400,
      'the body is no ListOfSpans: value past the end\n',
      { 'content-type': 'application/x-protobuf' },
      '/api/v2/spans',
      '\n\u0002)1',
    ],
    [
      'no thrift',
      400,
      'the body is no thrift list of spans: value past the end\n',
      { 'content-type': 'application/x-thrift' },
      '/api/v1/spans',
      '[',
    ],
    [
      'another content type',
      415,
      'the content type must be application/json or application/x-protobuf\n',
      { 'content-type': 'application/x-thrift' },
      '/api/v2/spans',
      '[]',
    ],
    [
      'another content type in v1',
      415,
      'the content type must be application/json or application/x-thrift\n',
      { 'content-type': 'application/x-protobuf' },
      '/api/v1/spans',
      '[]',
    ],
    [
      'another encoding',
      415,
      'the content encoding must be one of identity, gzip, deflate, zstd\n',
      { 'content-type': JSON_TYPE, 'content-encoding': 'br' },
      '/api/v2/spans',
      '[]',
    ],
    [
      'another path',
      404,
      'not found; there is /api/v2/spans, /api/v1/spans, /health\n',
      { 'content-type': JSON_TYPE },
      '/api/v3/spans',
      '[]',
    ],
  ])('%s: %i', async (_name, status, message, headers, path, body) => {
    const answer = await post(await start(), Buffer.from(body), headers, path);
    expect([answer.status, await answer.text()]).toEqual([status, message]);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });

  test('a body over the limit: 413', async () => {
    const running = await start({ maxRequestBytes: 2_000 });
    const body = gzipSync(Buffer.from(`[${' '.repeat(5_000)}]`));
    const answer = await post(running, body, { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' });
    expect([answer.status, await answer.text()]).toEqual([
      413,
      'a request has at most 2000 bytes after decompression\n',
    ]);
  });

  test('spans that Kafka does not take: 503, and when to come back', async () => {
    const running = await start();
    running.gate.failWith(new KafkaUnavailableError('away'));
    const answer = await post(running, JSON_BODY);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '3']);
    expect(await answer.text()).toBe('Kafka is not reachable\n');
  });

  test('spans that are asked for: 405', async () => {
    const running = await start();
    const answer = await fetch(`${running.zipkinUrl}/api/v2/spans`);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

test('/health says that it is up', async () => {
  const running = await start();
  const answer = await fetch(`${running.zipkinUrl}/health`);
  expect([answer.status, await answer.json()]).toEqual([200, { status: 'UP' }]);
});

test('/health is for everybody, spans are not', async () => {
  const access = accessOf(`tenants: { shop: }\ncredentials:\n${tokenEntry('shop', aToken(), 'shop')}`);
  const running = await start({ access });
  const statusOf = async (path: string, init?: RequestInit): Promise<number> =>
    (await fetch(`${running.zipkinUrl}${path}`, init)).status;
  expect(await statusOf('/health')).toBe(200);
  expect(await statusOf('/api/v2/spans', { method: 'POST', body: '[]' })).toBe(401);
});

test('Zipkin is listened to where a port is given only', async () => {
  const running = await start({ zipkinPort: null });
  expect(running.zipkinUrl).toBe('');
});
