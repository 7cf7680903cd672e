/** Jaeger's api_v3 over HTTP and gRPC, over spans that are stored, without a process around it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { jaeger, opentelemetry } from '../../../proto/generated/index.js';
import { grpcServer, type GrpcServerPart } from '../../../services/platform/grpc/grpc_server.ts';
import { createForeignApi, insertShopTrace, type ForeignApi } from './foreign_api.ts';
import { createQueryDatabase, type QueryDatabase } from './query_database.ts';
import { SHOP_TRACE_ID, SPAN_IDS } from '../../support/shop_trace.ts';

const api = jaeger.api_v3;
const { TracesData } = opentelemetry.proto.trace.v1;
const START_MS = Math.floor(Date.now() / 1000) * 1000 - 60_000;
const START_NS = BigInt(START_MS) * 1_000_000n;

let database: QueryDatabase;
let foreign: ForeignApi;
let server: GrpcServerPart;
let client: Client;

beforeAll(async () => {
  database = await createQueryDatabase();
  await insertShopTrace(database, START_MS);
  foreign = createForeignApi(database.clickhouse);
  server = grpcServer({
    ...{ host: '127.0.0.1', port: 0, maxRequestBytes: 1024 * 1024, stopTimeoutMs: 5000 },
    methods: foreign.grpcMethods,
    onBug: (error) => {
      throw error;
    },
  });
  await server.start();
  client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
}, 60_000);
afterAll(async () => {
  client.close();
  await server.stop();
  await foreign.app.close();
  await database.close();
});

async function get(path: string) {
  const response = await foreign.app.inject(`/api/v3/${path}`);
  return { status: response.statusCode, body: response.json<{ result: { resourceSpans: unknown[] } }>() };
}
const times = (from = START_MS - 1000, to = START_MS + 1000) =>
  `query.start_time_min=${new Date(from).toISOString()}&query.start_time_max=${new Date(to).toISOString()}`;

describe('api_v3 over HTTP', () => {
  it('answers a trace as OTLP JSON', async () => {
    const { status: code, body } = await get(`traces/${SHOP_TRACE_ID.toUpperCase()}`);
    expect(code).toBe(200);
    expect(body.result.resourceSpans).toHaveLength(2);
    expect(body.result.resourceSpans[1]).toEqual({
      resource: {
        attributes: [
          { key: 'host.name', value: { stringValue: 'node-b' } },
          { key: 'service.name', value: { stringValue: 'payment' } },
        ],
      },
      scopeSpans: [
        {
          scope: {},
          spans: [
            {
              ...{ traceId: SHOP_TRACE_ID, spanId: SPAN_IDS.charge, parentSpanId: SPAN_IDS.checkout },
              ...{ name: 'POST /charges/{id}', kind: 2 },
              startTimeUnixNano: String(START_NS + 20_000_000n),
              endTimeUnixNano: String(START_NS + 60_000_000n),
              attributes: [{ key: 'n', value: { intValue: '7' } }],
              status: { code: 1 },
            },
          ],
        },
      ],
    });
  });

  it('finds traces', async () => {
    const found = async (query: string) => (await get(`traces?${query}`)).status;
    expect(await found(`query.service_name=storefront&${times()}`)).toBe(200);
    expect(
      await found(`query.serviceName=payment&query.operationName=POST%20/charges/%7Bid%7D&${times()}`),
    ).toBe(200);
    expect(await found(`query.attributes=%7B%22error%22%3A%22true%22%7D&${times()}&query.num_traces=5`)).toBe(
      200,
    );
    expect(await found(`query.service_name=storefront&query.duration_min=101ms&${times()}`)).toBe(404);
    expect(await found(`query.service_name=storefront&${times(START_MS - 1000, START_MS)}`)).toBe(404);
  });

  it('tells errors as a gateway of gRPC does', async () => {
    expect(await get('traces/abc')).toEqual({
      status: 404,
      body: { error: { httpCode: 404, message: 'trace not found' } },
    });
    expect(await get('traces?query.service_name=a')).toEqual({
      status: 400,
      body: {
        error: { httpCode: 400, message: 'query.start_time_min and query.start_time_max are required' },
      },
    });
    expect((await get(`traces?${times()}&query.duration_max=5`)).body).toEqual({
      error: { httpCode: 400, message: 'malformed parameter query.duration_max' },
    });
  });

  it('lists services and operations', async () => {
    expect((await get('services')).body).toEqual({ services: ['payment', 'storefront'] });
    expect((await get('operations?service=payment&span_kind=server')).body).toEqual({
      operations: [{ name: 'POST /charges/{id}', spanKind: 'server' }],
    });
  });
});

describe('api_v3 over gRPC', () => {
  const same = (bytes: Buffer): Buffer => bytes;
  const path = (name: string): string => `/jaeger.api_v3.QueryService/${name}`;

  function unary(name: string, request: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        path(name),
        same,
        same,
        Buffer.from(request),
        (error: ServiceError | null, answer) => {
          if (error === null) resolve(answer ?? Buffer.alloc(0));
          else reject(error);
        },
      );
    });
  }
  async function stream(name: string, request: Uint8Array, metadata = new Metadata()): Promise<Buffer[]> {
    const call = client.makeServerStreamRequest(path(name), same, same, Buffer.from(request), metadata);
    const messages: Buffer[] = [];
    for await (const message of call) messages.push(message as Buffer);
    return messages;
  }
  const time = (ms: number) => ({ seconds: Math.floor(ms / 1000), nanos: 0 });
  const find = (more: object, metadata?: Metadata) => {
    const range = { startTimeMin: time(START_MS - 1000), startTimeMax: time(START_MS + 1000) };
    return stream(
      'FindTraces',
      api.FindTracesRequest.encode({ query: { ...range, ...more } }).finish(),
      metadata,
    );
  };

  it('streams a trace', async () => {
    const messages = await stream(
      'GetTrace',
      api.GetTraceRequest.encode({ traceId: SHOP_TRACE_ID }).finish(),
    );
    const decoded = messages.map((message) => TracesData.decode(message));
    const spans = decoded.flatMap((one) =>
      one.resourceSpans.flatMap((of) => of.scopeSpans?.[0]?.spans ?? []),
    );
    expect(spans.map(({ spanId }) => Buffer.from(spanId ?? []).toString('hex'))).toEqual([
      SPAN_IDS.checkout,
      SPAN_IDS.charge,
    ]);
    expect(String(spans[1]?.startTimeUnixNano)).toBe(String(START_NS + 20_000_000n));
    expect(String(spans[1]?.attributes?.[0]?.value?.intValue)).toBe('7');
  });

  it('streams what it finds, which may be nothing', async () => {
    expect(await find({ serviceName: 'storefront', attributes: { error: 'true' } })).toHaveLength(1);
    expect(await find({ serviceName: 'storefront', durationMin: { seconds: 1 } })).toEqual([]);
    const other = new Metadata();
    other.set('x-tenant', 'blue');
    expect(await find({ serviceName: 'storefront' }, other)).toEqual([]);
  });

  it('lists services, operations and dependencies', async () => {
    expect(api.GetServicesResponse.decode(await unary('GetServices', Buffer.alloc(0))).services).toEqual([
      'payment',
      'storefront',
    ]);
    const asked = api.GetOperationsRequest.encode({ service: 'storefront' }).finish();
    expect(api.GetOperationsResponse.decode(await unary('GetOperations', asked)).operations).toMatchObject([
      { name: 'POST /checkout', spanKind: 'server' },
    ]);
    const range = { startTime: time(START_MS - 60_000), endTime: time(START_MS + 60_000) };
    const answer = await unary('GetDependencies', api.GetDependenciesRequest.encode(range).finish());
    expect(api.DependenciesResponse.decode(answer).dependencies).toMatchObject([
      { parent: 'storefront', child: 'payment' },
    ]);
  });

  it('refuses with the codes of gRPC', async () => {
    const unknown = api.GetTraceRequest.encode({ traceId: 'abc' }).finish();
    await expect(stream('GetTrace', unknown)).rejects.toMatchObject({
      code: status.NOT_FOUND,
      details: 'trace not found',
    });
    const noTimes = api.FindTracesRequest.encode({ query: { serviceName: 'a' } }).finish();
    await expect(stream('FindTraces', noTimes)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    await expect(unary('GetOperations', Buffer.from([0x0a, 0xff]))).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
  });
});
