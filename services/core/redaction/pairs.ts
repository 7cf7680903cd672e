/**
 * Where key and value of a KeyValue lie, and what the attributes and members are called that nest in each other.
 *
 *     KeyValue { 1: key  2: AnyValue }
 *
 * Not for what is done to them (values.ts).
 */
import { decodeUtf8 } from '../otlp/attributes.ts';
import { KEY_VALUE_KEY, KEY_VALUE_VALUE } from '../otlp/fields.ts';
import { Cursor, readLength, readTag, skipValue } from '../wire/cursor.ts';
import type { Pair, Pass } from './pass.ts';
import type { Plan } from './plans.ts';

/** Of a member's path; a longer one goes by its own name alone. */
const MAX_PATH_BYTES = 1024;
const DOT = 0x2e;

/** The attribute or member that a value belongs to. */
export interface Owner {
  readonly plan: Plan;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly parent: Owner | null;
}

/** Finds key and value; of keys the last one counts. */
export function readPair(pass: Pass, start: number, end: number): void {
  const { buf, pair } = pass;
  pair.more = null;
  // Key and value in this order, both of less than 128 bytes, as nearly all are.
  const keyEnd = start + 2 + (buf[start + 1] ?? 0);
  if (buf[start] === KEY_VALUE_KEY && (buf[start + 1] ?? 0x80) < 0x80 && buf[keyEnd] === KEY_VALUE_VALUE) {
    const length = buf[keyEnd + 1] ?? 0x80;
    if (length < 0x80 && keyEnd + 2 + length === end) {
      pair.keyStart = start + 2;
      pair.keyEnd = keyEnd;
      pair.lengthStart = keyEnd + 1;
      pair.valueStart = keyEnd + 2;
      pair.valueEnd = end;
      return;
    }
  }
  readUnusualPair(pair, new Cursor(buf, start, end));
}

function readUnusualPair(pair: Pair, cursor: Cursor): void {
  const start = cursor.pos;
  pair.keyStart = pair.keyEnd = start;
  pair.lengthStart = pair.valueStart = pair.valueEnd = start;
  while (cursor.pos < cursor.end) {
    const tag = readTag(cursor);
    if (tag === KEY_VALUE_KEY) {
      const length = readLength(cursor);
      pair.keyStart = cursor.pos;
      pair.keyEnd = cursor.pos += length;
    } else if (tag === KEY_VALUE_VALUE) {
      const lengthStart = cursor.pos;
      const length = readLength(cursor);
      if (pair.lengthStart === start) {
        pair.lengthStart = lengthStart;
        pair.valueStart = cursor.pos;
        pair.valueEnd = cursor.pos + length;
      } else {
        (pair.more ??= []).push(lengthStart, cursor.pos, cursor.pos + length);
      }
      cursor.pos += length;
    } else {
      skipValue(cursor, tag);
    }
  }
}

/** `attribute.member.member`; null where that is too long to be compared with each time. */
export function pathOf(pass: Pass, owner: Owner): Uint8Array | null {
  let length = -1;
  for (let at: Owner | null = owner; at !== null; at = at.parent) {
    length += at.keyEnd - at.keyStart + 1;
    if (length > MAX_PATH_BYTES) return null;
  }
  const path = new Uint8Array(length).fill(DOT);
  let to = length;
  for (let at: Owner | null = owner; at !== null; at = at.parent, to--) {
    to -= at.keyEnd - at.keyStart;
    path.set(pass.buf.subarray(at.keyStart, at.keyEnd), to);
  }
  return path;
}

export function pathText(pass: Pass, owner: Owner): string {
  const path = pathOf(pass, owner) ?? pass.buf.subarray(owner.keyStart, owner.keyEnd);
  return decodeUtf8(path, 0, path.length);
}
