/** From a stream to its answer: is it gRPC, for a method that there is, let in, whole, in time. */
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Arrival, ArrivalGuard } from './arrival_guard.ts';
import type { GrpcConnection } from './grpc_connection.ts';
import type { GrpcGate, GrpcMethod } from './grpc_method.ts';
import { GRPC_STATUS, type GrpcRefusal } from './grpc_status.ts';
import { parseGrpcTimeout } from './grpc_timeout.ts';
import { IncomingCall } from './incoming_call.ts';
import { inflated } from './message_compression.ts';
import { MessageReader } from './message_reader.ts';

export interface Service {
  readonly methods: ReadonlyMap<string, GrpcMethod>;
  readonly maxRequestBytes: number;
  readonly gate: GrpcGate | undefined;
  readonly guard: ArrivalGuard | null;
  readonly onBug: (error: unknown) => void;
}

const CONTENT_TYPE = /^application\/grpc(?:$|[+;])/i;
const INTERNAL: GrpcRefusal = { code: GRPC_STATUS.internal, message: 'internal error' };
const EXPIRED: GrpcRefusal = {
  code: GRPC_STATUS.deadlineExceeded,
  message: 'the deadline of the call has passed',
};
/** As much of a path as its refusal repeats. */
const SHOWN_PATH = 200;

/** A stream that breaks is closed as well, and that is looked after. */
const ignore = (): void => undefined;

export function serveCall(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  connection: GrpcConnection,
  service: Service,
): void {
  stream.on('error', ignore);
  const { guard } = service;
  if (stream.closed || stream.destroyed) {
    // Given up in the same breath: it must cost nothing.
    guard?.countReset(connection.session);
    return;
  }
  const call = new IncomingCall(stream, headers, connection);
  const arrival = guard?.begin(stream, connection.address) ?? null;
  const deadline = deadlineOf(call);
  connection.callBegins();
  stream.on('close', () => {
    clearTimeout(deadline);
    call.leave();
    connection.callEnds();
    if (arrival === null || guard === null) return;
    guard.end(arrival);
    const isReset = stream.aborted || stream.rstCode !== constants.NGHTTP2_NO_ERROR;
    if (isReset && !arrival.isCut) guard.countReset(connection.session);
  });
  const method = methodOf(call, service);
  if (method === null) return;
  if (service.gate === undefined) read(call, method, arrival, service);
  else void enter(call, method, arrival, service, service.gate);
}

function deadlineOf(call: IncomingCall): NodeJS.Timeout | undefined {
  const header = call.header('grpc-timeout');
  if (header === undefined) return undefined;
  const timeoutMs = parseGrpcTimeout(header);
  if (timeoutMs !== null) return setTimeout(() => call.expire(EXPIRED), timeoutMs);
  call.refuse({ code: GRPC_STATUS.internal, message: 'the grpc-timeout is no time' });
  return undefined;
}

/** Null where the call has been refused. */
function methodOf(call: IncomingCall, { methods }: Service): GrpcMethod | null {
  if (call.header(':method') !== 'POST') {
    call.refuseHttp(constants.HTTP_STATUS_METHOD_NOT_ALLOWED, { allow: 'POST' });
    return null;
  }
  if (!CONTENT_TYPE.test(call.header('content-type') ?? '')) {
    call.refuseHttp(constants.HTTP_STATUS_UNSUPPORTED_MEDIA_TYPE);
    return null;
  }
  const path = call.header(':path') ?? '';
  const method = methods.get(path);
  if (method !== undefined) return method;
  const message = `there is no method ${path.slice(0, SHOWN_PATH)}`;
  call.refuse({ code: GRPC_STATUS.unimplemented, message });
  return null;
}

async function enter(
  call: IncomingCall,
  method: GrpcMethod,
  arrival: Arrival | null,
  service: Service,
  gate: GrpcGate,
): Promise<void> {
  try {
    const refusal = await gate(call, call);
    if (refusal === null) read(call, method, arrival, service);
    else call.refuse(refusal);
  } catch (error) {
    service.onBug(error);
    call.refuse(INTERNAL);
  }
}

function read(call: IncomingCall, method: GrpcMethod, arrival: Arrival | null, service: Service): void {
  // It may have left while it was being asked who it is.
  if (call.isOver) return;
  const { guard } = service;
  const reader = new MessageReader(service.maxRequestBytes, call.header('grpc-encoding'));
  call.stream.on('data', (chunk: Buffer) => {
    if (call.isOver) return;
    if (arrival !== null && guard?.grow(arrival, chunk.length) === false) return;
    const refusal = reader.take(chunk);
    if (refusal !== null) call.refuse(refusal);
  });
  call.stream.on('end', () => {
    if (arrival !== null) guard?.end(arrival);
    if (!call.isOver) void handle(call, method, reader, service);
  });
}

async function handle(
  call: IncomingCall,
  method: GrpcMethod,
  reader: MessageReader,
  service: Service,
): Promise<void> {
  try {
    const result = await resultOf(call, method, reader, service);
    if (result instanceof Uint8Array) call.answer([result]);
    else if (isList(result)) call.answer(result);
    else call.refuse(result);
  } catch (error) {
    service.onBug(error);
    call.refuse(INTERNAL);
  }
}

async function resultOf(
  call: IncomingCall,
  method: GrpcMethod,
  reader: MessageReader,
  { maxRequestBytes }: Service,
): ReturnType<GrpcMethod['handle']> {
  const message = reader.end();
  if ('code' in message) return message;
  const { bytes, compression } = message;
  const request = compression === null ? bytes : await inflated(bytes, compression, maxRequestBytes);
  return Buffer.isBuffer(request) ? method.handle(request, call) : request;
}

/** Array.isArray does not know lists that are read-only. */
function isList(result: readonly Uint8Array[] | GrpcRefusal): result is readonly Uint8Array[] {
  return Array.isArray(result);
}
