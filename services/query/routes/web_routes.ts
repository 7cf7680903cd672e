/**
 * The web page: its files, and its views' addresses, each of which is the same document.
 *
 * Only the paths of views are taken, so that nothing hides a path of an API, whoever adds one. What the page may load
 * and ask is in security_headers.ts.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { takesGzip } from '../compression.ts';
import { Problem } from '../problem.ts';
import { PAGE_POLICY } from '../security_headers.ts';
import type { WebFile, WebFiles } from '../web_files.ts';

/** As the page's router has them (services/web/router/view.ts); a test holds it. */
export const VIEW_PATHS = [
  '/',
  '/search',
  '/trace/:id',
  '/compare',
  '/compare/:id/:other',
  '/services',
  '/services/:service',
  '/map',
  '/pipeline',
] as const;

const NOT_BUILT = 'the web page has not been built: run `make page`, then start this service again';

/** Scripts and styles, the same for everybody. The page itself needs a credential, so that the browser asks for it. */
const OPEN = { config: { open: true } };

export function webRoutes(app: FastifyInstance, files: WebFiles | null): void {
  for (const path of VIEW_PATHS) {
    app.get(path, (request, reply) => {
      const page = files?.get('index.html');
      if (page === undefined) throw new Problem(503, NOT_BUILT);
      return send(request, reply, page);
    });
  }
  for (const [path, file] of files ?? []) {
    if (path !== 'index.html') app.get(`/${path}`, OPEN, (request, reply) => send(request, reply, file));
  }
}

function send(request: FastifyRequest, reply: FastifyReply, file: WebFile): FastifyReply {
  void reply
    .header('content-security-policy', PAGE_POLICY)
    .header('etag', file.etag)
    .header('vary', 'accept-encoding')
    .header('cache-control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (request.headers['if-none-match']?.includes(file.etag) === true) return reply.code(304).send();
  void reply.type(file.type);
  // Said here in either case: what is said already is not compressed again.
  if (!takesGzip(request)) return reply.header('content-encoding', 'identity').send(file.body);
  return reply.header('content-encoding', 'gzip').send(file.gzipped);
}
