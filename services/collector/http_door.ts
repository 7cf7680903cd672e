/**
 * One HTTP server for the routes of one protocol family: OTLP, Zipkin, Jaeger.
 *
 * Not for what a route means: its handler gives the answer as a value, and this writes it. Who may not come in, and unknown
 * paths and methods, are answered in the family's own form (`refusal`). A handler that throws is a bug.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { limitConnections, type ConnectionLimits } from '../platform/connection_limits.ts';
import { explain } from '../platform/health_server.ts';
import { settlesWithin } from '../platform/kafka/deadline.ts';
import type { Part } from '../platform/lifecycle.ts';
import { callerOf } from '../platform/auth/http_caller.ts';
import { createHttpServer } from '../platform/tls/http_server.ts';
import type { ListenerTls } from '../platform/tls/tls_files.ts';
import type { Doorman } from './doorman.ts';
import { discardRest } from './http_body.ts';
import { methodNotAllowed, notFound, type HeaderRefusal } from './http_headers.ts';
import type { CollectorMetrics } from './metrics.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

export interface HttpRoute {
  /** Answered whoever asks: for probes, which have no credentials. */
  readonly isOpen?: boolean;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Null where the client is gone. */
  readonly handle: (request: IncomingMessage) => Promise<HttpAnswer | null>;
}

export interface HttpDoorOptions {
  /** In metrics, for what no route takes: `http`, `zipkin` ... */
  readonly protocol: string;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Without it, connections are not encrypted. */
  readonly tls?: ListenerTls | null;
  readonly maxRequestBytes: number;
  readonly requestTimeoutMs: number;
  /** Requests under way when the server stops are waited for this long. */
  readonly stopTimeoutMs: number;
  /** Without them there may be any number. */
  readonly connections?: ConnectionLimits;
  readonly doorman: Pick<Doorman, 'admit'>;
  readonly routes: readonly HttpRoute[];
  readonly refusal: (request: IncomingMessage, refusal: HeaderRefusal) => HttpAnswer;
  readonly metrics: Pick<CollectorMetrics, 'requests'>;
  readonly isStopping: () => boolean;
  readonly onBug: (error: unknown) => void;
}

export interface HttpDoor extends Part {
  /** The port in use once started. */
  readonly port: number;
}

/** Longer than the idle time of common load balancers, or they would send into a closing connection. */
const KEEP_ALIVE_MS = 75_000;
/** All headers of a request, its line included. */
const MAX_HEADER_BYTES = 16 * 1024;
/** A client must have sent them within this time, also the first ones of a connection. */
const MAX_HEADERS_MS = 10_000;
/** A connection on which nothing moves either way, such as one whose client does not read its answers. */
const SILENT_SOCKET_MS = 120_000;
/** Requests of a connection under way at a time. */
const MAX_PIPELINED = 4;
/** How often Node looks for requests that take too long. */
const TIMEOUT_CHECK_MS = 1_000;

export function httpDoor(options: HttpDoorOptions): HttpDoor {
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    requestTimeout: options.requestTimeoutMs,
    headersTimeout: Math.min(options.requestTimeoutMs, MAX_HEADERS_MS),
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  };
  const server = createHttpServer(limits, options.tls ?? null);
  server.timeout = SILENT_SOCKET_MS;
  if (options.connections) limitConnections(server, options.protocol, options.connections);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const outcome = refuseBytes(error, socket);
    if (outcome !== null) options.metrics.requests.add(1, { protocol: options.protocol, outcome });
  });
  const serve = (
    request: IncomingMessage,
    response: ServerResponse,
    onAdmitted: () => void = () => undefined,
  ): void => {
    answer(request, response, options, onAdmitted).catch((error: unknown) => {
      response.destroy();
      options.onBug(error);
    });
  };
  server.on('request', (request, response) => {
    if (takesTurn(request, response)) serve(request, response);
    else options.metrics.requests.add(1, { protocol: options.protocol, outcome: 'pipelined' });
  });
  server.on('checkContinue', (request, response) => {
    serve(request, response, () => {
      if (contentLength(request) <= options.maxRequestBytes) response.writeContinue();
    });
  });
  let port = 0;
  return {
    name: `HTTP server (${options.protocol})`,
    get port() {
      return port;
    },
    start: async () => {
      port = await listen(server, options);
    },
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if (!(await settlesWithin(options.stopTimeoutMs, closed))) server.closeAllConnections();
    },
  };
}

export const contentLength = ({ headers }: IncomingMessage): number => Number(headers['content-length'] ?? 0);

function listen(server: Server, { host, port }: HttpDoorOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port)));
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Requests of a connection that wait for their answers. */
const unanswered = new WeakMap<Socket, number>();

/**
 * No exporter sends its next request before the answer to the last. A client that does can make thousands with one write, and Node
 * would begin them all at once: its connection is cut.
 */
function takesTurn({ socket }: IncomingMessage, response: ServerResponse): boolean {
  const waiting = (unanswered.get(socket) ?? 0) + 1;
  unanswered.set(socket, waiting);
  response.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
  if (waiting <= MAX_PIPELINED) return true;
  socket.destroy();
  stopParsing(socket);
  return false;
}

/** What a parser's `onIncoming` answers where no HTTP follows. */
const NO_MORE_HTTP = 2;

/**
 * Node goes on with what it had read of a connection that is cut, a hundred requests in 13 KiB, and has no public way to stop it: 50
 * such connections kept everybody else waiting for 140 ms, and for 15 ms with this. Without the field it is as it was.
 */
function stopParsing(socket: Socket & { parser?: { onIncoming?: unknown } | null }): void {
  if (socket.parser?.onIncoming) socket.parser.onIncoming = () => NO_MORE_HTTP;
}

/** Answers what is no HTTP, too large or too slow, as Node does by itself; what it was, or null where the client has just left. */
function refuseBytes(
  error: NodeJS.ErrnoException,
  socket: Duplex,
): 'malformed' | 'too_large' | 'slow' | null {
  const hasLeft = error.code === 'ECONNRESET' || error.code === 'HPE_INVALID_EOF_STATE';
  if (hasLeft || !socket.writable) {
    socket.destroy();
    return null;
  }
  const [kind, line] = BYTE_REFUSALS.get(error.code ?? '') ?? (['malformed', '400 Bad Request'] as const);
  socket.end(`HTTP/1.1 ${line}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
  return kind;
}

const BYTE_REFUSALS: ReadonlyMap<string, readonly ['too_large' | 'slow', string]> = new Map([
  ['HPE_HEADER_OVERFLOW', ['too_large', '431 Request Header Fields Too Large']],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', ['too_large', '413 Payload Too Large']],
  ['ERR_HTTP_REQUEST_TIMEOUT', ['slow', '408 Request Timeout']],
]);

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpDoorOptions,
  onAdmitted: () => void,
): Promise<void> {
  const found = findRoute(request, options.routes);
  const isOpen = 'handle' in found && found.isOpen === true;
  const refusal = isOpen ? null : await options.doorman.admit(request, callerOf(request));
  if (refusal === null) onAdmitted();
  const route = refusal ?? found;
  const given = 'handle' in route ? await route.handle(request) : refuse(request, route, options);
  if (given === null) return;
  // Node would keep the connection for the next request, which nobody is there to answer.
  if (options.isStopping() && request.complete) response.setHeader('connection', 'close');
  const { status, headers, body } = given;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
  discardRest(request);
}

function findRoute(
  { url = '', method }: IncomingMessage,
  routes: readonly HttpRoute[],
): HttpRoute | HeaderRefusal {
  const path = url.split('?', 1)[0];
  const here = routes.filter((route) => route.path === path);
  if (here.length === 0) return notFound(routes.map((route) => route.path));
  return here.find((route) => route.method === method) ?? methodNotAllowed(here.map((route) => route.method));
}

function refuse(request: IncomingMessage, refusal: HeaderRefusal, options: HttpDoorOptions): HttpAnswer {
  options.metrics.requests.add(1, { protocol: options.protocol, outcome: refusal.kind });
  return options.refusal(request, refusal);
}
