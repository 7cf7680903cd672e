/**
 * Reads the protobuf wire format where it lies: a position in a buffer and the free functions that move it.
 *
 * Not for building objects: what is read is a number or a pair of offsets. Invariant: `pos <= end`, and `end` never
 * passes the end of the message around it: a length is checked once, where it is read (`readLength`), and what lies
 * inside it trusts that. The cursor borrows the buffer and owns nothing.
 *
 * Wire format: https://protobuf.dev/programming-guides/encoding
 */
export class Cursor {
  buf: Uint8Array;
  pos: number;
  end: number;

  constructor(buf: Uint8Array, pos = 0, end = buf.length) {
    this.buf = buf;
    this.pos = pos;
    this.end = end;
  }
}

/** The bytes are no protobuf message: truncated, over-long, or of a wire type that does not exist. */
export class WireError extends Error {
  override name = 'WireError';
}

export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
const GROUP_START = 3;
const GROUP_END = 4;
export const FIXED32 = 5;

/** What stands before a field's value: its number and the wire type of the value. */
export const fieldTag = (field: number, wireType: number): number => (field << 3) | wireType;

/** Unknown groups nest at most this deep; no message of ours has any. */
const MAX_GROUP_DEPTH = 32;
const MAX_VARINT_BYTES = 10;

export function seek(cursor: Cursor, buf: Uint8Array, pos: number, end: number): void {
  cursor.buf = buf;
  cursor.pos = pos;
  cursor.end = end;
}

/** Reads a varint and keeps its low 32 bits, unsigned. Throws WireError when it runs past the end or past ten bytes. */
export function readVarint32(cursor: Cursor): number {
  const { buf, end } = cursor;
  let pos = cursor.pos;
  if (pos >= end) throw new WireError('varint past the end');
  let byte = buf[pos++]!;
  let value = byte & 0x7f;
  let shift = 7;
  while (byte >= 0x80) {
    if (pos >= end) throw new WireError('varint past the end');
    if (shift >= 7 * MAX_VARINT_BYTES) throw new WireError('varint of more than ten bytes');
    byte = buf[pos++]!;
    if (shift < 32) value |= (byte & 0x7f) << shift;
    shift += 7;
  }
  cursor.pos = pos;
  return value >>> 0;
}

/** Reads a varint as a double: exact below 2^53. Throws WireError as readVarint32 does. */
export function readVarint53(cursor: Cursor): number {
  const { buf, end } = cursor;
  let pos = cursor.pos;
  let value = 0;
  let scale = 1;
  for (let bytes = 0; bytes < MAX_VARINT_BYTES; bytes++) {
    if (pos >= end) throw new WireError('varint past the end');
    const byte = buf[pos++]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      cursor.pos = pos;
      return value;
    }
    scale *= 0x80;
  }
  throw new WireError('varint of more than ten bytes');
}

/** Reads a varint as an int64, exactly. Throws WireError as readVarint32 does. */
export function readVarint64(cursor: Cursor): bigint {
  const { buf, end } = cursor;
  let pos = cursor.pos;
  const parts = [0, 0, 0];
  for (let bytes = 0; bytes < MAX_VARINT_BYTES; bytes++) {
    if (pos >= end) throw new WireError('varint past the end');
    const byte = buf[pos++]!;
    // 28 bits a part: a number's shifts end at 32.
    parts[bytes >> 2]! |= (byte & 0x7f) << (7 * (bytes & 3));
    if (byte < 0x80) {
      cursor.pos = pos;
      const [low = 0, middle = 0, high = 0] = parts;
      return BigInt.asIntN(64, (BigInt(high) << 56n) | (BigInt(middle) << 28n) | BigInt(low));
    }
  }
  throw new WireError('varint of more than ten bytes');
}

/** Reads a field's tag: `fieldNumber << 3 | wireType`, compared whole against named constants. */
export function readTag(cursor: Cursor): number {
  const { buf, pos } = cursor;
  const tag = pos < cursor.end ? buf[pos]! : 0x80;
  if (tag >= 0x80) return readLongTag(cursor);
  if (tag < 8) throw new WireError('field number 0');
  cursor.pos = pos + 1;
  return tag;
}

function readLongTag(cursor: Cursor): number {
  const start = cursor.pos;
  const tag = readVarint32(cursor);
  if (tag >>> 3 === 0) throw new WireError('field number 0');
  const bytes = cursor.pos - start;
  if (bytes > 5 || (bytes === 5 && cursor.buf[start + 4]! > 0x0f)) throw new WireError('tag of over 32 bits');
  return tag;
}

/** Reads a length prefix and checks it against the end, so that `pos + length` may be trusted from here on. */
export function readLength(cursor: Cursor): number {
  const start = cursor.pos;
  const length = readVarint32(cursor);
  if (length > cursor.end - cursor.pos) throw new WireError('length past the end');
  if (cursor.pos - start > 4) checkLongLength(cursor.buf, start, cursor.pos);
  return length;
}

/** A cursor over the length-delimited value that comes next; the outer one is moved behind it. */
export function submessage(cursor: Cursor): Cursor {
  const length = readLength(cursor);
  const start = cursor.pos;
  cursor.pos += length;
  return new Cursor(cursor.buf, start, cursor.pos);
}

/** What readVarint32 dropped of a length must have been zeros, or the length lies beyond any message. */
function checkLongLength(buf: Uint8Array, start: number, end: number): void {
  let dropped = buf[start + 4]! & 0x70;
  for (let at = start + 5; at < end; at++) dropped |= buf[at]! & 0x7f;
  if (dropped !== 0) throw new WireError('length past the end');
}

/** Moves over the value of a field whose tag was just read. */
export function skipValue(cursor: Cursor, tag: number, depth = 0): void {
  switch (tag & 7) {
    case VARINT:
      readVarint32(cursor);
      return;
    case FIXED64:
      advance(cursor, 8);
      return;
    case LENGTH: {
      const length = readLength(cursor);
      cursor.pos += length;
      return;
    }
    case FIXED32:
      advance(cursor, 4);
      return;
    case GROUP_START:
      skipGroup(cursor, tag >>> 3, depth);
      return;
    default:
      throw new WireError(`wire type ${tag & 7} out of place`);
  }
}

/**
 * Moves over the length-delimited value that comes next, and over those behind it that have the same tag, of one byte, and a length of one
 * byte: attributes stand in rows, and most are short.
 */
export function skipRow(cursor: Cursor, tag: number): void {
  const { buf, end } = cursor;
  let pos = cursor.pos;
  for (;;) {
    const length = pos < end ? buf[pos]! : 0x80;
    if (length >= 0x80) break;
    pos += 1 + length;
    if (pos > end) throw new WireError('length past the end');
    if (pos === end || buf[pos] !== tag) {
      cursor.pos = pos;
      return;
    }
    pos++;
  }
  cursor.pos = pos;
  skipValue(cursor, tag);
}

/** Checks that `length` bytes are left before a fixed-width value is read at the old position, which is returned. */
export function advance(cursor: Cursor, length: number): number {
  const at = cursor.pos;
  if (length > cursor.end - at) throw new WireError('value past the end');
  cursor.pos = at + length;
  return at;
}

function skipGroup(cursor: Cursor, field: number, depth: number): void {
  if (depth >= MAX_GROUP_DEPTH) throw new WireError('groups nested too deep');
  for (;;) {
    const tag = readTag(cursor);
    if ((tag & 7) === GROUP_END) {
      if (tag >>> 3 !== field) throw new WireError('group closed by another field');
      return;
    }
    skipValue(cursor, tag, depth + 1);
  }
}

/** The 32 bits at `at`, little endian, unsigned. */
export function uint32At(buf: Uint8Array, at: number): number {
  return int32At(buf, at) >>> 0;
}

/** The same, signed. */
export function int32At(buf: Uint8Array, at: number): number {
  return buf[at]! | (buf[at + 1]! << 8) | (buf[at + 2]! << 16) | (buf[at + 3]! << 24);
}

/** The 32 bits at `at`, big endian, unsigned. */
export function uint32BigEndianAt(buf: Uint8Array, at: number): number {
  return ((buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!) >>> 0;
}
