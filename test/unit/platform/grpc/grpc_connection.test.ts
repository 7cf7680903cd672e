/** Connections whose other end is gone, or has nothing to say. */
import { once } from 'node:events';
import { createServer, type ClientHttp2Session, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { GrpcConnection, type ConnectionTimes } from '../../../../services/platform/grpc/grpc_connection.ts';
import { openHttp2 } from '../../../attack/http2_frames.ts';
import { openSession } from '../../../support/raw_grpc.ts';

const NEVER_MS = 1_000_000;
const TIMES: ConnectionTimes = { pingEveryMs: NEVER_MS, pingTimeoutMs: NEVER_MS, maxIdleMs: NEVER_MS };

let server: Http2Server;
let client: ClientHttp2Session | null = null;

afterEach(async () => {
  client?.destroy();
  client = null;
  await new Promise((resolve) => server.close(resolve));
});

/** The connections as they come. */
async function listen(times: Partial<ConnectionTimes>): Promise<{
  readonly port: number;
  readonly first: Promise<GrpcConnection>;
}> {
  server = createServer();
  const first = Promise.withResolvers<GrpcConnection>();
  server.on('session', (session: ServerHttp2Session) => {
    first.resolve(new GrpcConnection(session, { ...TIMES, ...times }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, first: first.promise };
}

test('one that answers no ping is cut', async () => {
  const { port } = await listen({ pingEveryMs: 20, pingTimeoutMs: 50 });
  // It reads, and says nothing.
  const socket = await openHttp2(port);
  await once(socket, 'close');
});

test('one that answers pings stays', async () => {
  const { port, first } = await listen({ pingEveryMs: 20, pingTimeoutMs: 10_000 });
  client = openSession(port);
  let pings = 0;
  const several = new Promise<void>((resolve) => {
    client?.on('ping', () => {
      if (++pings === 5) resolve();
    });
  });
  await several;
  expect((await first).session.destroyed).toBe(false);
});

test('one without calls is told to go', async () => {
  const { port } = await listen({ maxIdleMs: 30 });
  client = openSession(port);
  const closed = once(client, 'close');
  expect((await once(client, 'goaway'))[0]).toBe(0);
  await closed;
});

test('one with a call stays, and goes when it has had none for a while', async () => {
  const { port, first } = await listen({ maxIdleMs: 30 });
  client = openSession(port);
  const connection = await first;
  connection.callBegins();
  let isGone = false;
  const gone = once(client, 'goaway').then(() => (isGone = true));
  // Its time ends after that of the one before it.
  const idle = openSession(port);
  await once(idle, 'goaway');
  expect(isGone).toBe(false);
  connection.callEnds();
  await gone;
});

test('one that has broken has no certificate, and is asked nothing more', async () => {
  const { port, first } = await listen({ pingEveryMs: 5 });
  client = openSession(port);
  const { session } = await first;
  session.destroy();
  await once(session, 'close');
  expect((await first).subject).toBeNull();
  expect((await first).address).toBe('127.0.0.1');
});
