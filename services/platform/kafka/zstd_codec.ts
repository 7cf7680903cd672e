/** zstd for kafkajs, which brings gzip only. Off the main thread: a batch of a megabyte takes a millisecond. */
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { toZstd } from '../zstd.ts';

const decompress = promisify(zstdDecompress);

/** A batch that grows beyond this is no batch of ours. */
const MAX_BATCH_BYTES = 256 * 1024 * 1024;

const codec = {
  compress: (encoder: { readonly buffer: Buffer }): Promise<Buffer> => toZstd(encoder.buffer),
  decompress: (batch: Buffer): Promise<Buffer> => decompress(batch, { maxOutputLength: MAX_BATCH_BYTES }),
};

/** Makes kafkajs read and write zstd batches. */
export function registerZstd(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => codec;
}
