/**
 * A thin gRPC server on @grpc/grpc-js: unary methods that take and give bytes. gzip, deflate, the size limit after
 * decompression and UNIMPLEMENTED for unknown methods are grpc-js'.
 *
 * Not for decoding messages. A handler that throws is a bug: the error goes to `onBug`, the client gets INTERNAL.
 */
import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  logVerbosity,
  setLogVerbosity,
} from '@grpc/grpc-js';
import { google } from '../../proto/generated/index.js';
import { settlesWithin } from './kafka/deadline.ts';
import { explain } from './health_server.ts';
import type { Part } from './lifecycle.ts';

/** The codes of gRPC that Spanmill answers with. */
export const GRPC_STATUS = {
  invalidArgument: status.INVALID_ARGUMENT,
  notFound: status.NOT_FOUND,
  resourceExhausted: status.RESOURCE_EXHAUSTED,
  unimplemented: status.UNIMPLEMENTED,
  internal: status.INTERNAL,
  unavailable: status.UNAVAILABLE,
} as const;

export type GrpcStatus = (typeof GRPC_STATUS)[keyof typeof GRPC_STATUS];

export interface GrpcRefusal {
  readonly code: GrpcStatus;
  readonly message: string;
  /** Sent as google.rpc.RetryInfo; clients take RESOURCE_EXHAUSTED for final without it. */
  readonly retryAfterMs?: number;
}

export interface GrpcMethod {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** The response message, or why there is none. The request is the handler's. */
  readonly handle: (request: Buffer) => Promise<Uint8Array | GrpcRefusal>;
}

export interface GrpcServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Largest request, after decompression; larger ones get RESOURCE_EXHAUSTED. */
  readonly maxRequestBytes: number;
  readonly methods: readonly GrpcMethod[];
  /** Calls under way when the server stops are waited for this long. */
  readonly stopTimeoutMs: number;
  readonly onBug: (error: unknown) => void;
}

/** Streams a connection may have open: HTTP/2 itself sets no limit, and each may hold a request that is being read. */
const MAX_CONCURRENT_STREAMS = 100;

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
  });
  for (const method of options.methods) addMethod(server, method, options.onBug);
  let port = 0;
  return {
    name: 'gRPC server',
    get port() {
      return port;
    },
    start: async () => {
      port = await listen(server, options);
    },
    stop: async () => {
      const stopped = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      if (!(await settlesWithin(options.stopTimeoutMs, stopped))) server.forceShutdown();
    },
  };
}

function listen(server: Server, { host, port }: GrpcServerOptions): Promise<number> {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(explain(withCode(error), port));
    });
  });
}

/** grpc-js puts the system's code into the message alone. */
function withCode(error: Error): NodeJS.ErrnoException {
  return error.message.includes('EADDRINUSE') ? Object.assign(error, { code: 'EADDRINUSE' }) : error;
}

function addMethod(server: Server, { path, handle }: GrpcMethod, onBug: (error: unknown) => void): void {
  const asItIs = (bytes: Buffer): Buffer => bytes;
  const call = ({ request }: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void => {
    handle(request).then(
      (result) => {
        if (result instanceof Uint8Array) answer(null, Buffer.from(result));
        else answer({ code: result.code, details: result.message, metadata: statusDetails(result) });
      },
      (error: unknown) => {
        answer({ code: GRPC_STATUS.internal, details: 'internal error' });
        onBug(error);
      },
    );
  };
  const definition = {
    ...{ path, requestStream: false, responseStream: false },
    ...{ requestSerialize: asItIs, requestDeserialize: asItIs },
    ...{ responseSerialize: asItIs, responseDeserialize: asItIs },
  };
  server.addService({ call: definition }, { call });
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
