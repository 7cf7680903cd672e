import { afterEach, describe, expect, test } from '@jest/globals';
import { Client, credentials, type ClientUnaryCall } from '@grpc/grpc-js';
import { grpcServer, type GrpcCall, type GrpcServerPart } from '../../../services/platform/grpc_server.ts';

const PATH = '/a.B/C';

let server: GrpcServerPart | null = null;
let client: Client | null = null;

afterEach(async () => {
  client?.close();
  await server?.stop();
  server = client = null;
});

async function start(handle: (call: GrpcCall) => Promise<Uint8Array>): Promise<void> {
  server = grpcServer({
    ...{ host: '127.0.0.1', port: 0, maxRequestBytes: 1000, stopTimeoutMs: 1000 },
    methods: [{ path: PATH, handle: (_request, call) => handle(call) }],
    onBug: (error) => {
      throw error;
    },
  });
  await server.start();
  client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
}

function callIt(): ClientUnaryCall {
  const same = (bytes: Buffer): Buffer => bytes;
  if (client === null) throw new Error('not started');
  return client.makeUnaryRequest(PATH, same, same, Buffer.from('ping'), () => undefined);
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });

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
