/** What a gRPC server answers to the letter, and what it makes of calls that no client sends. */
import { once } from 'node:events';
import { constants, type ClientHttp2Session } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { google } from '../../../../proto/generated/index.js';
import type { GrpcServerOptions, GrpcServerPart } from '../../../../services/platform/grpc/grpc_server.ts';
import { GRPC_STATUS, type GrpcRefusal } from '../../../../services/platform/grpc/grpc_status.ts';
import { END_HEADERS, frame, openHttp2 } from '../../../attack/http2_frames.ts';
import {
  ECHO,
  MAX_BYTES,
  openSession,
  prefixed,
  rawCall,
  startGrpc,
  type RawAnswer,
  type RawCall,
} from '../../../support/raw_grpc.ts';

let server: GrpcServerPart;
let bugs: unknown[];
let session: ClientHttp2Session;

async function start(options: Partial<GrpcServerOptions> = {}): Promise<void> {
  ({ server, bugs } = await startGrpc(options));
  session = openSession(server.port);
}

const refusing = (refusal: GrpcRefusal): Promise<void> =>
  start({ methods: [{ path: ECHO, handle: () => Promise.resolve(refusal) }] });

afterEach(async () => {
  session.destroy();
  await server.stop();
  expect(bugs).toEqual([]);
});

const PING = prefixed(Buffer.from('ping'));
const call = (given: RawCall = {}): Promise<RawAnswer> => rawCall(session, { body: [PING], ...given });

/** The server is as it was, for others and on the same connection. */
async function goesOn(): Promise<void> {
  const other = openSession(server.port);
  expect((await rawCall(other, { body: [PING] })).body).toEqual(PING);
  other.destroy();
}

describe('an answer', () => {
  beforeEach(() => start());

  test('is headers, a message with its prefix, and the status in trailers', async () => {
    const { headers, body, trailers } = await call();
    expect(headers).toMatchObject({
      ...{ ':status': 200, 'content-type': 'application/grpc' },
      'grpc-accept-encoding': 'identity,deflate,gzip',
    });
    expect(headers).not.toHaveProperty('grpc-status');
    expect(body).toEqual(PING);
    expect(trailers).toMatchObject({ 'grpc-status': '0' });
  });

  test('to an empty message may be an empty message', async () => {
    expect(await call({ body: [prefixed(Buffer.alloc(0))] })).toMatchObject({
      body: Buffer.alloc(5),
      code: 0,
    });
  });

  test('is the same however the message is cut into pieces', async () => {
    const { body, code } = await call({ body: Array.from(PING, (byte) => Buffer.from([byte])) });
    expect([body, code]).toEqual([PING, 0]);
  });

  test.each(['application/grpc', 'application/grpc+proto', 'application/grpc;charset=utf-8'])(
    'is given to %s',
    async (type) => {
      expect((await call({ headers: { 'content-type': type } })).code).toBe(0);
    },
  );

  test('comes to each of a hundred calls at once', async () => {
    const bodies = Array.from({ length: 100 }, (_, index) => prefixed(Buffer.alloc(index, index)));
    const answers = await Promise.all(bodies.map((body) => call({ body: [body] })));
    expect(answers.map(({ body }) => body)).toEqual(bodies);
  });

  test('begins with what a connection may do', async () => {
    await call();
    expect(session.remoteSettings.maxConcurrentStreams).toBe(100);
    expect(session.state.remoteWindowSize).toBeGreaterThan(1_000_000);
  });

  test('comes to a ping as well', async () => {
    await call();
    const payload = Buffer.from('12345678');
    const [echo] = await new Promise<[Buffer]>((resolve) => {
      session.ping(payload, (_error, _ms, given) => resolve([given]));
    });
    expect(echo).toEqual(payload);
  });
});

describe('what is no gRPC', () => {
  beforeEach(() => start());

  test.each(['application/json', 'application/grpc-web', 'text/plain', ''])(
    'is refused with 415 as %s',
    async (type) => {
      const { headers, body, code } = await call({ headers: { 'content-type': type } });
      expect([headers[':status'], body.length, code]).toEqual([415, 0, null]);
      await goesOn();
    },
  );

  test.each(['GET', 'PUT', 'HEAD', 'OPTIONS'])('is refused with 405 by %s', async (method) => {
    const { headers } = await call({ headers: { ':method': method }, body: [] });
    expect([headers[':status'], headers.allow]).toEqual([405, 'POST']);
    await goesOn();
  });

  const frames: Record<string, Buffer> = {
    'another protocol': Buffer.from('GET / HTTP/1.1\r\nhost: a\r\n\r\n'),
    'data of no stream': frame('data', 0, 0, Buffer.alloc(10)),
    'data of a stream that was never opened': frame('data', 0, 7, Buffer.alloc(10)),
    'headers that cannot be read': frame('headers', END_HEADERS, 1, Buffer.from([0xff, 0xff, 0xff, 0xff])),
    'a frame that is too large': frame('data', 0, 1, Buffer.alloc(100_000)),
    'settings of half a setting': frame('settings', 0, 0, Buffer.alloc(3)),
  };
  test.each(Object.entries(frames))('ends its connection alone: %s', async (name, bytes) => {
    const socket: Socket =
      name === 'another protocol' ? connect(server.port, '127.0.0.1') : await openHttp2(server.port);
    socket.on('error', () => undefined).resume();
    socket.write(bytes);
    await once(socket, 'close');
    await goesOn();
  });
});

describe('a request that is not of one whole message is refused', () => {
  const { internal, unimplemented } = GRPC_STATUS;
  beforeEach(() => start());

  test.each<[string, Buffer[], number, string]>([
    ['none', [], unimplemented, 'no request message'],
    ['two', [PING, PING], unimplemented, 'more than one request message'],
    ['two in a piece', [Buffer.concat([PING, PING])], unimplemented, 'more than one request message'],
    ['one and a byte', [PING, Buffer.from([0])], unimplemented, 'more than one request message'],
    ['half of one', [PING.subarray(0, 7)], internal, 'before its message was whole'],
    ['half of a prefix', [PING.subarray(0, 3)], internal, 'before its message was whole'],
    ['one of another flag', [prefixed(Buffer.from('ping'), 7)], internal, 'flag is neither 0 nor 1'],
  ])('%s', async (_name, body, code, message) => {
    const answer = await call({ body });
    expect(answer.code).toBe(code);
    expect(answer.headers['grpc-message']).toContain(message);
    expect((await call()).code).toBe(0);
  });

  test('at once, though more of it may come', async () => {
    const answer = await call({ body: [PING, PING], end: false });
    expect([answer.code, answer.rstCode]).toEqual([unimplemented, constants.NGHTTP2_NO_ERROR]);
  });
});

describe('a compressed message', () => {
  const { internal, resourceExhausted, unimplemented } = GRPC_STATUS;
  const inflated = Buffer.alloc(MAX_BYTES, 'abc');
  beforeEach(() => start());

  const compressed = (encoding: string, bytes: Uint8Array): Promise<RawAnswer> =>
    call({ headers: { 'grpc-encoding': encoding }, body: [prefixed(bytes, 1)] });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ])('by %s is read, up to the limit', async (encoding, compress) => {
    expect(await compressed(encoding, compress(inflated))).toMatchObject({
      code: 0,
      body: prefixed(inflated),
    });
    expect(await compressed(encoding, Buffer.alloc(0))).toMatchObject({ code: 0, body: Buffer.alloc(5) });
    const over = await compressed(encoding, compress(Buffer.alloc(MAX_BYTES + 1)));
    expect(over.code).toBe(resourceExhausted);
    expect(over.headers['grpc-message']).toContain('once it is decompressed');
  });

  test('that is a bomb is given up at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(400 * MAX_BYTES));
    expect(bomb.length).toBeLessThan(MAX_BYTES);
    expect((await compressed('gzip', bomb)).code).toBe(resourceExhausted);
  });

  test.each([
    ['of other bytes', Buffer.from('no gzip')],
    ['cut short', gzipSync(inflated).subarray(0, 20)],
  ])('%s is refused', async (_name, bytes) => {
    const { code, headers } = await compressed('gzip', bytes);
    expect([code, headers['grpc-message']]).toEqual([internal, 'the message cannot be decompressed by gzip']);
  });

  test.each(['snappy', 'toString', 'zstd'])('by %s is refused, with what can be read', async (encoding) => {
    const { code, headers } = await compressed(encoding, Buffer.from('bytes'));
    expect([code, headers['grpc-accept-encoding']]).toEqual([unimplemented, 'identity,deflate,gzip']);
  });

  test('by nothing is refused', async () => {
    expect((await call({ body: [prefixed(gzipSync('ping'), 1)] })).code).toBe(internal);
    expect((await compressed('identity', gzipSync('ping'))).code).toBe(internal);
  });

  test('may be none, whatever the call says', async () => {
    expect((await call({ headers: { 'grpc-encoding': 'gzip' } })).code).toBe(0);
    expect((await call({ headers: { 'grpc-encoding': 'snappy' } })).code).toBe(0);
  });
});

test('a message that says it is too large is refused before it comes', async () => {
  await start();
  const { code, headers } = await call({ body: [prefixed(Buffer.alloc(0), 0, 0xffff_ffff)], end: false });
  expect(code).toBe(GRPC_STATUS.resourceExhausted);
  expect(headers['grpc-message']).toContain('4294967295 bytes is larger than the 1000');
  expect((await call()).code).toBe(0);
});

describe('a refusal', () => {
  const { resourceExhausted, unavailable, unimplemented } = GRPC_STATUS;

  test('is headers alone', async () => {
    await refusing({ code: unavailable, message: 'not now' });
    const { headers, trailers, body } = await call();
    expect(headers).toMatchObject({
      ...{ ':status': 200, 'content-type': 'application/grpc' },
      ...{ 'grpc-status': '14', 'grpc-message': 'not now' },
    });
    expect([trailers, body.length]).toEqual([{}, 0]);
  });

  test.each([
    ['zu groß: 100 %\n', 'zu%20gro%C3%9F:%20100%20%25%0A'],
    [' at its ends ', '%20at%20its%20ends%20'],
    ['', ''],
    ['plain ~ text, "quoted"', 'plain ~ text, "quoted"'],
    ['日本', '%E6%97%A5%E6%9C%AC'],
    ['half \ud800', 'half%20%EF%BF%BD'],
  ])('carries %j', async (message, encoded) => {
    await refusing({ code: unavailable, message });
    expect((await call()).headers['grpc-message']).toBe(encoded);
  });

  test('says in its details when to come back', async () => {
    await refusing({ code: resourceExhausted, message: 'too fast', retryAfterMs: 2_500 });
    const details = String((await call()).headers['grpc-status-details-bin']);
    expect(details).not.toContain('=');
    const status = google.rpc.Status.decode(Buffer.from(details, 'base64'));
    expect([status.code, status.message]).toEqual([resourceExhausted, 'too fast']);
    const { retryDelay } = google.rpc.RetryInfo.decode(status.details[0]?.value ?? Buffer.alloc(0));
    expect([Number(retryDelay?.seconds), retryDelay?.nanos]).toEqual([2, 500_000_000]);
  });

  test('of a method that is not there names it', async () => {
    await start();
    const { code, headers } = await call({ headers: { ':path': '/a.B/Nonsense' } });
    expect([code, headers['grpc-message']]).toEqual([unimplemented, 'there is no method /a.B/Nonsense']);
    const long = await call({ headers: { ':path': `/${'x'.repeat(10_000)}` } });
    expect([long.code, String(long.headers['grpc-message']).length]).toEqual([unimplemented, 219]);
  });

  test('by the gate comes before the message', async () => {
    let handled = 0;
    const visits: (string | undefined)[] = [];
    await start({
      gate: (_visit, caller) => {
        visits.push(caller.header('authorization'));
        return Promise.resolve({ code: GRPC_STATUS.unauthenticated, message: 'who are you' });
      },
      methods: [{ path: ECHO, handle: (bytes) => Promise.resolve((handled++, bytes)) }],
    });
    const answer = await call({ headers: { authorization: 'Bearer x' }, body: [], end: false });
    expect(answer.code).toBe(GRPC_STATUS.unauthenticated);
    expect([visits, handled]).toEqual([['Bearer x'], 0]);
  });
});
