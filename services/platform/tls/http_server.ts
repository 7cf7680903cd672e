/** A server for HTTP/1.1, over TLS where there are files for it. */
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { ListenerTls } from './tls_files.ts';

/** Not listening yet. With TLS it takes connections only once the files are read. */
export function createHttpServer(
  options: ServerOptions,
  tls: ListenerTls | null,
  onRequest?: RequestListener,
): Server {
  if (tls === null) return createServer(options, onRequest);
  const server = createTlsServer({ ...options, ...tls.options }, onRequest);
  tls.attach((context) => server.setSecureContext(context));
  return server;
}
