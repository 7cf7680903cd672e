/**
 * A segment file's bytes: frames one after the other, each a record with the partition it goes to.
 *
 *     magic      uint32, so that reading finds its way again behind damage
 *     checksum   uint32, CRC-32 of all that follows
 *     length     uint32, of the value
 *     partition  uint32
 *     value      bytes
 *
 * All little-endian. Pure; a read frame's value is a slice of the file's bytes.
 */
import { crc32 } from 'node:zlib';

export interface Frame {
  readonly partition: number;
  readonly value: Buffer;
}

export interface DecodedSegment {
  readonly frames: readonly Frame[];
  /** Bytes that are no frames, as [start, end). */
  readonly damage: readonly (readonly [number, number])[];
}

const MAGIC = Buffer.from('SPNF');
const CHECKSUM_AT = 4;
const LENGTH_AT = 8;
const PARTITION_AT = 12;
export const FRAME_HEADER_BYTES = 16;

/** The header and the value: written one after the other, so that the value is not copied. */
export function encodeFrame({ partition, value }: Frame): [Buffer, Buffer] {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(value.length, LENGTH_AT);
  header.writeUInt32LE(partition, PARTITION_AT);
  header.writeUInt32LE(crc32(value, crc32(header.subarray(LENGTH_AT))), CHECKSUM_AT);
  return [header, value];
}

export function decodeSegment(bytes: Buffer): DecodedSegment {
  const frames: Frame[] = [];
  const damage: [number, number][] = [];
  for (let at = 0; at < bytes.length;) {
    const frame = frameAt(bytes, at);
    if (frame === null) {
      const next = nextFrame(bytes, at + 1);
      damage.push([at, next]);
      at = next;
    } else {
      frames.push(frame);
      at += FRAME_HEADER_BYTES + frame.value.length;
    }
  }
  return { frames, damage };
}

/** Where the damage begins that reaches to the end: what a crash in mid write leaves. The length where there is none. */
export function tornAt({ damage }: DecodedSegment, length: number): number {
  const last = damage.at(-1);
  return last?.[1] === length ? last[0] : length;
}

function nextFrame(bytes: Buffer, from: number): number {
  for (let at = from; ; at++) {
    at = bytes.indexOf(MAGIC, at);
    if (at === -1) return bytes.length;
    if (frameAt(bytes, at) !== null) return at;
  }
}

function frameAt(bytes: Buffer, at: number): Frame | null {
  const start = at + FRAME_HEADER_BYTES;
  if (start > bytes.length || MAGIC.compare(bytes, at, at + MAGIC.length) !== 0) return null;
  const end = start + bytes.readUInt32LE(at + LENGTH_AT);
  if (end > bytes.length) return null;
  if (crc32(bytes.subarray(at + LENGTH_AT, end)) !== bytes.readUInt32LE(at + CHECKSUM_AT)) return null;
  return { partition: bytes.readUInt32LE(at + PARTITION_AT), value: bytes.subarray(start, end) };
}
