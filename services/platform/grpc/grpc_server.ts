/**
 * A gRPC server on node:http2, as small as Spanmill's methods need it: each takes one message of bytes and gives one, or a stream of them.
 *
 * Not for decoding messages. A handler that throws is a bug: the error goes to `onBug`, the client gets INTERNAL.
 */
import { once } from 'node:events';
import { constants, type Http2Server, type ServerHttp2Session, type ServerOptions } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { limitConnections } from '../connection_limits.ts';
import { explain } from '../health_server.ts';
import { settlesWithin } from '../kafka/deadline.ts';
import type { Part } from '../lifecycle.ts';
import { createHttp2Server } from '../tls/http2_server.ts';
import type { ListenerTls } from '../tls/tls_files.ts';
import { ArrivalGuard, type GrpcGuardOptions } from './arrival_guard.ts';
import { GrpcConnection } from './grpc_connection.ts';
import type { GrpcGate, GrpcMethod } from './grpc_method.ts';
import { serveCall, type Service } from './serve_call.ts';

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

export interface GrpcServerPart extends Part {
  /** The port in use once started. */
  readonly port: number;
}

const HTTP2: ServerOptions = {
  // HTTP/2 itself sets no limit, and each may hold a request that is being read.
  settings: { maxConcurrentStreams: 100 },
  // Beyond it Node refuses new streams, also of those who did nothing wrong; the guard bounds what arrives.
  maxSessionMemory: Number.MAX_SAFE_INTEGER,
  // What a refusal says may be long: an error of nghttp2 in its place would say less.
  maxSendHeaderBlockLength: Number.MAX_SAFE_INTEGER,
  // Whether headers come twice that may come once: it is looked for in each answer, and there are none.
  strictSingleValueFields: false,
};

/**
 * What a connection may have sent before it waits for leave to send more. Its streams have their own windows, which are what bounds memory;
 * the 64 KiB that HTTP/2 begins with made calls on one connection wait for each other.
 * MEASURED, messages of 43.5 kB, eight at a time: 120 us of CPU a call, 232 without (RATIONALE.md, "What does a gRPC call cost?").
 */
const CONNECTION_WINDOW_BYTES = 1024 * 1024;

const TIMES = { pingEveryMs: 60_000, pingTimeoutMs: 20_000, maxIdleMs: 10 * 60_000 };

/** For what is left of a connection that was ended; then its socket is cut. */
const LAST_WORDS_MS = 1_000;

export function grpcServer(options: GrpcServerOptions): GrpcServerPart {
  const server = createHttp2Server(HTTP2, options.tls ?? null);
  const guard = options.guard === undefined ? null : new ArrivalGuard(options.guard);
  if (options.guard) limitConnections(server, options.guard.listener, options.guard.connections);
  const methods = new Map(options.methods.map((method) => [method.path, method]));
  const service: Service = { ...options, methods, gate: options.gate, guard };
  const sessions = new Set<ServerHttp2Session>();
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => keep(socket, sockets));
  server.on('session', (session: ServerHttp2Session) => {
    keep(session, sessions);
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    const connection = new GrpcConnection(session, TIMES);
    session.on('stream', (stream, headers) => serveCall(stream, headers, connection, service));
  });
  let port = 0;
  return {
    name: 'gRPC server',
    get port() {
      return port;
    },
    start: async () => {
      port = await listen(server, options);
      guard?.start();
    },
    stop: async () => {
      // Takes no connection more, and tells those that there are to make no call more.
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if (!(await settlesWithin(options.stopTimeoutMs, closed))) {
        for (const session of sessions) session.destroy(new Error('stopped'), constants.NGHTTP2_CANCEL);
        if (!(await settlesWithin(LAST_WORDS_MS, closed))) for (const socket of sockets) socket.destroy();
      }
      guard?.stop();
    },
  };
}

function keep<T extends Socket | ServerHttp2Session>(one: T, all: Set<T>): void {
  all.add(one);
  one.once('close', () => all.delete(one));
}

async function listen(server: Http2Server, { host, port }: GrpcServerOptions): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, port);
  }
  // Such as a connection that could not be taken for want of descriptors: the others go on.
  server.on('error', () => undefined);
  return (server.address() as AddressInfo).port;
}
