/** Bodies of HTTP requests in every encoding: none may inflate beyond its limit, and all of a lease is given back. */
import { Readable } from 'node:stream';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { readBody, type ContentEncoding } from '../../services/collector/http_body.ts';
import { InFlight } from '../../services/collector/in_flight.ts';
import { PROTOBUF_SEEDS } from './seeds.ts';
import type { FuzzTarget } from './target.ts';

const MAX_BYTES = 65_536;
const BOMB = Buffer.alloc(1024 * 1024);

function target(encoding: ContentEncoding, compress: (bytes: Uint8Array) => Uint8Array): FuzzTarget {
  return {
    name: `http_body/${encoding}`,
    seeds: [...PROTOBUF_SEEDS, BOMB, new Uint8Array(0)].map(compress),
    run: async (bytes) => {
      const inFlight = new InFlight(4 * MAX_BYTES);
      const lease = inFlight.lease({ tenant: 'default' });
      const body = await readBody(Readable.from([Buffer.from(bytes)]), encoding, MAX_BYTES, lease);
      if (body.kind === 'body' && body.bytes.length > MAX_BYTES) throw new Error('a body beyond its limit');
      lease.release();
      if (inFlight.bytes !== 0) throw new Error('a lease that was not given back whole');
      return body.kind === 'corrupt' ? body.problem : body.kind;
    },
  };
}

export const targets: readonly FuzzTarget[] = [
  target('gzip', (bytes) => gzipSync(bytes)),
  target('deflate', (bytes) => deflateSync(bytes)),
  target('zstd', (bytes) => zstdCompressSync(bytes)),
];
