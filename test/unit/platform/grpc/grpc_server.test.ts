/** A gRPC server as a client of grpc-js sees it. */
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  Client,
  credentials,
  Metadata,
  status,
  type ClientUnaryCall,
  type ServiceError,
} from '@grpc/grpc-js';
import type { GrpcCall, GrpcMethod } from '../../../../services/platform/grpc/grpc_method.ts';
import type { GrpcServerOptions, GrpcServerPart } from '../../../../services/platform/grpc/grpc_server.ts';
import { GRPC_STATUS } from '../../../../services/platform/grpc/grpc_status.ts';
import { aborted } from '../../../support/aborted.ts';
import { ECHO, openSession, prefixed, rawCall, startGrpc } from '../../../support/raw_grpc.ts';

const PATH = ECHO;

let server: GrpcServerPart | null = null;
let client: Client | null = null;
let bugs: unknown[] = [];

afterEach(async () => {
  client?.close();
  await server?.stop();
  server = client = null;
  expect(bugs.splice(0)).toEqual([]);
});

async function start(
  handle: (call: GrpcCall, request: Buffer) => ReturnType<GrpcMethod['handle']>,
  options: Partial<GrpcServerOptions> = {},
): Promise<void> {
  const methods = [{ path: PATH, handle: (request: Buffer, call: GrpcCall) => handle(call, request) }];
  ({ server, bugs } = await startGrpc({ ...options, methods }));
  client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure(), { 'grpc.enable_retries': 0 });
}

const same = (bytes: Buffer): Buffer => bytes;
const EMPTY = Buffer.alloc(0);

function started(): { readonly server: GrpcServerPart; readonly client: Client } {
  if (client === null || server === null) throw new Error('not started');
  return { server, client };
}

function callIt(): ClientUnaryCall {
  return started().client.makeUnaryRequest(PATH, same, same, Buffer.from('ping'), () => undefined);
}

/** The answer, or the error. */
function outcome(deadlineMs = 30_000): Promise<Buffer | ServiceError> {
  const deadline = Date.now() + deadlineMs;
  return new Promise((resolve) => {
    started().client.makeUnaryRequest(
      PATH,
      same,
      same,
      Buffer.from('ping'),
      { deadline },
      (error, answer) => {
        resolve(error ?? answer ?? EMPTY);
      },
    );
  });
}

describe('the signal of a call', () => {
  test('is aborted when the client leaves', async () => {
    const { promise: left, resolve } = Promise.withResolvers<undefined>();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<undefined>();
    await start(async ({ signal }) => {
      arrive(undefined);
      await aborted(signal);
      resolve(undefined);
      return Buffer.alloc(0);
    });
    const call = callIt();
    await arrived;
    call.cancel();
    await expect(left).resolves.toBeUndefined();
  });

  test('is aborted for who asks for it after the client has left', async () => {
    const calls: GrpcCall[] = [];
    const arrivals = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const { promise: asked, resolve: ask } = Promise.withResolvers<Uint8Array>();
    await start((call) => {
      arrivals[calls.push(call) - 1]?.resolve(undefined);
      return asked;
    });
    const left = callIt();
    await arrivals[0]?.promise;
    left.cancel();
    callIt();
    // It comes behind the word that the other was given up.
    await arrivals[1]?.promise;
    const [first, second] = calls.map(({ signal }) => signal);
    if (first === undefined || second === undefined) throw new Error('a call is missing');
    await aborted(first);
    expect(second.aborted).toBe(false);
    ask(Buffer.alloc(0));
  });
});

test('a caller is told of by its metadata and its address', async () => {
  const { promise: told, resolve: tell } = Promise.withResolvers<readonly unknown[]>();
  await start((call) => {
    tell([call.address, call.subject, call.header('no-such')]);
    return Promise.resolve(Buffer.alloc(0));
  });
  callIt();
  expect(await told).toEqual(['127.0.0.1', null, undefined]);
});

test('a request that may be as large as it is comes whole, and its answer too', async () => {
  const large = Buffer.alloc(3_000_000, 'large');
  const read = Promise.withResolvers<Buffer>();
  await start((_call, request) => (read.resolve(request), Promise.resolve(large)), {
    maxRequestBytes: large.length,
  });
  const answer = await new Promise((resolve) => {
    started().client.makeUnaryRequest(PATH, same, same, large, (error, given) => resolve(error ?? given));
  });
  expect((await read.promise).equals(large)).toBe(true);
  expect(large.equals(answer as Buffer)).toBe(true);
});

test('a client that is still sending takes its refusal, by the gate as by size', async () => {
  const unauthenticated = { code: GRPC_STATUS.unauthenticated, message: 'who are you' };
  await start(() => Promise.resolve(EMPTY), {
    gate: (_visit, caller) =>
      Promise.resolve(caller.header('x-unknown') === undefined ? null : unauthenticated),
  });
  const large = Buffer.alloc(2_000_000);
  const unknown = new Metadata();
  unknown.set('x-unknown', 'yes');
  const codeOf = (metadata: Metadata): Promise<number | undefined> =>
    new Promise((resolve) => {
      started().client.makeUnaryRequest(PATH, same, same, large, metadata, (error) => resolve(error?.code));
    });
  const codes = await Promise.all(
    Array.from({ length: 40 }, (_, index) => codeOf(index % 2 === 0 ? unknown : new Metadata())),
  );
  expect(new Set(codes.filter((_code, index) => index % 2 === 0))).toEqual(new Set([status.UNAUTHENTICATED]));
  expect(new Set(codes.filter((_code, index) => index % 2 === 1))).toEqual(
    new Set([status.RESOURCE_EXHAUSTED]),
  );
  expect(await outcome()).toEqual(EMPTY);
});

describe('a handler', () => {
  test('that throws is a bug, and INTERNAL to the client', async () => {
    const bug = new Error('a bug with secrets');
    await start(() => Promise.reject(bug));
    expect(await outcome()).toMatchObject({ code: status.INTERNAL, details: 'internal error' });
    expect(bugs.splice(0)).toEqual([bug]);
  });

  test('may be a gate that throws', async () => {
    const bug = new Error('a bug');
    await start(() => Promise.resolve(EMPTY), { gate: () => Promise.reject(bug) });
    expect(await outcome()).toMatchObject({ code: status.INTERNAL, details: 'internal error' });
    expect(bugs.splice(0)).toEqual([bug]);
  });

  test('may answer a client that has left', async () => {
    const arrived = Promise.withResolvers<GrpcCall>();
    const answer = Promise.withResolvers<Buffer>();
    let calls = 0;
    await start((call) => {
      if (calls++ > 0) return Promise.resolve(EMPTY);
      arrived.resolve(call);
      return answer.promise;
    });
    const left = callIt();
    const { signal } = await arrived.promise;
    left.cancel();
    await aborted(signal);
    answer.resolve(Buffer.from('late'));
    expect(await outcome()).toEqual(EMPTY);
  });
});

describe('a deadline', () => {
  test('that passes ends the call on both sides', async () => {
    const told = Promise.withResolvers<undefined>();
    await start(async ({ signal }) => {
      await aborted(signal);
      told.resolve(undefined);
      return EMPTY;
    });
    const session = openSession(started().server.port);
    const given = { headers: { 'grpc-timeout': '50m' }, body: [prefixed(EMPTY)] };
    expect((await rawCall(session, given)).code).toBe(GRPC_STATUS.deadlineExceeded);
    await told.promise;
    session.destroy();
  });

  test('also of a client that does not send the rest', async () => {
    await start(() => Promise.resolve(EMPTY));
    const session = openSession(started().server.port);
    const given = { headers: { 'grpc-timeout': '50m' }, body: [Buffer.alloc(3)], end: false };
    expect((await rawCall(session, given)).code).toBe(GRPC_STATUS.deadlineExceeded);
    session.destroy();
  });

  test('that is no time is refused', async () => {
    await start(() => Promise.resolve(EMPTY));
    const session = openSession(started().server.port);
    const { code } = await rawCall(session, { headers: { 'grpc-timeout': 'soon' }, body: [prefixed(EMPTY)] });
    expect(code).toBe(GRPC_STATUS.internal);
    session.destroy();
  });

  test('that is far off changes nothing', async () => {
    await start(() => Promise.resolve(Buffer.from('pong')));
    expect(await outcome(10_000)).toEqual(Buffer.from('pong'));
  });
});

describe('a method that streams', () => {
  const streamed = async (): Promise<Buffer[] | ServiceError> => {
    const stream = started().client.makeServerStreamRequest(PATH, same, same, EMPTY);
    const messages: Buffer[] = [];
    stream.on('data', (message: Buffer) => messages.push(message));
    return new Promise((resolve) => {
      stream.once('error', (error: ServiceError) => resolve(error));
      stream.once('end', () => resolve(messages));
    });
  };

  test.each([
    ['some', [Buffer.from('one'), EMPTY, Buffer.from('three')]],
    ['one', [Buffer.from('one')]],
    ['large ones', [1, 2, 3].map((byte) => Buffer.alloc(2_000_000, byte))],
  ])('gives %s', async (_name, messages) => {
    await start(() => Promise.resolve(messages));
    const given = await streamed();
    expect(Array.isArray(given) && Buffer.concat(given).equals(Buffer.concat(messages))).toBe(true);
    expect(given).toHaveLength(messages.length);
  });

  test('gives none', async () => {
    await start(() => Promise.resolve([]));
    expect(await streamed()).toEqual([]);
  });

  test('refuses', async () => {
    await start(() => Promise.resolve({ code: GRPC_STATUS.notFound, message: 'not there' }));
    expect(await streamed()).toMatchObject({ code: status.NOT_FOUND, details: 'not there' });
  });
});
