/**
 * A thin gRPC server on @grpc/grpc-js: methods that take bytes and give them, once or as a stream. gzip, deflate, the size limit after
 * decompression and UNIMPLEMENTED for unknown methods are grpc-js'.
 *
 * Not for decoding messages. A handler that throws is a bug: the error goes to `onBug`, the client gets INTERNAL.
 */
import {
  Metadata,
  Server,
  ServerInterceptingCall,
  status,
  type sendUnaryData,
  type ServerCredentials,
  type ServerErrorResponse,
  type ServerInterceptor,
  type ServerUnaryCall,
  type ServerWritableStream,
  logVerbosity,
  setLogVerbosity,
} from '@grpc/grpc-js';
import { google } from '../../proto/generated/index.js';
import type { Caller } from './auth/presented.ts';
import { guardGrpc, type GrpcGuardOptions } from './grpc_guard.ts';
import { settlesWithin } from './kafka/deadline.ts';
import { explain } from './health_server.ts';
import type { Part } from './lifecycle.ts';
import { grpcCredentials } from './tls/grpc_credentials.ts';
import type { ListenerTls } from './tls/tls_files.ts';

/** The codes of gRPC that Spanmill answers with. */
export const GRPC_STATUS = {
  invalidArgument: status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  permissionDenied: status.PERMISSION_DENIED,
  notFound: status.NOT_FOUND,
  resourceExhausted: status.RESOURCE_EXHAUSTED,
  unimplemented: status.UNIMPLEMENTED,
  internal: status.INTERNAL,
  unavailable: status.UNAVAILABLE,
  deadlineExceeded: status.DEADLINE_EXCEEDED,
} as const;

export type GrpcStatus = (typeof GRPC_STATUS)[keyof typeof GRPC_STATUS];

export interface GrpcRefusal {
  readonly code: GrpcStatus;
  readonly message: string;
  /** Sent as google.rpc.RetryInfo; clients take RESOURCE_EXHAUSTED for final without it. */
  readonly retryAfterMs?: number;
}

/** What is known of a call beside its message. */
export interface GrpcCall extends Caller {
  /** What the gate was told of this call by. */
  readonly visit: object;
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal;
}

export interface GrpcMethod {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** Whether the response is a stream of messages. */
  readonly streams?: boolean;
  /** The response message, a list of them where it streams, or why there is none. The request is the handler's. */
  readonly handle: (
    request: Buffer,
    call: GrpcCall,
  ) => Promise<Uint8Array | readonly Uint8Array[] | GrpcRefusal>;
}

/** Whether a call may come in: asked by its metadata alone, before its message is read. Null when it may. */
export type GrpcGate = (visit: object, caller: Caller) => Promise<GrpcRefusal | null>;

export interface GrpcServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Without it, connections are not encrypted. */
  readonly tls?: ListenerTls | null;
  /** Largest request, after decompression; larger ones get RESOURCE_EXHAUSTED. */
  readonly maxRequestBytes: number;
  readonly methods: readonly GrpcMethod[];
  /** Without it, every call may come in. */
  readonly gate?: GrpcGate | undefined;
  /** What may come in at the same time; without it, as much as does. */
  readonly guard?: GrpcGuardOptions;
  /** Calls under way when the server stops are waited for this long. */
  readonly stopTimeoutMs: number;
  readonly onBug: (error: unknown) => void;
}

/** Streams a connection may have open: HTTP/2 itself sets no limit, and each may hold a request that is being read. */
const MAX_CONCURRENT_STREAMS = 100;

/** A connection whose other end is gone without a word is found by pings, one without calls is closed. */
const KEEPALIVE_MS = 60_000;
const KEEPALIVE_TIMEOUT_MS = 20_000;
const MAX_IDLE_MS = 10 * 60_000;

export interface GrpcServerPart extends Part {
  /** The port in use once started. */
  readonly port: number;
}

export function grpcServer(options: GrpcServerOptions): GrpcServerPart {
  // It writes to the console what it also gives us as errors.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server({
    'grpc.max_receive_message_length': options.maxRequestBytes,
    'grpc.max_concurrent_streams': MAX_CONCURRENT_STREAMS,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.max_connection_idle_ms': MAX_IDLE_MS,
    // Counts each call for a service that we do not offer.
    'grpc.enable_channelz': 0,
    ...(options.gate !== undefined && { interceptors: [gateInterceptor(options.gate, options.onBug)] }),
  });
  const credentials = grpcCredentials(options.tls ?? null);
  for (const method of options.methods) addMethod(server, method, options.onBug);
  let port = 0;
  let endGuard = (): void => undefined;
  return {
    name: 'gRPC server',
    get port() {
      return port;
    },
    start: async () => {
      port = await listen(server, credentials, options);
      if (options.guard !== undefined) endGuard = guardGrpc(server, options.guard);
    },
    stop: async () => {
      const stopped = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      if (!(await settlesWithin(options.stopTimeoutMs, stopped))) server.forceShutdown();
      endGuard();
    },
  };
}

function listen(
  server: Server,
  credentials: ServerCredentials,
  { host, port }: GrpcServerOptions,
): Promise<number> {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(explain(withCode(error), port));
    });
  });
}

/** grpc-js puts the system's code into the message alone. */
function withCode(error: Error): NodeJS.ErrnoException {
  return error.message.includes('EADDRINUSE') ? Object.assign(error, { code: 'EADDRINUSE' }) : error;
}

function gateInterceptor(gate: GrpcGate, onBug: (error: unknown) => void): ServerInterceptor {
  return (_method, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, onAdmitted) => {
            gate(metadata, callerOf(metadata, call))
              .catch((error: unknown): GrpcRefusal => {
                onBug(error);
                return { code: GRPC_STATUS.internal, message: 'internal error' };
              })
              .then((refusal) => {
                if (refusal === null) onAdmitted(metadata);
                else call.sendStatus(refused(refusal));
              })
              .catch(onBug);
          },
        }),
    });
}

/** Looked up when it is asked for: that takes a while, and most calls are asked for none of it. */
function callerOf(metadata: Metadata, call: Pick<Incoming, 'getPeer' | 'getAuthContext'>): Caller {
  return {
    header: (name) => metadata.get(name)[0]?.toString(),
    get address() {
      return addressOf(call.getPeer());
    },
    get subject() {
      // There is one only where it has been verified.
      return call.getAuthContext().sslPeerCertificate?.subject ?? null;
    },
  };
}

/** The signal is made for who asks: to grpc-js each call ends as cancelled, and an abort makes an error with its stack. */
function callOf(call: Incoming): GrpcCall {
  const caller = callerOf(call.metadata, call);
  let left: AbortController | null = null;
  return {
    visit: call.metadata,
    header: (name) => caller.header(name),
    get address() {
      return caller.address;
    },
    get subject() {
      return caller.subject;
    },
    get signal() {
      left ??= abortedWith(call);
      return left.signal;
    },
  };
}

function abortedWith(call: Incoming): AbortController {
  const left = new AbortController();
  if (call.cancelled) left.abort();
  else call.on('cancelled', () => left.abort());
  return left;
}

/** Without the port. */
function addressOf(peer: string): string {
  return /^\[?(.*?)\]?:\d+$/.exec(peer)?.[1] ?? peer;
}

function addMethod(
  server: Server,
  { path, streams = false, handle }: GrpcMethod,
  onBug: (error: unknown) => void,
): void {
  const asItIs = (bytes: Buffer): Buffer => bytes;
  const definition = {
    ...{ path, requestStream: false, responseStream: streams },
    ...{ requestSerialize: asItIs, requestDeserialize: asItIs },
    ...{ responseSerialize: asItIs, responseDeserialize: asItIs },
  };
  const answer = async (call: Incoming): Promise<Buffer[] | ServerErrorResponse> => {
    try {
      const result = await handle(call.request, callOf(call));
      if (result instanceof Uint8Array) return [Buffer.from(result)];
      if (isList(result)) return result.map((message) => Buffer.from(message));
      return refused(result);
    } catch (error) {
      onBug(error);
      return refused({ code: GRPC_STATUS.internal, message: 'internal error' });
    }
  };
  const unary = (call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>): void => {
    void answer(call).then((result) => {
      if (Array.isArray(result)) respond(null, result[0] ?? Buffer.alloc(0));
      else respond(result);
    });
  };
  const stream = (call: ServerWritableStream<Buffer, Buffer>): void => {
    void answer(call).then((result) => {
      if (!Array.isArray(result)) {
        call.emit('error', result);
        return;
      }
      for (const message of result) call.write(message);
      call.end();
    });
  };
  server.addService({ call: definition }, { call: streams ? stream : unary });
}

type Incoming = ServerUnaryCall<Buffer, Buffer> | ServerWritableStream<Buffer, Buffer>;

function isList(result: Uint8Array | readonly Uint8Array[] | GrpcRefusal): result is readonly Uint8Array[] {
  return Array.isArray(result);
}

function refused(refusal: GrpcRefusal): ServerErrorResponse & { code: GrpcStatus; details: string } {
  const { code, message } = refusal;
  return Object.assign(new Error(message), { code, details: message, metadata: statusDetails(refusal) });
}

/** The trailer `grpc-status-details-bin`: the status once more, with its details. */
function statusDetails({ code, message, retryAfterMs }: GrpcRefusal): Metadata {
  const metadata = new Metadata();
  if (retryAfterMs === undefined) return metadata;
  const retryDelay = { seconds: Math.floor(retryAfterMs / 1000), nanos: (retryAfterMs % 1000) * 1e6 };
  const details = [
    {
      type_url: 'type.googleapis.com/google.rpc.RetryInfo',
      value: google.rpc.RetryInfo.encode({ retryDelay }).finish(),
    },
  ];
  const withDetails = google.rpc.Status.encode({ code, message, details }).finish();
  metadata.set('grpc-status-details-bin', Buffer.from(withDetails));
  return metadata;
}
