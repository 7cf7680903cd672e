/** Who calls by HTTP, as far as the request and its connection tell. */
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Caller } from './presented.ts';

export function callerOf(request: IncomingMessage): Caller {
  const { headers, socket } = request;
  return {
    header: (name) => [headers[name]].flat()[0],
    address: socket.remoteAddress ?? '',
    // A certificate that no authority of ours vouches for says nothing.
    subject: socket instanceof TLSSocket && socket.authorized ? socket.getPeerCertificate().subject : null,
  };
}
