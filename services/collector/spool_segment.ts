/**
 * A segment file's bytes: frames one after the other, each a record with the partition it goes to.
 *
 *     magic      4 bytes, so that reading finds its way again behind damage: SPNF, or SPND where there is a doubt
 *     checksum   uint32, CRC-32 of all that follows; of SPND before it as well, so that no bit makes one of the other
 *     length     uint32, of the value and the doubt
 *     partition  uint32
 *     doubt      only where the magic says so: from float64, length of the batch's name uint8, the name
 *     value      bytes
 *
 * All little-endian. Pure; a read frame's value is a slice of the file's bytes.
 */
import { crc32 } from 'node:zlib';

/** Kafka may have the record already: its answer was lost. */
export interface Doubt {
  /** Name of the batch, in a header of its first record. */
  readonly batch: string;
  /** The batch is at this offset or behind it, where it is in the log at all. */
  readonly from: number;
}

export interface Frame {
  readonly partition: number;
  readonly value: Buffer;
  readonly doubt?: Doubt;
}

export interface DecodedSegment {
  readonly frames: readonly Frame[];
  /** Bytes that are no frames, as [start, end). */
  readonly damage: readonly (readonly [number, number])[];
}

const MAGIC = Buffer.from('SPNF');
const MAGIC_DOUBT = Buffer.from('SPND');
/** What both begin with. */
const MAGIC_START = Buffer.from('SPN');
/** What the checksum begins with. */
const CHECKSUM_DOUBT = crc32(MAGIC_DOUBT);
const CHECKSUM_AT = 4;
const LENGTH_AT = 8;
const PARTITION_AT = 12;
const FRAME_HEADER_BYTES = 16;
const DOUBT_HEADER_BYTES = 9;

/** What a frame takes in the file. */
export function frameBytes({ doubt, value }: Frame): number {
  const ofDoubt = doubt === undefined ? 0 : DOUBT_HEADER_BYTES + Buffer.byteLength(doubt.batch);
  return FRAME_HEADER_BYTES + ofDoubt + value.length;
}

/** Header, doubt and value: written one after the other, so that the value is not copied. */
export function encodeFrame({ doubt, partition, value }: Frame): Buffer[] {
  const ofDoubt = doubt === undefined ? Buffer.alloc(0) : encodeDoubt(doubt);
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  (doubt === undefined ? MAGIC : MAGIC_DOUBT).copy(header);
  header.writeUInt32LE(ofDoubt.length + value.length, LENGTH_AT);
  header.writeUInt32LE(partition, PARTITION_AT);
  const start = doubt === undefined ? 0 : CHECKSUM_DOUBT;
  const checksum = [header.subarray(LENGTH_AT), ofDoubt, value].reduce(
    (sum, part) => crc32(part, sum),
    start,
  );
  header.writeUInt32LE(checksum, CHECKSUM_AT);
  return [header, ofDoubt, value];
}

function encodeDoubt({ batch, from }: Doubt): Buffer {
  const head = Buffer.alloc(DOUBT_HEADER_BYTES);
  head.writeDoubleLE(from);
  head.writeUInt8(Buffer.byteLength(batch), DOUBT_HEADER_BYTES - 1);
  return Buffer.concat([head, Buffer.from(batch)]);
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
      at += frameBytes(frame);
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
    at = bytes.indexOf(MAGIC_START, at);
    if (at === -1) return bytes.length;
    if (frameAt(bytes, at) !== null) return at;
  }
}

function frameAt(bytes: Buffer, at: number): Frame | null {
  const start = at + FRAME_HEADER_BYTES;
  if (start > bytes.length) return null;
  const isDoubtful = MAGIC_DOUBT.compare(bytes, at, at + MAGIC.length) === 0;
  if (!isDoubtful && MAGIC.compare(bytes, at, at + MAGIC.length) !== 0) return null;
  const end = start + bytes.readUInt32LE(at + LENGTH_AT);
  if (end > bytes.length) return null;
  const checksum = crc32(bytes.subarray(at + LENGTH_AT, end), isDoubtful ? CHECKSUM_DOUBT : 0);
  if (checksum !== bytes.readUInt32LE(at + CHECKSUM_AT)) return null;
  const partition = bytes.readUInt32LE(at + PARTITION_AT);
  return isDoubtful
    ? { partition, ...readDoubtful(bytes.subarray(start, end)) }
    : { partition, value: bytes.subarray(start, end) };
}

/** The checksum holds, so it is as it was written. */
function readDoubtful(bytes: Buffer): Pick<Frame, 'doubt' | 'value'> {
  const end = DOUBT_HEADER_BYTES + bytes.readUInt8(DOUBT_HEADER_BYTES - 1);
  const batch = bytes.toString('utf8', DOUBT_HEADER_BYTES, end);
  return { doubt: { batch, from: bytes.readDoubleLE() }, value: bytes.subarray(end) };
}
