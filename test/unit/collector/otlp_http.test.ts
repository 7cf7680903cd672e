import { once } from 'node:events';
import { connect } from 'node:net';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { google, opentelemetry } from '../../../proto/generated/index.js';
import { KafkaUnavailableError, RecordTooLargeError } from '../../../services/platform/kafka/port.ts';
import { PARTLY_VALID, requestOf, spanNames, testSpan } from '../../support/export_requests.ts';
import { PARTITIONS, startCollector, type RunningCollector } from '../../support/running_collector.ts';

const { ExportTraceServiceResponse } = opentelemetry.proto.collector.trace.v1;

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';
const ONE_SPAN = requestOf(testSpan(1, 1, 'GET /'));
const NO_SPANS = Buffer.alloc(0);

let collector: RunningCollector | null = null;

async function start(settings: Parameters<typeof startCollector>[0] = {}): Promise<RunningCollector> {
  collector = await startCollector(settings);
  return collector;
}

afterEach(async () => {
  await collector?.stop();
  collector = null;
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

async function post(
  url: string,
  body: Buffer | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': PROTOBUF, ...headers },
    body,
  });
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
}

const storedNames = (running: RunningCollector): string[] =>
  Array.from({ length: PARTITIONS }, (_, partition) => spanNames(running.stored(partition))).flat();

const statusOf = ({ body }: Answer): { code: number; message: string } => {
  const { code, message } = google.rpc.Status.decode(body);
  return { code, message };
};

describe('a request', () => {
  test('in protobuf is stored and answered with an empty response in protobuf', async () => {
    const running = await start();
    const answer = await post(running.url, ONE_SPAN);
    expect([answer.status, answer.headers.get('content-type'), answer.body.length]).toEqual([
      200,
      PROTOBUF,
      0,
    ]);
    expect(storedNames(running)).toEqual(['GET /']);
  });

  test('in JSON is stored and answered in JSON', async () => {
    const running = await start();
    const span = {
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: 'eee19b7ec3c1b174',
      name: 'from json',
    };
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    const answer = await post(running.url, body, { 'content-type': 'application/json; charset=utf-8' });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, JSON_TYPE]);
    expect(answer.body.toString()).toBe('{}');
    expect(storedNames(running)).toEqual(['from json']);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
  ] as const)('compressed with %s is stored', async (encoding, compress) => {
    const running = await start();
    const answer = await post(running.url, compress(ONE_SPAN), { 'content-encoding': encoding });
    expect(answer.status).toBe(200);
    expect(storedNames(running)).toEqual(['GET /']);
  });

  test('without spans succeeds', async () => {
    const running = await start();
    expect((await post(running.url, NO_SPANS)).status).toBe(200);
    expect((await post(running.url, requestOf())).status).toBe(200);
    expect((await post(running.url, '{}', { 'content-type': JSON_TYPE })).status).toBe(200);
    expect(running.gate.batches).toEqual([]);
  });

  test('is answered once Kafka has its spans and not before', async () => {
    const running = await start();
    running.gate.hold();
    let isAnswered = false;
    const answer = post(running.url, ONE_SPAN).finally(() => (isAnswered = true));
    await running.gate.reached;
    expect(isAnswered).toBe(false);
    running.gate.release();
    expect((await answer).status).toBe(200);
  });

  test('of which some spans have no valid ids is stored but for them, which the answer counts and explains', async () => {
    const running = await start();
    const { status, body } = await post(running.url, PARTLY_VALID);
    const { partialSuccess } = ExportTraceServiceResponse.decode(body);
    expect([status, Number(partialSuccess?.rejectedSpans)]).toEqual([200, 3]);
    expect(partialSuccess?.errorMessage).toBe(
      'rejected: 2 whose trace id is not 16 bytes, or is all zero; 1 whose span id is not 8 bytes, or is all zero',
    );
    expect(storedNames(running)).toEqual(['span 1']);
  });

  test('in JSON has its partial success in JSON', async () => {
    const running = await start();
    const body = JSON.stringify({
      resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: '', spanId: '' }] }] }],
    });
    const answer = await post(running.url, body, { 'content-type': JSON_TYPE });
    expect(JSON.parse(answer.body.toString())).toEqual({
      partialSuccess: {
        rejectedSpans: '1',
        errorMessage: 'rejected: 1 whose trace id is not 16 bytes, or is all zero',
      },
    });
  });
});

describe('what is asked wrongly', () => {
  test('an unknown path is 404', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/v1/metrics`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ code: 5, message: 'not found; there is /v1/traces' });
  });

  test('another method is 405 and told the right one', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/v1/traces`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    await response.arrayBuffer();
  });

  test('an unknown content type is 415', async () => {
    const { url } = await start();
    const answer = await post(url, ONE_SPAN, { 'content-type': 'text/plain' });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([415, JSON_TYPE]);
  });

  test('an unknown content encoding is 415 and told the right ones', async () => {
    const { url } = await start();
    const answer = await post(url, ONE_SPAN, { 'content-encoding': 'br' });
    expect([answer.status, answer.headers.get('accept-encoding')]).toEqual([
      415,
      'identity, gzip, deflate, zstd',
    ]);
    expect(statusOf(answer).code).toBe(3);
  });

  test('a body that is no protobuf is 400 with a status in protobuf, and nothing of it is stored', async () => {
    const running = await start();
    const answer = await post(running.url, ONE_SPAN.subarray(0, ONE_SPAN.length - 1));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, PROTOBUF]);
    expect(statusOf(answer)).toEqual({
      code: 3,
      message: 'the body is no ExportTraceServiceRequest: length past the end',
    });
    expect(running.gate.batches).toEqual([]);
  });

  test('a body that is no JSON is 400 with a status in JSON that names the fault', async () => {
    const { url } = await start();
    const answer = await post(url, '{"resourceSpans":7}', { 'content-type': JSON_TYPE });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, JSON_TYPE]);
    expect(JSON.parse(answer.body.toString())).toEqual({
      code: 3,
      message: 'resourceSpans: must be an array',
    });
  });

  test.each(['gzip', 'deflate', 'zstd'])('a body that is no %s is 400', async (encoding) => {
    const { url } = await start();
    const answer = await post(url, ONE_SPAN, { 'content-encoding': encoding });
    expect(answer.status).toBe(400);
    expect(statusOf(answer).message).toContain(`the body is no ${encoding}`);
  });

  test('a compressed body that was cut off is 400', async () => {
    const { url } = await start();
    const whole = gzipSync(ONE_SPAN);
    expect(
      (await post(url, whole.subarray(0, whole.length - 12), { 'content-encoding': 'gzip' })).status,
    ).toBe(400);
  });
});

/** Sends raw bytes and resolves with all that came back until the server closed the connection. */
async function raw(port: number, ...pieces: (string | Buffer)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const received: Buffer[] = [];
  socket.on('data', (data) => received.push(data));
  socket.on('error', () => undefined);
  for (const piece of pieces) socket.write(piece);
  await once(socket, 'close');
  return Buffer.concat(received).toString('latin1');
}

const HEAD = `POST /v1/traces HTTP/1.1\r\nhost: test\r\ncontent-type: ${PROTOBUF}\r\n`;

describe('a request that is too large', () => {
  const tooLarge = Buffer.alloc(1_001);

  test('is refused by its announced length, and its body is not asked for', async () => {
    const { httpPort } = await start({ maxRequestBytes: 1_000 });
    const answer = await raw(httpPort, `${HEAD}expect: 100-continue\r\ncontent-length: 1001\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  test('is refused when it turns out to be too large', async () => {
    const { httpPort } = await start({ maxRequestBytes: 1_000 });
    const answer = await raw(httpPort, `${HEAD}transfer-encoding: chunked\r\n\r\n3e9\r\n`, tooLarge);
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  test('is refused when it is so after decompression, and is not inflated further', async () => {
    const { url } = await start({ maxRequestBytes: 1_000 });
    const bomb = gzipSync(Buffer.alloc(100_000_000));
    const small = gzipSync(tooLarge);
    for (const compressed of [bomb.subarray(0, 1_000), small]) {
      const answer = await post(url, compressed, { 'content-encoding': 'gzip' });
      expect([answer.status, statusOf(answer).code]).toEqual([413, 8]);
    }
  });

  test('is refused where the topic takes less than the collector', async () => {
    const running = await start();
    running.gate.failWith(new RecordTooLargeError('too large'));
    expect((await post(running.url, ONE_SPAN)).status).toBe(413);
  });

  test('is taken at exactly the limit', async () => {
    const request = requestOf(testSpan(1, 1, 'a'.repeat(500)));
    const { url } = await start({ maxRequestBytes: request.length });
    expect((await post(url, request)).status).toBe(200);
    expect((await post(url, gzipSync(request), { 'content-encoding': 'gzip' })).status).toBe(200);
  });
});

describe('a collector that cannot take more', () => {
  test('answers 429 over its limit of bytes in flight, and takes spans again when it has room', async () => {
    const running = await start({ maxInFlightBytes: ONE_SPAN.length * 2 - 1 });
    running.gate.hold();
    const first = post(running.url, ONE_SPAN);
    await running.gate.reached;
    const second = await post(running.url, ONE_SPAN);
    expect([second.status, second.headers.get('retry-after'), statusOf(second).code]).toEqual([429, '1', 8]);
    running.gate.release();
    expect((await first).status).toBe(200);
    expect((await post(running.url, ONE_SPAN)).status).toBe(200);
    expect(await running.metrics()).toMatch(/^spanmill_collector_in_flight_bytes\{.*\} 0$/m);
  });

  test('answers 429 to a body that inflates over the limit', async () => {
    const running = await start({ maxInFlightBytes: 500 });
    const answer = await post(running.url, gzipSync(Buffer.alloc(10_000)), { 'content-encoding': 'gzip' });
    expect(answer.status).toBe(429);
    expect(await running.metrics()).toMatch(/^spanmill_collector_in_flight_bytes\{.*\} 0$/m);
  });

  test('answers 503 while Kafka takes nothing, says so of itself, and is ready when Kafka is back', async () => {
    const running = await start();
    running.gate.failWith(new KafkaUnavailableError('broker is gone'));
    const answer = await post(running.url, ONE_SPAN);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '3']);
    expect(statusOf(answer)).toEqual({ code: 14, message: 'Kafka is not reachable' });
    running.gate.failWith(null);
    expect((await post(running.url, ONE_SPAN)).status).toBe(200);
    expect(running.notReady()).toBeNull();
  });
});

describe('a client', () => {
  test('that goes away in the middle of its request leaves nothing behind', async () => {
    const running = await start();
    const socket = connect(running.httpPort, '127.0.0.1');
    socket.write(`${HEAD}content-length: 100\r\n\r\nhalf`);
    await once(socket, 'connect');
    socket.resetAndDestroy();
    await running.stop();
    collector = null;
    expect(await running.metrics()).not.toMatch(/spanmill_collector_in_flight_bytes\{.*\} [1-9]/);
    expect(running.gate.batches).toEqual([]);
  });

  test('that does not finish its request in time is cut off', async () => {
    const { httpPort } = await start({ requestTimeoutMs: 50 });
    const answer = await raw(httpPort, `${HEAD}content-length: 100\r\n\r\nhalf`);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
  });
});

test('a collector that stops answers what it has accepted, and refuses what comes later', async () => {
  const running = await start();
  running.gate.hold();
  const accepted = post(running.url, ONE_SPAN);
  await running.gate.reached;
  const stopped = running.stop();
  collector = null;
  expect(running.notReady()).toBe('stopping');
  expect((await accepted).status).toBe(200);
  await stopped;
  expect(storedNames(running)).toEqual(['GET /']);
  await expect(post(running.url, ONE_SPAN)).rejects.toThrow('fetch failed');
});

test('what comes and what becomes of it is counted', async () => {
  const running = await start();
  await post(running.url, PARTLY_VALID);
  await post(running.url, 'no protobuf');
  const text = await running.metrics();
  const value = (name: string, ...labels: string[]): number | undefined => {
    const line = text
      .split('\n')
      .find((one) => one.startsWith(`${name}{`) && labels.every((label) => one.includes(label)));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  expect(value('spanmill_collector_spans_received_total', 'protocol="http/protobuf"')).toBe(4);
  expect(value('spanmill_collector_spans_stored_total', 'protocol="http/protobuf"')).toBe(1);
  expect(value('spanmill_collector_spans_refused_total', 'reason="invalid_trace_id"')).toBe(2);
  expect(value('spanmill_collector_spans_refused_total', 'reason="invalid_span_id"')).toBe(1);
  expect(value('spanmill_collector_requests_total', 'outcome="stored"')).toBe(1);
  expect(value('spanmill_collector_requests_total', 'outcome="malformed"')).toBe(1);
  expect(value('spanmill_collector_record_bytes_count')).toBe(1);
});
