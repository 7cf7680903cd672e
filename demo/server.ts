/**
 * The small HTTP server under every service of the shop: routes by pattern, JSON in and out, an orderly stop.
 * On SIGTERM it answers what it has accepted; then nothing keeps the process alive, and it ends.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { propagation, SpanStatusCode, trace } from '@opentelemetry/api';
import { readDemoConfig, shopPort, type DemoConfig, type ShopService } from './settings.ts';

export interface Call {
  /** Values of the `{name}` parts of the route. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly header: (name: string) => string | undefined;
}

export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
}

export type Handler = (call: Call) => Reply | Promise<Reply>;

/** `GET /products/{id}` and what answers it. */
export type Routes = Readonly<Record<string, Handler>>;

/** An answer that is not a success; its message goes to the client. */
export class HttpError extends Error {
  override name = 'HttpError';
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

interface Route {
  readonly method: string;
  readonly pattern: string;
  readonly segments: readonly string[];
  readonly handler: Handler;
}

const MAX_BODY_BYTES = 64 * 1024;

/** Listens on the service's port; `onStop` ends what the service does besides. */
export function serve(service: ShopService, routes: Routes, onStop: () => void = () => undefined): Server {
  const config: DemoConfig = readDemoConfig(process.env);
  const table = Object.entries(routes).map(([name, handler]) => parseRoute(name, handler));
  const server = createServer((request, response) => {
    void answer(table, request, response);
  });
  server.listen(shopPort(config, service), config.host);
  const stop = () => {
    onStop();
    server.close();
    server.closeIdleConnections();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  return server;
}

function parseRoute(name: string, handler: Handler): Route {
  const [method = '', pattern = ''] = name.split(' ');
  return { method, pattern, segments: pattern.split('/'), handler };
}

async function answer(
  table: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://shop');
  const isProbe = url.pathname === '/healthz';
  const reply = isProbe ? { body: { status: 'ok' } } : await handle(table, request, url).catch(failure);
  send(response, reply.status ?? 200, reply.body);
}

async function handle(table: readonly Route[], request: IncomingMessage, url: URL): Promise<Reply> {
  const segments = url.pathname.split('/');
  for (const route of table) {
    const params = match(route, request.method ?? 'GET', segments);
    if (params === null) continue;
    nameSpan(route);
    return route.handler({
      params,
      query: url.searchParams,
      body: await readJson(request),
      header: (name) => request.headers[name] as string | undefined,
    });
  }
  throw new HttpError(404, `there is no ${request.method ?? ''} ${url.pathname}`);
}

function match(route: Route, method: string, segments: readonly string[]): Record<string, string> | null {
  if (route.method !== method || route.segments.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, segment] of route.segments.entries()) {
    const given = segments[index] ?? '';
    if (segment.startsWith('{')) params[segment.slice(1, -1)] = decodeURIComponent(given);
    else if (segment !== given) return null;
  }
  return params;
}

/** The instrumentation knows the path only; the route is known here. So is what the caller said of the user. */
function nameSpan(route: Route): void {
  const span = trace.getActiveSpan();
  span?.updateName(`${route.method} ${route.pattern}`);
  span?.setAttribute('http.route', route.pattern);
  const tier = propagation.getActiveBaggage()?.getEntry('user.tier')?.value;
  if (tier !== undefined) span?.setAttribute('user.tier', tier);
}

/** A refusal is an answer like others; anything else is an error of this service, and its span says so. */
function failure(error: unknown): Reply {
  if (error instanceof HttpError && error.status < 500) {
    return { status: error.status, body: { error: error.message } };
  }
  const reason = error instanceof Error ? error : new Error(String(error));
  const span = trace.getActiveSpan();
  span?.recordException(reason);
  span?.setStatus({ code: SpanStatusCode.ERROR, message: reason.message });
  return { status: error instanceof HttpError ? error.status : 500, body: { error: reason.message } };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new HttpError(413, `a body may have ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new HttpError(400, 'the body is no JSON', { cause: error });
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
