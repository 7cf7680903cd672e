/** A server for HTTP/2 alone, over TLS where there are files for it. */
import { createSecureServer, createServer, type Http2Server, type ServerOptions } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { ListenerTls } from './tls_files.ts';

/** Not listening yet. With TLS it takes connections only once the files are read, and of those that agree on `h2`. */
export function createHttp2Server(options: ServerOptions, tls: ListenerTls | null): Http2Server {
  if (tls === null) return createServer(options);
  const server = createSecureServer({ ...options, ...tls.options });
  tls.attach((context) => server.setSecureContext(context));
  // Of a connection that breaks before it has a session; nobody else listens for it then.
  server.on('secureConnection', (socket: TLSSocket) => socket.on('error', () => undefined));
  return server;
}
