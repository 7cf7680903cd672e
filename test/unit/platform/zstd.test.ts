import { buffer } from 'node:stream/consumers';
import { createZstdCompress } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { contentBytes, fromZstdSync, toZstd, toZstdSync } from '../../../services/platform/zstd.ts';

const MIB = 1024 * 1024;
const repetitive = (length: number): Buffer => Buffer.alloc(length, 'spans of a shop ');
/** As a stream is compressed whose length nobody knows. */
function inPieces(bytes: Buffer): Promise<Buffer> {
  const stream = createZstdCompress();
  stream.write(bytes.subarray(0, 1_000));
  stream.end(bytes.subarray(1_000));
  return buffer(stream);
}

/** Where the size stands in a frame of so many bytes: after magic and descriptor. */
const SIZE_AT = 5;

describe('zstd', () => {
  it.each([0, 1, 63, 64, 255, 256, 65_535, 65_791, 65_792, 200_000, 5 * MIB])(
    'gives %i bytes back, and says before how many they are',
    async (length) => {
      const bytes = repetitive(length);
      for (const frame of [toZstdSync(bytes), await toZstd(bytes)]) {
        expect(contentBytes(frame)).toBe(length);
        expect(fromZstdSync(frame, 8 * MIB).equals(bytes)).toBe(true);
      }
    },
  );

  it('reads frames that do not say their size', async () => {
    const frame = await inPieces(repetitive(100_000));
    expect(contentBytes(frame)).toBeNull();
    expect(fromZstdSync(frame, MIB).length).toBe(100_000);
  });

  it('keeps no more memory than what was read', () => {
    expect(fromZstdSync(toZstdSync(repetitive(100_000)), MIB).buffer.byteLength).toBe(100_001);
  });

  it('refuses what becomes larger than its limit, said or not', async () => {
    const bytes = repetitive(2 * MIB);
    for (const frame of [toZstdSync(bytes), await inPieces(bytes)]) {
      expect(() => fromZstdSync(frame, MIB)).toThrow(
        expect.objectContaining({ code: 'ERR_BUFFER_TOO_LARGE' }),
      );
    }
  });

  it('believes no size that is a lie', () => {
    const frame = toZstdSync(repetitive(100_000));
    frame.writeUInt32LE(0xffff_fff0, SIZE_AT);
    expect(contentBytes(frame)).toBe(0xffff_fff0);
    expect(() => fromZstdSync(frame, MIB)).toThrow();
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no frame', Buffer.from('no frame at all')],
    ['a header that is cut off', toZstdSync(repetitive(100_000)).subarray(0, SIZE_AT + 2)],
  ])('finds no size in %s', (_name, bytes) => {
    expect(contentBytes(bytes)).toBeNull();
  });
});
