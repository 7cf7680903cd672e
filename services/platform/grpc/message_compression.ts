/** What compressed messages are read by. Nothing is inflated further than a message may be large. */
import { gunzip, inflate } from 'node:zlib';
import { GRPC_STATUS, type GrpcRefusal } from './grpc_status.ts';

/** gRPC's deflate is zlib's format. */
const INFLATERS = { deflate: inflate, gzip: gunzip };

export type Compression = keyof typeof INFLATERS;

/** For the header that every answer carries. */
export const ACCEPTED_ENCODINGS = ['identity', ...Object.keys(INFLATERS)].join(',');

/** Fewer, larger pieces than zlib's 16 KiB. */
const CHUNK_BYTES = 64 * 1024;

export const isCompression = (encoding: string): encoding is Compression =>
  Object.hasOwn(INFLATERS, encoding);

export function inflated(
  bytes: Buffer,
  compression: Compression,
  maxBytes: number,
): Promise<Buffer | GrpcRefusal> {
  // There is no stream without a byte, but some clients say so of the message that is empty.
  if (bytes.length === 0) return Promise.resolve(bytes);
  return new Promise((resolve) => {
    INFLATERS[compression](bytes, { maxOutputLength: maxBytes, chunkSize: CHUNK_BYTES }, (error, message) => {
      resolve(error === null ? message : refusalOf(error, compression, maxBytes));
    });
  });
}

function refusalOf(error: NodeJS.ErrnoException, compression: Compression, maxBytes: number): GrpcRefusal {
  if (error.code === 'ERR_BUFFER_TOO_LARGE') {
    const message = `the message is larger than the ${maxBytes} bytes that may be sent once it is decompressed`;
    return { code: GRPC_STATUS.resourceExhausted, message };
  }
  return { code: GRPC_STATUS.internal, message: `the message cannot be decompressed by ${compression}` };
}
