/**
 * All compressions that Kafka has. The library's snappy and lz4 know no limit, so what they may become is worked out before:
 * it stands before each block of snappy, and an lz4 frame says how large its blocks are at most.
 */
import { compressionsAlgorithms } from '@platformatic/kafka';
import { COMPRESSION } from '../batch_layout.ts';
import { cursorOf, readUnsignedVarint } from '../byte_cursor.ts';
import { inflate, MAX_BATCH_BYTES, tooLarge, type Inflate } from '../inflate.ts';

export const inflateAll: Inflate = (body, compression) => {
  if (compression === COMPRESSION.snappy) {
    if (snappyBytes(body) > MAX_BATCH_BYTES) throw tooLarge();
    return compressionsAlgorithms.snappy.decompressSync(body);
  }
  if (compression === COMPRESSION.lz4) {
    if (mostLz4Bytes(body) > MAX_BATCH_BYTES) throw tooLarge();
    return compressionsAlgorithms.lz4.decompressSync(body);
  }
  return inflate(body, compression);
};

const XERIAL_MAGIC = Buffer.from('\x82SNAPPY\0', 'latin1');
const XERIAL_HEADER_BYTES = 16;
const LZ4_MAGIC = 0x184d2204;

/** One block, or the chunks of the Java library: magic 8 | version int32 | compatible int32 | [length int32 | block]. */
function snappyBytes(body: Buffer): number {
  if (!body.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return readUnsignedVarint(cursorOf(body));
  let bytes = 0;
  for (let at = XERIAL_HEADER_BYTES; at < body.length; at += 4 + body.readUInt32BE(at)) {
    bytes += readUnsignedVarint(cursorOf(body.subarray(at + 4)));
  }
  return bytes;
}

/** Of a frame: magic 4 | flags | block size | [content size 8] | [dictionary 4] | checksum | [length | block | [checksum 4]] | 0. */
function mostLz4Bytes(body: Buffer): number {
  if (body.readUInt32LE(0) !== LZ4_MAGIC) throw new Error('it is no frame of lz4');
  const flags = body.readUInt8(4);
  // 4 to 7: 64 KiB, 256 KiB, 1 MiB, 4 MiB.
  const blockBytes = 2 ** (8 + 2 * ((body.readUInt8(5) >> 4) & 7));
  const checksumBytes = (flags & 0x10) === 0 ? 0 : 4;
  let at = 7 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4);
  let blocks = 0;
  for (;;) {
    const length = body.readUInt32LE(at) & 0x7fff_ffff;
    at += 4;
    if (length === 0) break;
    blocks += 1;
    at += length + checksumBytes;
  }
  // The library would go on with a frame behind this one.
  if (at + ((flags & 0x04) === 0 ? 0 : 4) !== body.length)
    throw new Error('there is more behind its frame of lz4');
  return blocks * blockBytes;
}
