/** What a client of the chaos drill concludes from how an attempt ended, against servers that answer as told. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { grpcServer } from '../../../services/platform/grpc/grpc_server.ts';
import { GRPC_STATUS, type GrpcRefusal } from '../../../services/platform/grpc/grpc_status.ts';
import { grpcTarget, httpTarget, type AttemptOptions, type Target } from '../../chaos/load/targets.ts';
import { freePorts } from '../../support/free_ports.ts';

const REQUEST = Buffer.from('request');
const PATIENT: AttemptOptions = { timeoutMs: 10_000, leaveAfterMs: null };
const IMPATIENT: AttemptOptions = { timeoutMs: 100, leaveAfterMs: null };
const LEAVING: AttemptOptions = { timeoutMs: 10_000, leaveAfterMs: 20 };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const never = () => new Promise<never>(() => undefined);

async function grpc(answer: () => Promise<Uint8Array | GrpcRefusal>): Promise<Target> {
  const server = grpcServer({
    ...{ host: '127.0.0.1', port: 0, maxRequestBytes: 1_000, stopTimeoutMs: 1 },
    methods: [{ path: EXPORT, handle: answer }],
    onBug: () => undefined,
  });
  await server.start();
  return keep(grpcTarget(`127.0.0.1:${server.port}`), () => server.stop());
}

async function http(answer: (response: ServerResponse) => void): Promise<Target> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(response));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return keep(httpTarget(`http://127.0.0.1:${port}`), () => {
    server.closeAllConnections();
    return once(server.close(), 'close');
  });
}

function keep(target: Target, stop: () => unknown): Target {
  cleanups.push(stop, () => target.close());
  return target;
}

describe('an attempt over gRPC', () => {
  const refuse = (refusal: GrpcRefusal) => grpc(() => Promise.resolve(refusal));

  test('is answered by an empty response', async () => {
    const target = await grpc(() => Promise.resolve(new Uint8Array(0)));
    expect(await target.send(REQUEST, PATIENT)).toEqual({ kind: 'answered' });
  });

  test('is rejected by a partial success', async () => {
    const target = await grpc(() => Promise.resolve(Uint8Array.of(10, 2, 8, 1)));
    expect(await target.send(REQUEST, PATIENT)).toEqual({ kind: 'rejected' });
  });

  test('is refused where the collector is over its limit, with the time to come back', async () => {
    const target = await refuse({ code: GRPC_STATUS.resourceExhausted, message: '', retryAfterMs: 1_500 });
    const refused = { kind: 'refused', retryAfterMs: 1_500 };
    expect(await target.send(REQUEST, PATIENT)).toEqual(refused);
  });

  test.each(['invalidArgument', 'resourceExhausted'] as const)(
    'is rejected by %s without a time to come back',
    async (code) => {
      const target = await refuse({ code: GRPC_STATUS[code], message: '' });
      expect(await target.send(REQUEST, PATIENT)).toEqual({ kind: 'rejected' });
    },
  );

  test('may have been stored where the collector says that Kafka is away', async () => {
    const target = await refuse({ code: GRPC_STATUS.unavailable, message: '', retryAfterMs: 5_000 });
    expect(await target.send(REQUEST, PATIENT)).toEqual({ kind: 'ambiguous', retryAfterMs: 5_000 });
  });

  test('may have been stored where no answer comes, or the client leaves', async () => {
    const target = await grpc(never);
    expect(await target.send(REQUEST, IMPATIENT)).toMatchObject({ kind: 'ambiguous' });
    expect(await target.send(REQUEST, LEAVING)).toMatchObject({ kind: 'ambiguous' });
  });

  test('was never made where nobody listens', async () => {
    const [port = 0] = await freePorts(1);
    const target = keep(grpcTarget(`127.0.0.1:${port}`), () => undefined);
    expect(await target.send(REQUEST, PATIENT)).toMatchObject({ kind: 'refused' });
  });
});

describe('an attempt over HTTP', () => {
  const status = (code: number, headers: Record<string, string> = {}) =>
    http((response) => response.writeHead(code, headers).end());

  test('is answered by an empty response', async () => {
    expect(await (await status(200)).send(REQUEST, PATIENT)).toEqual({ kind: 'answered' });
  });

  test('is rejected by a partial success', async () => {
    const target = await http((response) => response.end(Uint8Array.of(10, 2, 8, 1)));
    expect(await target.send(REQUEST, PATIENT)).toEqual({ kind: 'rejected' });
  });

  test('is refused where the collector is over its limit, with the time to come back', async () => {
    const target = await status(429, { 'retry-after': '2' });
    const refused = { kind: 'refused', retryAfterMs: 2_000 };
    expect(await target.send(REQUEST, PATIENT)).toEqual(refused);
  });

  test.each([400, 413])('is rejected by a %i', async (code) => {
    expect(await (await status(code)).send(REQUEST, PATIENT)).toEqual({ kind: 'rejected' });
  });

  test('may have been stored where the collector says that Kafka is away', async () => {
    const target = await status(503, { 'retry-after': '5' });
    expect(await target.send(REQUEST, PATIENT)).toEqual({ kind: 'ambiguous', retryAfterMs: 5_000 });
  });

  test('may have been stored where no answer comes, the client leaves, or the connection breaks', async () => {
    const silent = await http(() => undefined);
    expect(await silent.send(REQUEST, IMPATIENT)).toMatchObject({ kind: 'ambiguous' });
    expect(await silent.send(REQUEST, LEAVING)).toMatchObject({ kind: 'ambiguous' });
    const broken = await http((response) => response.destroy());
    expect(await broken.send(REQUEST, PATIENT)).toMatchObject({ kind: 'ambiguous' });
  });

  test('was never made where nobody listens', async () => {
    const [port = 0] = await freePorts(1);
    const target = httpTarget(`http://127.0.0.1:${port}`);
    expect(await target.send(REQUEST, PATIENT)).toMatchObject({ kind: 'refused' });
  });
});
