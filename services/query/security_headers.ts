/**
 * What a browser may do with an answer: nothing, unless it is the page. The page loads its own files and asks this service, and that
 * is all; it has no script or style in its document, nor any that another origin could put there.
 */
import type { FastifyInstance } from 'fastify';

/** Of data, which are to be read by programs. */
const DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': DATA_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/** A browser that was here over TLS comes back over TLS only; a year is what lists of such sites ask for. */
const STRICT_TRANSPORT = 'max-age=31536000';

/** On every answer; what a route says itself stays. */
export function sayHowToShow(app: FastifyInstance, isEncrypted: boolean): void {
  const headers = isEncrypted ? { ...HEADERS, 'strict-transport-security': STRICT_TRANSPORT } : HEADERS;
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
}
