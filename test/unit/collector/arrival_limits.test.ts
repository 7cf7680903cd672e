/** What clients may hold open without sending anything whole: connections, half requests, headers. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect as connectHttp2, constants, type ClientHttp2Session } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { callHeaders, END_HEADERS, frame, openHttp2 } from '../../attack/http2_frames.ts';
import { requestOf, testSpan } from '../../support/export_requests.ts';
import { startCollector, type RunningCollector } from '../../support/running_collector.ts';
import { waitFor } from '../../support/wait_for.ts';

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const ONE_SPAN = requestOf(testSpan(1, 1, 'GET /'));
const KIB = 1024;

let collector: RunningCollector;
const opened: { destroy(): void }[] = [];

async function start(settings: Parameters<typeof startCollector>[0] = {}): Promise<RunningCollector> {
  return (collector = await startCollector(settings));
}

afterEach(async () => {
  for (const one of opened.splice(0)) one.destroy();
  await collector.stop();
});

async function counted(name: string, ...labels: string[]): Promise<number> {
  const lines = (await collector.metrics()).split('\n');
  const line = lines.find(
    (one) => one.startsWith(`${name}{`) && labels.every((label) => one.includes(label)),
  );
  return Number(line?.split(' ').at(-1) ?? 0);
}

const post = (): Promise<number> =>
  fetch(`${collector.url}/v1/traces`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/x-protobuf' }, body: ONE_SPAN },
  }).then(({ status }) => status);

/** Resolves when the connection is there; what is written to a closed one is of no matter. */
async function openTo(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  opened.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function answerTo(request: string): Promise<string> {
  const socket = await openTo(collector.httpPort);
  socket.end(request);
  let answer = '';
  for await (const chunk of socket.setEncoding('utf8')) answer += String(chunk);
  return answer;
}

const grpcPort = (): number => Number(collector.grpcAddress.split(':')[1]);

function http2Session(): ClientHttp2Session {
  const session = connectHttp2(`http://${collector.grpcAddress}`).on('error', () => undefined);
  opened.push(session);
  return session;
}

/** A call that says it sends `length` bytes, and sends `sent` of them; resolves with how its stream was reset. */
function halfCall(session: ClientHttp2Session, length: number, sent: number): Promise<number> {
  const stream = session.request({
    ':method': 'POST',
    ':path': EXPORT,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.on('error', () => undefined);
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(length, 1);
  stream.write(Buffer.concat([frame, Buffer.alloc(sent)]));
  return new Promise((resolve) => stream.once('close', () => resolve(stream.rstCode)));
}

describe('connections', () => {
  test('of one address beyond its limit are closed, and others go on', async () => {
    await start({ maxConnectionsPerAddress: 3 });
    const sockets = await Promise.all([1, 2, 3].map(() => openTo(collector.httpPort)));
    const fourth = await openTo(collector.httpPort);
    await once(fourth, 'close');
    expect(await counted('spanmill_connections_refused_total', 'listener="http"', 'reason="address"')).toBe(
      1,
    );
    expect(await counted('spanmill_connections', 'listener="http"')).toBe(3);
    sockets[0]?.destroy();
    await waitFor(async () => (await counted('spanmill_connections', 'listener="http"')) === 2);
    expect(await post()).toBe(200);
  });

  test('of gRPC beyond the limit of the listener are closed', async () => {
    await start({ maxConnections: 2 });
    await Promise.all([1, 2].map(() => openTo(grpcPort())));
    await once(await openTo(grpcPort()), 'close');
    expect(await counted('spanmill_connections_refused_total', 'listener="grpc"', 'reason="total"')).toBe(1);
  });

  test('that send no request are closed in time', async () => {
    await start({ requestTimeoutMs: 100 });
    const idle = await openTo(collector.httpPort);
    await once(idle.resume(), 'close');
    expect(await counted('spanmill_collector_requests_total', 'protocol="http"', 'outcome="slow"')).toBe(1);
  });
});

describe('requests of one connection', () => {
  const head =
    'POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n';

  test('that do not wait for answers end it, and what follows is not looked at', async () => {
    await start();
    let begun = 0;
    const count = (): number => begun++;
    subscribe('http.server.request.start', count);
    const socket = await openTo(collector.httpPort);
    socket.resume().write(head.repeat(100));
    await once(socket, 'close');
    unsubscribe('http.server.request.start', count);
    expect(begun).toBeLessThan(10);
    expect(await counted('spanmill_collector_requests_total', 'outcome="pipelined"')).toBeGreaterThan(0);
    expect(await post()).toBe(200);
  });

  test('that are few are answered in turn', async () => {
    await start();
    const socket = await openTo(collector.httpPort);
    let answers = 0;
    socket
      .setEncoding('utf8')
      .on('data', (text: string) => (answers += text.split('HTTP/1.1 200').length - 1));
    socket.write(head.repeat(4));
    await waitFor(() => Promise.resolve(answers === 4));
  });
});

describe('headers', () => {
  test('larger than their limit are refused', async () => {
    await start();
    const answer = await answerTo(
      `POST /v1/traces HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(17 * KIB)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(await counted('spanmill_collector_requests_total', 'protocol="http"', 'outcome="too_large"')).toBe(
      1,
    );
  });

  test('of a call larger than their limit end the call alone', async () => {
    await start();
    const session = http2Session();
    const stream = session.request({ ':method': 'POST', ':path': EXPORT, x: 'x'.repeat(100 * KIB) });
    stream.on('error', () => undefined);
    await new Promise((resolve) => stream.once('close', resolve));
    expect(stream.rstCode).not.toBe(constants.NGHTTP2_NO_ERROR);
    expect(await post()).toBe(200);
  });

  test('that are no HTTP are answered, and nothing of them is repeated', async () => {
    await start();
    const answer = await answerTo('SECRET / NONSENSE\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toContain('SECRET');
  });
});

describe('calls that do not arrive', () => {
  test('hold no more bytes than requests may, and can be sent again', async () => {
    await start({ maxInFlightBytes: 200 * KIB, maxRequestBytes: 90 * KIB });
    const session = http2Session();
    const ends = [1, 2].map(() => halfCall(session, 80 * KIB, 60 * KIB));
    expect(await Promise.race(ends)).toBe(constants.NGHTTP2_REFUSED_STREAM);
    expect(
      await counted('spanmill_collector_requests_total', 'protocol="grpc"', 'outcome="overloaded"'),
    ).toBe(1);
    session.destroy();
    // What they held is free again.
    const next = http2Session();
    const end = halfCall(next, 60 * KIB, 60 * KIB);
    next.close();
    expect(await end).not.toBe(constants.NGHTTP2_REFUSED_STREAM);
  });

  test('are cut off in time', async () => {
    await start({ requestTimeoutMs: 100 });
    expect(await halfCall(http2Session(), 1_000, 10)).toBe(constants.NGHTTP2_CANCEL);
    expect(await counted('spanmill_collector_requests_total', 'protocol="grpc"', 'outcome="slow"')).toBe(1);
  });
});

describe('calls that their client resets', () => {
  async function resetCalls(calls: number): Promise<Socket> {
    const socket = await openHttp2(grpcPort());
    opened.push(socket);
    for (let call = 0; call < calls; call++) {
      socket.write(frame('headers', END_HEADERS, 2 * call + 1, callHeaders('')));
      socket.write(frame('reset', 0, 2 * call + 1, Buffer.from([0, 0, 0, constants.NGHTTP2_CANCEL])));
    }
    return socket;
  }

  test('end their connection where they are many, and no other', async () => {
    await start();
    const [few, many] = await Promise.all([resetCalls(40), resetCalls(150)]);
    await waitFor(() => Promise.resolve(many.destroyed));
    expect(await counted('spanmill_collector_requests_total', 'protocol="grpc"', 'outcome="resets"')).toBe(1);
    expect(few.destroyed).toBe(false);
    expect(await post()).toBe(200);
  });
});

describe('a small body of very many messages', () => {
  test.each([
    [
      'protobuf',
      'application/x-protobuf',
      Buffer.concat(Array.from({ length: 100_000 }, () => Buffer.from([0x0a, 0]))),
    ],
    ['JSON', 'application/json', Buffer.from(`{"resourceSpans":[${'{},'.repeat(600_000)}{}]}`)],
  ])('is refused in %s', async (_name, type, body) => {
    await start({ maxRequestBytes: 4 * KIB * KIB, maxInFlightBytes: 16 * KIB * KIB });
    const headers = { 'content-type': type, 'content-encoding': 'gzip' };
    const answer = await fetch(`${collector.url}/v1/traces`, {
      method: 'POST',
      headers,
      body: gzipSync(body),
    });
    expect(answer.status).toBe(413);
    expect(collector.gate.batches).toEqual([]);
  });
});

describe('a large body of JSON', () => {
  test('is stored like a small one, and what is wrong with it is said', async () => {
    await start({ maxRequestBytes: 4 * KIB * KIB, maxInFlightBytes: 16 * KIB * KIB });
    const send = async (spans: unknown): Promise<readonly [number, string]> => {
      const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${collector.url}/v1/traces`, { method: 'POST', headers, body });
      return [answer.status, await answer.text()];
    };
    const span = (i: number) => ({
      ...{ traceId: '11'.repeat(16), spanId: i.toString(16).padStart(16, '0'), name: 'x'.repeat(200) },
    });
    const spans = Array.from({ length: 1_000 }, (_, i) => span(i + 1));
    expect(await send(spans)).toEqual([200, '{}']);
    const [status, text] = await send([...spans, { traceId: 5 }]);
    expect([status, text]).toEqual([400, expect.stringContaining('spans[1000].traceId') as unknown]);
    expect(await counted('spanmill_collector_spans_stored_total', 'protocol="http/json"')).toBe(1_000);
  });
});
