/** What becomes of calls when the server stops, or a connection breaks. */
import { once } from 'node:events';
import { constants, type ClientHttp2Session } from 'node:http2';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { GrpcCall } from '../../../../services/platform/grpc/grpc_method.ts';
import type { GrpcServerPart } from '../../../../services/platform/grpc/grpc_server.ts';
import { GRPC_STATUS } from '../../../../services/platform/grpc/grpc_status.ts';
import { aborted } from '../../../support/aborted.ts';
import { ECHO, openSession, prefixed, rawCall, startGrpc } from '../../../support/raw_grpc.ts';

const PING = prefixed(Buffer.from('ping'));

let server: GrpcServerPart;
let session: ClientHttp2Session;

afterEach(async () => {
  session.destroy();
  await server.stop();
});

/** What it gives holds the first call, once there is one. */
async function start(
  handle: (call: GrpcCall) => Promise<Uint8Array>,
  stopTimeoutMs = 1_000,
): Promise<{ readonly arrived: Promise<GrpcCall> }> {
  const { promise: arrived, resolve } = Promise.withResolvers<GrpcCall>();
  const methods = [{ path: ECHO, handle: (_: Buffer, call: GrpcCall) => (resolve(call), handle(call)) }];
  ({ server } = await startGrpc({ stopTimeoutMs, methods }));
  session = openSession(server.port);
  return { arrived };
}

describe('a server that stops', () => {
  test('waits for calls under way, and takes no other', async () => {
    const answer = Promise.withResolvers<Buffer>();
    const { arrived } = await start(() => answer.promise);
    const underWay = rawCall(session, { body: [PING] });
    await arrived;
    const goaway = once(session, 'goaway');
    const stopped = server.stop();
    expect((await goaway)[0]).toBe(constants.NGHTTP2_NO_ERROR);
    const [error] = (await once(connect(server.port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
    answer.resolve(Buffer.from('ping'));
    expect(await underWay).toMatchObject({ code: 0, body: PING });
    await stopped;
  });

  test('cuts off calls and connections that do not end in time', async () => {
    const { arrived } = await start(() => new Promise(() => undefined), 50);
    const silent = connect(server.port, '127.0.0.1').resume();
    await once(silent, 'connect');
    const underWay = rawCall(session, { body: [PING] });
    const call = await arrived;
    const closed = once(silent, 'close');
    await server.stop();
    expect(await underWay).toMatchObject({ code: null, rstCode: constants.NGHTTP2_CANCEL });
    await closed;
    await aborted(call.signal);
  });
});

describe('a connection that breaks', () => {
  /** The server lives. */
  async function goesOn(): Promise<void> {
    const other = openSession(server.port);
    const { code } = await rawCall(other, { headers: { ':path': '/none' } });
    expect(code).toBe(GRPC_STATUS.unimplemented);
    other.destroy();
  }

  test('while a message arrives ends its call alone', async () => {
    await start(() => Promise.resolve(PING));
    const call = rawCall(session, { body: [PING.subarray(0, 7)], end: false });
    // Its answer comes behind the bytes before it.
    await new Promise((resolve) => session.ping(resolve));
    session.socket.destroy();
    await call;
    await goesOn();
  });

  test('while it is answered ends its call alone', async () => {
    const { arrived } = await start((call) => aborted(call.signal).then(() => PING));
    const call = rawCall(session, { body: [PING] });
    const underWay = await arrived;
    session.socket.destroy();
    await call;
    await aborted(underWay.signal);
    await goesOn();
  });
});
