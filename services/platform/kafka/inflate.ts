/** Undoes the compression of a batch, within a limit: some kilobytes may become gigabytes. */
import { gunzipSync } from 'node:zlib';
import { fromZstdSync } from '../zstd.ts';
import { COMPRESSION } from './batch_layout.ts';

/** Throws, in words for a dead letter, where it cannot be undone. `compression` as the batch's attributes say it. */
export type Inflate = (body: Buffer, compression: number) => Buffer;

/** No batch of ours is larger than 16 MiB before compression: the largest request. */
export const MAX_BATCH_BYTES = 64 * 1024 * 1024;

/** What Node.js itself can undo. */
export const inflate: Inflate = (body, compression) => {
  try {
    switch (compression) {
      case COMPRESSION.none:
        return body;
      case COMPRESSION.gzip:
        return gunzipSync(body, { maxOutputLength: MAX_BATCH_BYTES });
      case COMPRESSION.zstd:
        return fromZstdSync(body, MAX_BATCH_BYTES);
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(error) : error;
  }
  throw new Error(
    'this client cannot undo its compression: have the producer use zstd, gzip or none, ' +
      'or read with SPANMILL_KAFKA_CLIENT=direct',
  );
};

export function tooLarge(cause?: unknown): RangeError {
  return new RangeError(`it inflates to more than ${MAX_BATCH_BYTES} bytes`, { cause });
}
