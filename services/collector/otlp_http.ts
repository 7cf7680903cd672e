/**
 * OTLP/HTTP: POST /v1/traces in protobuf or JSON, answered in the same.
 *
 * Not for what a request means (intake.ts). Every error has a google.rpc.Status as its body (OTLP specification,
 * "OTLP/HTTP Response"); an outage is never a 500.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { explain } from '../platform/health_server.ts';
import { settlesWithin } from '../platform/kafka/deadline.ts';
import type { Part } from '../platform/lifecycle.ts';
import {
  refusalOf,
  statusBytes,
  statusJson,
  successBytes,
  successJson,
  type StatusMessage,
} from './answers.ts';
import { discardRest, readBody } from './http_body.ts';
import {
  contentTypeOf,
  JSON_TYPE,
  PROTOBUF,
  readHeaders,
  type ContentType,
  type Export,
} from './http_headers.ts';
import type { InFlight } from './in_flight.ts';
import type { Intake, Outcome, Protocol } from './intake.ts';
import type { CollectorMetrics } from './metrics.ts';

export interface OtlpHttpOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly maxRequestBytes: number;
  readonly requestTimeoutMs: number;
  /** Requests under way when the server stops are waited for this long. */
  readonly stopTimeoutMs: number;
  readonly intake: Pick<Intake, 'take'>;
  readonly inFlight: InFlight;
  readonly metrics: Pick<CollectorMetrics, 'requests'>;
  readonly isStopping: () => boolean;
  readonly onBug: (error: unknown) => void;
}

export interface OtlpHttpServer extends Part {
  /** The port in use once started. */
  readonly port: number;
}

/** Longer than the idle time of common load balancers, or they would send into a closing connection. */
const KEEP_ALIVE_MS = 75_000;
/** How often Node looks for requests that take too long. */
const TIMEOUT_CHECK_MS = 1_000;

export function otlpHttpServer(options: OtlpHttpOptions): OtlpHttpServer {
  const server = createServer({
    requestTimeout: options.requestTimeoutMs,
    headersTimeout: options.requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  });
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response, options).catch((error: unknown) => {
      response.destroy();
      options.onBug(error);
    });
  };
  server.on('request', serve);
  server.on('checkContinue', (request, response) => {
    if (contentLength(request) <= options.maxRequestBytes) response.writeContinue();
    serve(request, response);
  });
  let port = 0;
  return {
    name: 'OTLP/HTTP server',
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

function listen(server: Server, { host, port }: OtlpHttpOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port)));
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: OtlpHttpOptions,
): Promise<void> {
  const asked = readHeaders(request);
  if (asked.kind !== 'export') {
    options.metrics.requests.add(1, { protocol: 'http', outcome: asked.kind });
    const contentType = contentTypeOf(request.headers['content-type']) ?? JSON_TYPE;
    send(response, asked.httpStatus, contentType, statusBody(contentType, asked), asked.headers);
  } else {
    const { contentType } = asked;
    const protocol = contentType === PROTOBUF ? 'http/protobuf' : 'http/json';
    const outcome = await takeRequest(request, asked, protocol, options);
    options.metrics.requests.add(1, { protocol, outcome: outcome.kind });
    if (outcome.kind === 'gone') return;
    // Node would keep the connection for the next request, which nobody is there to answer.
    if (options.isStopping() && request.complete) response.setHeader('connection', 'close');
    sendOutcome(response, contentType, outcome);
  }
  discardRest(request);
}

/** The request's lease lasts from its first byte until Kafka has answered. */
async function takeRequest(
  request: IncomingMessage,
  { encoding }: Export,
  protocol: Protocol,
  { inFlight, intake, isStopping, maxRequestBytes }: OtlpHttpOptions,
): Promise<Outcome | { readonly kind: 'gone' }> {
  if (isStopping()) return { kind: 'unavailable', problem: 'the collector is stopping' };
  if (contentLength(request) > maxRequestBytes) return tooLarge(maxRequestBytes);
  const lease = inFlight.lease();
  try {
    const body = await readBody(request, encoding, maxRequestBytes, lease);
    switch (body.kind) {
      case 'body':
        return await intake.take(body.bytes, protocol);
      case 'too_large':
        return tooLarge(maxRequestBytes);
      case 'corrupt':
        return { kind: 'malformed', problem: `the body is no ${encoding}: ${body.problem}` };
      case 'overloaded':
      case 'gone':
        return body;
    }
  } finally {
    lease.release();
  }
}

const contentLength = ({ headers }: IncomingMessage): number => Number(headers['content-length'] ?? 0);

function tooLarge(maxBytes: number): Outcome {
  return { kind: 'too_large', problem: `a request has at most ${maxBytes} bytes after decompression` };
}

function sendOutcome(response: ServerResponse, contentType: ContentType, outcome: Outcome): void {
  if (outcome.kind === 'stored') {
    const success = contentType === JSON_TYPE ? successJson : successBytes;
    send(response, 200, contentType, success(outcome.rejected), {});
    return;
  }
  const refusal = refusalOf(outcome);
  const { retryAfterMs } = refusal;
  const headers = retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
  send(response, refusal.httpStatus, contentType, statusBody(contentType, refusal), headers);
}

function statusBody(contentType: ContentType, status: StatusMessage): Uint8Array | string {
  return contentType === JSON_TYPE ? statusJson(status) : statusBytes(status);
}

function send(
  response: ServerResponse,
  httpStatus: number,
  contentType: ContentType,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(httpStatus, {
    ...headers,
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
