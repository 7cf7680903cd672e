/**
 * Reads the body of an HTTP request, decompressed, within limits that hold at every moment: no body is read or inflated
 * further than it is allowed to be. What came is counted in the request's lease.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip, createInflate, createZstdDecompress, type ZlibOptions } from 'node:zlib';
import type { Lease } from './in_flight.ts';

export type Body =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | { readonly kind: 'too_large' }
  /** The lease could not grow. */
  | { readonly kind: 'overloaded' }
  | { readonly kind: 'corrupt'; readonly problem: string }
  /** The client went away before its request was whole. */
  | { readonly kind: 'gone' };

/** Fewer, larger pieces than zlib's 16 KiB. */
const ZLIB: ZlibOptions = { chunkSize: 64 * 1024 };

const DECOMPRESSORS = {
  gzip: () => createGunzip(ZLIB),
  deflate: () => createInflate(ZLIB),
  zstd: () => createZstdDecompress({ chunkSize: 64 * 1024 }),
};

export type ContentEncoding = 'identity' | keyof typeof DECOMPRESSORS;

export const CONTENT_ENCODINGS: readonly ContentEncoding[] = ['identity', 'gzip', 'deflate', 'zstd'];

/** After any kind but `body` and `gone` the rest of the request has not been read: see `discardRest`. */
export async function readBody(
  request: Readable,
  encoding: ContentEncoding,
  maxBytes: number,
  lease: Lease,
): Promise<Body> {
  const received = await collect(request, maxBytes, lease);
  if (received.kind === 'corrupt') return { kind: 'gone' }; // the connection broke
  if (received.kind !== 'body' || encoding === 'identity') return received;
  const decompressor = DECOMPRESSORS[encoding]();
  decompressor.end(received.bytes);
  const body = await collect(decompressor, maxBytes, lease);
  decompressor.destroy();
  lease.shrink(received.bytes.length);
  return body;
}

function collect(source: Readable, maxBytes: number, lease: Lease): Promise<Body> {
  // It left while it was being asked who it is: nothing more will be told of it.
  if (source.destroyed) return Promise.resolve({ kind: 'gone' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > maxBytes) finish({ kind: 'too_large' });
      else if (!lease.grow(chunk.length)) finish({ kind: 'overloaded' });
      else chunks.push(chunk);
    };
    const finish = (body: Body): void => {
      source.off('data', onData);
      source.pause();
      resolve(body);
    };
    source.on('data', onData);
    source.once('end', () => finish({ kind: 'body', bytes: joined(chunks) }));
    source.once('error', (error) => finish({ kind: 'corrupt', problem: error.message }));
    source.once('close', () => finish({ kind: 'gone' }));
  });
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
}

/** Long enough for the answer to arrive. */
const DISCARD_MS = 1_000;

/**
 * For a request that is answered before it was read: closing at once would reset the connection, and the client would
 * see that in place of the answer. So what it still sends is thrown away for a moment, then the connection is cut.
 */
export function discardRest(request: IncomingMessage): void {
  if (request.complete) return;
  const timer = setTimeout(() => request.socket.destroy(), DISCARD_MS);
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
  request.resume();
}
