import { deflateSync, gzipSync } from 'node:zlib';
import { Client, compressionAlgorithms, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from '@jest/globals';
import { google, opentelemetry } from '../../../proto/generated/index.js';
import { KafkaUnavailableError } from '../../../services/platform/kafka/port.ts';
import { PARTLY_VALID, requestOf, spanNames, testSpan } from '../../support/export_requests.ts';
import { PARTITIONS, startCollector, type RunningCollector } from '../../support/running_collector.ts';

const { ExportTraceServiceResponse } = opentelemetry.proto.collector.trace.v1;
const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const ONE_SPAN = requestOf(testSpan(1, 1, 'GET /'));

let collector: RunningCollector | null = null;
let client: Client | null = null;

afterEach(async () => {
  client?.close();
  await collector?.stop();
  collector = client = null;
});

async function start(
  settings: Parameters<typeof startCollector>[0] = {},
  compression = compressionAlgorithms.identity,
): Promise<RunningCollector> {
  collector = await startCollector(settings);
  client = new Client(collector.grpcAddress, credentials.createInsecure(), {
    'grpc.default_compression_algorithm': compression,
    'grpc.enable_retries': 0,
  });
  return collector;
}

const asItIs = (bytes: Buffer): Buffer => bytes;

/** The response's bytes; rejects with the ServiceError. */
function call(request: Buffer, path = EXPORT): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    client?.makeUnaryRequest(
      path,
      asItIs,
      asItIs,
      request,
      (error: ServiceError | null, response?: Buffer) => {
        if (error === null) resolve(response ?? Buffer.alloc(0));
        else reject(error);
      },
    );
  });
}

const failed = (request: Buffer, path = EXPORT): Promise<ServiceError> =>
  call(request, path).then(
    () => {
      throw new Error('the call succeeded');
    },
    (error: unknown) => error as ServiceError,
  );

/** The retry delay in the status details; null where there is none. */
function retryDelaySeconds({ metadata }: ServiceError): number | null {
  const [details] = metadata.get('grpc-status-details-bin');
  if (!Buffer.isBuffer(details)) return null;
  const [any] = google.rpc.Status.decode(details).details;
  if (any?.type_url !== 'type.googleapis.com/google.rpc.RetryInfo') return null;
  return Number(google.rpc.RetryInfo.decode(any.value ?? Buffer.alloc(0)).retryDelay?.seconds);
}

const storedNames = (running: RunningCollector): string[] =>
  Array.from({ length: PARTITIONS }, (_, partition) => spanNames(running.stored(partition))).flat();

describe('a call', () => {
  test('is stored and answered with an empty response', async () => {
    const running = await start();
    expect(await call(ONE_SPAN)).toHaveLength(0);
    expect(storedNames(running)).toEqual(['GET /']);
  });

  test.each([
    ['gzip', compressionAlgorithms.gzip],
    ['deflate', compressionAlgorithms.deflate],
  ])('compressed with %s is stored', async (_name, compression) => {
    const running = await start({}, compression);
    await call(ONE_SPAN);
    expect(storedNames(running)).toEqual(['GET /']);
  });

  test('without spans succeeds', async () => {
    await start();
    expect(await call(Buffer.alloc(0))).toHaveLength(0);
  });

  test('is answered once Kafka has its spans and not before', async () => {
    const running = await start();
    running.gate.hold();
    let isAnswered = false;
    const answer = call(ONE_SPAN).finally(() => (isAnswered = true));
    await running.gate.reached;
    expect(isAnswered).toBe(false);
    running.gate.release();
    await answer;
  });

  test('of which some spans have no valid ids is a partial success', async () => {
    const running = await start();
    const { partialSuccess } = ExportTraceServiceResponse.decode(await call(PARTLY_VALID));
    expect(Number(partialSuccess?.rejectedSpans)).toBe(3);
    expect(partialSuccess?.errorMessage).toContain('2 whose trace id is not 16 bytes');
    expect(storedNames(running)).toEqual(['span 1']);
  });
});

describe('a call is refused', () => {
  test('as INVALID_ARGUMENT where it is no request', async () => {
    const running = await start();
    const error = await failed(ONE_SPAN.subarray(0, ONE_SPAN.length - 1));
    expect([error.code, retryDelaySeconds(error)]).toEqual([status.INVALID_ARGUMENT, null]);
    expect(running.gate.batches).toEqual([]);
  });

  test('as UNIMPLEMENTED where there is no such method', async () => {
    await start();
    const error = await failed(ONE_SPAN, '/opentelemetry.proto.collector.logs.v1.LogsService/Export');
    expect(error.code).toBe(status.UNIMPLEMENTED);
  });

  test('as RESOURCE_EXHAUSTED for good where it is too large', async () => {
    await start({ maxRequestBytes: 1_000 });
    const error = await failed(Buffer.alloc(1_001));
    expect([error.code, retryDelaySeconds(error)]).toEqual([status.RESOURCE_EXHAUSTED, null]);
  });

  test.each([
    ['gzip', compressionAlgorithms.gzip],
    ['deflate', compressionAlgorithms.deflate],
  ])('as RESOURCE_EXHAUSTED for good where %s makes it too large', async (_name, compression) => {
    const inflated = Buffer.alloc(100_000);
    expect(
      (compression === compressionAlgorithms.gzip ? gzipSync : deflateSync)(inflated).length,
    ).toBeLessThan(1_000);
    const running = await start({ maxRequestBytes: 1_000 }, compression);
    const error = await failed(inflated);
    expect([error.code, retryDelaySeconds(error)]).toEqual([status.RESOURCE_EXHAUSTED, null]);
    expect(running.gate.batches).toEqual([]);
  });

  test('as RESOURCE_EXHAUSTED with a time to come back over the limit of bytes in flight', async () => {
    const running = await start({ maxInFlightBytes: ONE_SPAN.length * 2 - 1 });
    running.gate.hold();
    const first = call(ONE_SPAN);
    await running.gate.reached;
    const error = await failed(ONE_SPAN);
    expect([error.code, retryDelaySeconds(error)]).toEqual([status.RESOURCE_EXHAUSTED, 1]);
    running.gate.release();
    await first;
    await call(ONE_SPAN);
  });

  test('as UNAVAILABLE with a time to come back while Kafka takes nothing', async () => {
    const running = await start();
    running.gate.failWith(new KafkaUnavailableError('broker is gone'));
    const error = await failed(ONE_SPAN);
    expect([error.code, retryDelaySeconds(error)]).toEqual([status.UNAVAILABLE, 3]);
    running.gate.failWith(null);
    await call(ONE_SPAN);
  });
});

test('a collector that stops answers the calls it has accepted, and later ones find it unavailable', async () => {
  const running = await start();
  running.gate.hold();
  const accepted = call(ONE_SPAN);
  await running.gate.reached;
  const stopped = running.stop();
  collector = null;
  await accepted;
  await stopped;
  expect(storedNames(running)).toEqual(['GET /']);
  expect((await failed(ONE_SPAN)).code).toBe(status.UNAVAILABLE);
});
