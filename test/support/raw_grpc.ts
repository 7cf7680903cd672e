/** gRPC calls written by hand over HTTP/2, for what no client sends, and for what each answers to the letter. */
import {
  connect,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import {
  grpcServer,
  type GrpcServerOptions,
  type GrpcServerPart,
} from '../../services/platform/grpc/grpc_server.ts';

export const ECHO = '/a.B/Echo';
export const MAX_BYTES = 1_000;

/** One method that answers with its request, unless told otherwise. What a handler throws is collected, not thrown. */
export async function startGrpc(options: Partial<GrpcServerOptions> = {}): Promise<{
  readonly server: GrpcServerPart;
  readonly bugs: unknown[];
}> {
  const bugs: unknown[] = [];
  const server = grpcServer({
    ...{ host: '127.0.0.1', port: 0, maxRequestBytes: MAX_BYTES, stopTimeoutMs: 1_000 },
    methods: [{ path: ECHO, handle: (bytes) => Promise.resolve(bytes) }],
    onBug: (error) => bugs.push(error),
    ...options,
  });
  await server.start();
  return { server, bugs };
}

export function openSession(port: number): ClientHttp2Session {
  return connect(`http://127.0.0.1:${port}`).on('error', () => undefined);
}

/** A message with its prefix. */
export function prefixed(message: Uint8Array, flag = 0, length = message.length): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag, 0);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

export interface RawAnswer {
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Of the stream's end. */
  readonly rstCode: number;
  /** `grpc-status`, wherever it came; null where it did not. */
  readonly code: number | null;
}

export interface RawCall {
  readonly headers?: OutgoingHttpHeaders;
  /** Written one after the other; without `end` the stream stays open. */
  readonly body?: readonly Uint8Array[];
  readonly end?: boolean;
}

export function rawCall(session: ClientHttp2Session, call: RawCall = {}): Promise<RawAnswer> {
  const stream = session.request({
    ...{ ':method': 'POST', ':path': ECHO, 'content-type': 'application/grpc', te: 'trailers' },
    ...call.headers,
  });
  let headers: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders = {};
  const body: Buffer[] = [];
  stream.on('error', () => undefined);
  stream.on('response', (given: IncomingHttpHeaders) => (headers = given));
  stream.on('trailers', (given: IncomingHttpHeaders) => (trailers = given));
  stream.on('data', (chunk: Buffer) => body.push(chunk));
  for (const piece of call.body ?? []) stream.write(piece);
  if (call.end !== false) stream.end();
  return new Promise((resolve) => {
    stream.once('close', () => {
      const status = trailers['grpc-status'] ?? headers['grpc-status'];
      const code = status === undefined ? null : Number(status);
      resolve({ headers, trailers, body: Buffer.concat(body), rstCode: stream.rstCode, code });
    });
  });
}
