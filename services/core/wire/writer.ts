/**
 * Writes the protobuf wire format into one growing buffer.
 *
 * Not for messages built from objects: callers write tags and copy bytes. Invariant: `pos` is the end of what was
 * written. `take()` hands out a copy, so the writer keeps its buffer for the next message.
 */

/** A writer begins as small as V8 holds bytes in its own heap, for many never hold more. One that does has this at least. */
const INITIAL_BYTES = 64;
const GROWN_BYTES = 1024;

export class WireWriter {
  buf: Uint8Array;
  pos = 0;

  constructor(initialBytes = INITIAL_BYTES) {
    this.buf = new Uint8Array(initialBytes);
  }

  reset(): void {
    this.pos = 0;
  }

  /** What was written, as a copy that the caller owns. */
  take(): Uint8Array {
    return this.buf.slice(0, this.pos);
  }
}

/** Makes room for `bytes` more. */
export function reserve(writer: WireWriter, bytes: number): void {
  const needed = writer.pos + bytes;
  if (needed <= writer.buf.length) return;
  const grown = new Uint8Array(Math.max(needed, writer.buf.length * 2, GROWN_BYTES));
  grown.set(writer.buf.subarray(0, writer.pos));
  writer.buf = grown;
}

/** The bytes that `value` (an unsigned 32-bit number) takes as a varint: 1 to 5. */
export function varint32Size(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  if (value < 0x1000_0000) return 4;
  return 5;
}

/** The bytes that a length-delimited field takes: tag, length, `length` bytes. */
export function lengthFieldSize(tag: number, length: number): number {
  return varint32Size(tag) + varint32Size(length) + length;
}

/** Writes an unsigned 32-bit number as a varint. */
export function writeVarint32(writer: WireWriter, value: number): void {
  reserve(writer, varint32Size(value));
  const { buf } = writer;
  let pos = writer.pos;
  let rest = value;
  while (rest >= 0x80) {
    buf[pos++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buf[pos++] = rest;
  writer.pos = pos;
}

/** Writes a whole number from 0 to 2^53 as a varint. */
export function writeVarint53(writer: WireWriter, value: number): void {
  reserve(writer, 8);
  const { buf } = writer;
  let pos = writer.pos;
  let rest = value;
  while (rest >= 0x80) {
    buf[pos++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  buf[pos++] = rest;
  writer.pos = pos;
}

/** MEASURED: up to this many bytes a loop beats the call of a bulk copy. */
const LOOP_LIMIT = 48;
type Copy = (this: Uint8Array, target: Uint8Array, at: number, start: number, end: number) => number;
/** Of any Uint8Array. Unlike `set`, it takes a part of the source without an object for that part. */
const { copy } = Buffer.prototype as { readonly copy: Copy };

/** Copies `source[start, end)` as it is. */
export function writeBytes(writer: WireWriter, source: Uint8Array, start = 0, end = source.length): void {
  const length = end - start;
  reserve(writer, length);
  const { buf, pos } = writer;
  if (length <= LOOP_LIMIT) {
    for (let i = 0; i < length; i++) buf[pos + i] = source[start + i]!;
  } else {
    copy.call(source, buf, pos, start, end);
  }
  writer.pos = pos + length;
}

/** Writes a length-delimited field: tag, length, the bytes of `source[start, end)`. */
export function writeLengthField(
  writer: WireWriter,
  tag: number,
  source: Uint8Array,
  start = 0,
  end = source.length,
): void {
  writeVarint32(writer, tag);
  writeVarint32(writer, end - start);
  writeBytes(writer, source, start, end);
}

/** Writes 64 bits, little endian, from a whole number from 0 to 2^53. */
export function writeFixed64(writer: WireWriter, value: number): void {
  writeFixed64Halves(writer, value % 0x1_0000_0000, Math.floor(value / 0x1_0000_0000));
}

/** Writes 64 bits, little endian, from two unsigned halves. */
export function writeFixed64Halves(writer: WireWriter, low: number, high: number): void {
  reserve(writer, 8);
  for (let byte = 0; byte < 4; byte++) {
    writer.buf[writer.pos + byte] = low >>> (8 * byte);
    writer.buf[writer.pos + 4 + byte] = high >>> (8 * byte);
  }
  writer.pos += 8;
}

/** Writes a length-delimited field of UTF-8 text. Most text is ASCII, whose length is known before it is encoded. */
export function writeTextField(writer: WireWriter, tag: number, text: string): void {
  reserve(writer, 10 + text.length);
  const start = writer.pos;
  writeVarint32(writer, tag);
  writeVarint32(writer, text.length);
  const { buf, pos } = writer;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) {
      writer.pos = start;
      writeLengthField(writer, tag, encoder.encode(text));
      return;
    }
    buf[pos + i] = code;
  }
  writer.pos = pos + text.length;
}

const encoder = new TextEncoder();

/** Writes 32 bits, little endian. */
export function writeFixed32(writer: WireWriter, value: number): void {
  reserve(writer, 4);
  const { buf, pos } = writer;
  buf[pos] = value;
  buf[pos + 1] = value >>> 8;
  buf[pos + 2] = value >>> 16;
  buf[pos + 3] = value >>> 24;
  writer.pos = pos + 4;
}

/** Writes the two halves of 64 bits as a varint; a negative number is its two's complement, so ten bytes. */
export function writeVarint64Halves(writer: WireWriter, low: number, high: number): void {
  reserve(writer, 10);
  const { buf } = writer;
  let { pos } = writer;
  let restLow = low >>> 0;
  let restHigh = high >>> 0;
  while (restHigh !== 0 || restLow >= 0x80) {
    buf[pos++] = (restLow & 0x7f) | 0x80;
    restLow = ((restLow >>> 7) | (restHigh << 25)) >>> 0;
    restHigh >>>= 7;
  }
  buf[pos++] = restLow;
  writer.pos = pos;
}

/**
 * Begins a length-delimited field whose content is written next, its length not being known yet. Returns where the
 * content begins, for `endLengthField`.
 */
export function beginLengthField(writer: WireWriter, tag: number): number {
  writeVarint32(writer, tag);
  return beginLength(writer);
}

/** The same of what has a length and no tag, as a Native string. */
export function beginLength(writer: WireWriter): number {
  reserve(writer, 1);
  return ++writer.pos;
}

/** Ends the field: contents of 128 bytes and more move up, to make room for a longer length. */
export function endLengthField(writer: WireWriter, start: number): void {
  const end = writer.pos;
  const length = end - start;
  if (length < 0x80) {
    writer.buf[start - 1] = length;
    return;
  }
  const room = varint32Size(length) - 1;
  reserve(writer, room);
  writer.buf.copyWithin(start + room, start, end);
  writer.pos = start - 1;
  writeVarint32(writer, length);
  writer.pos = end + room;
}
