/**
 * A segment file's bytes: frames one after the other, each a record with the partition it goes to.
 *
 *     magic      4 bytes, so that reading finds its way again behind damage: SPNF; SPND where there is a doubt, SPNT where
 *                there is a tenant, SPNB where there are both
 *     checksum   uint32, CRC-32 of all that follows; of any magic but SPNF before it as well, so that no bit makes one of
 *                another
 *     length     uint32, of all that follows the partition
 *     partition  uint32
 *     tenant     only where the magic says so: length uint8, the name
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
  /** Absent for the default tenant. */
  readonly tenant?: string;
  readonly doubt?: Doubt;
}

export interface DecodedSegment {
  readonly frames: readonly Frame[];
  /** Bytes that are no frames, as [start, end). */
  readonly damage: readonly (readonly [number, number])[];
}

interface Kind {
  readonly magic: Buffer;
  readonly hasTenant: boolean;
  readonly hasDoubt: boolean;
  /** What the checksum begins with. */
  readonly seed: number;
}

const kind = (magic: string, hasTenant: boolean, hasDoubt: boolean): Kind => ({
  ...{ magic: Buffer.from(magic), hasTenant, hasDoubt },
  // The oldest kind began with nothing, and spools outlive their collectors.
  seed: hasTenant || hasDoubt ? crc32(Buffer.from(magic)) : 0,
});
const KINDS: readonly Kind[] = [
  kind('SPNF', false, false),
  kind('SPND', false, true),
  kind('SPNT', true, false),
  kind('SPNB', true, true),
];
/** What all begin with. */
const MAGIC_START = Buffer.from('SPN');
const MAGIC_BYTES = 4;
const CHECKSUM_AT = 4;
const LENGTH_AT = 8;
const PARTITION_AT = 12;
const FRAME_HEADER_BYTES = 16;
const DOUBT_HEADER_BYTES = 9;

/** What a frame takes in the file. */
export function frameBytes({ doubt, tenant, value }: Frame): number {
  const ofTenant = tenant === undefined ? 0 : 1 + Buffer.byteLength(tenant);
  const ofDoubt = doubt === undefined ? 0 : DOUBT_HEADER_BYTES + Buffer.byteLength(doubt.batch);
  return FRAME_HEADER_BYTES + ofTenant + ofDoubt + value.length;
}

/** Header, tenant and doubt, value: written one after the other, so that the value is not copied. */
export function encodeFrame({ doubt, partition, tenant, value }: Frame): Buffer[] {
  const hasTenant = tenant !== undefined;
  const hasDoubt = doubt !== undefined;
  const own = KINDS.find((one) => one.hasTenant === hasTenant && one.hasDoubt === hasDoubt);
  if (own === undefined) throw new Error('no kind of frame has this');
  const ofTenant = hasTenant ? [encodeName(tenant)] : [];
  const extra = Buffer.concat(hasDoubt ? [...ofTenant, encodeDoubt(doubt)] : ofTenant);
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  own.magic.copy(header);
  header.writeUInt32LE(extra.length + value.length, LENGTH_AT);
  header.writeUInt32LE(partition, PARTITION_AT);
  const checksum = [header.subarray(LENGTH_AT), extra, value].reduce(
    (sum, part) => crc32(part, sum),
    own.seed,
  );
  header.writeUInt32LE(checksum, CHECKSUM_AT);
  return [header, extra, value];
}

function encodeName(name: string): Buffer {
  const bytes = Buffer.from(name);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function encodeDoubt({ batch, from }: Doubt): Buffer {
  const place = Buffer.alloc(DOUBT_HEADER_BYTES - 1);
  place.writeDoubleLE(from);
  return Buffer.concat([place, encodeName(batch)]);
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
  const found = KINDS.find(({ magic }) => magic.compare(bytes, at, at + MAGIC_BYTES) === 0);
  if (found === undefined) return null;
  const end = start + bytes.readUInt32LE(at + LENGTH_AT);
  if (end > bytes.length) return null;
  const checksum = crc32(bytes.subarray(at + LENGTH_AT, end), found.seed);
  if (checksum !== bytes.readUInt32LE(at + CHECKSUM_AT)) return null;
  return readFrame(found, bytes.readUInt32LE(at + PARTITION_AT), bytes.subarray(start, end));
}

/** The checksum holds, so it is as it was written. */
function readFrame({ hasDoubt, hasTenant }: Kind, partition: number, bytes: Buffer): Frame {
  let at = 0;
  const name = (): string => {
    const start = at + 1;
    at = start + bytes.readUInt8(at);
    return bytes.toString('utf8', start, at);
  };
  const tenant = hasTenant ? { tenant: name() } : {};
  if (!hasDoubt) return { partition, ...tenant, value: bytes.subarray(at) };
  const from = bytes.readDoubleLE(at);
  at += DOUBT_HEADER_BYTES - 1;
  const doubt = { batch: name(), from };
  return { partition, ...tenant, doubt, value: bytes.subarray(at) };
}
