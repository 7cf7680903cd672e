/** `/healthz`, `/readyz` and `/metrics` of a service without an HTTP API of its own. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { MetricRegistry } from './metrics.ts';
import type { Part } from './lifecycle.ts';
import { createHttpServer } from './tls/http_server.ts';
import type { ListenerTls } from './tls/tls_files.ts';

export interface HealthServerOptions {
  readonly host: string;
  readonly port: number;
  /** Without it, connections are not encrypted. */
  readonly tls?: ListenerTls | null;
  readonly registry: MetricRegistry;
  /** Null when the service can do its work, else why not. */
  readonly notReady: () => string | null;
  /** What is to be known of a service that is ready all the same, or null. */
  readonly remark?: () => string | null;
}

export function healthServer(options: HealthServerOptions): Part {
  let server: Server | null = null;
  return {
    name: 'health server',
    start: () =>
      new Promise((resolve, reject) => {
        server = createHttpServer({}, options.tls ?? null, (request, response) => {
          answer(request, response, options).catch((error: unknown) => {
            send(response, 500, 'text/plain', `no answer: ${String(error)}\n`);
          });
        });
        server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, options.port)));
        server.listen(options.port, options.host, () => resolve());
      }),
    stop: () =>
      new Promise((resolve) => {
        if (server === null) return resolve();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Says what to do about the commonest reason that a server does not start. */
export function explain(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error;
  return new Error(`port ${port} is taken: stop what listens there, or choose another port by environment`, {
    cause: error,
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: HealthServerOptions,
): Promise<void> {
  const { registry, notReady, remark } = options;
  const path = (request.url ?? '/').split('?', 1)[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    send(response, 405, 'text/plain', 'only GET and HEAD\n');
  } else if (path === '/healthz') {
    send(response, 200, 'text/plain', 'ok\n');
  } else if (path === '/readyz') {
    const reason = notReady();
    send(response, reason === null ? 200 : 503, 'text/plain', `${reason ?? remark?.() ?? 'ready'}\n`);
  } else if (path === '/metrics') {
    send(response, 200, registry.contentType, await registry.expose());
  } else {
    send(response, 404, 'text/plain', 'not found; there are /healthz, /readyz and /metrics\n');
  }
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
