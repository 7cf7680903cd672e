/** Bytes and text into a growing buffer, as columns need them: short pieces, many of them. */
import { reserve, writeBytes, writeVarint32, type WireWriter } from '../wire/writer.ts';

/** A Native string, which is laid out like a protobuf one: length, bytes. */
export function writeString(out: WireWriter, source: Uint8Array, start: number, end: number): void {
  writeVarint32(out, end - start);
  writeBytes(out, source, start, end);
}

const encoder = new TextEncoder();

/** The UTF-8 bytes of `text`, without a length. */
export function writeText(out: WireWriter, text: string): void {
  const { length } = text;
  reserve(out, 3 * length);
  const { buf, pos } = out;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) {
      out.pos = pos + encoder.encodeInto(text, buf.subarray(pos)).written;
      return;
    }
    buf[pos + i] = code;
  }
  out.pos = pos + length;
}

const HEX_DIGITS = encoder.encode('0123456789abcdef');

/** `source[start, end)` as a Native string of lower-case hex digits. */
export function writeHexString(out: WireWriter, source: Uint8Array, start: number, end: number): void {
  const length = 2 * (end - start);
  writeVarint32(out, length);
  reserve(out, length);
  const { buf } = out;
  let { pos } = out;
  for (let at = start; at < end; at++) {
    const byte = source[at]!;
    buf[pos++] = HEX_DIGITS[byte >>> 4]!;
    buf[pos++] = HEX_DIGITS[byte & 15]!;
  }
  out.pos = pos;
}
