/**
 * AnyValue as text, exactly as the OpenTelemetry Collector's ClickHouse exporter writes it (pdata's `Value.AsString`), so that
 * rows of both answer to the same SQL.
 *
 *     AnyValue { 1: string | 2: bool | 3: int64 | 4: double | 5: ArrayValue | 6: KeyValueList | 7: bytes }
 *     ArrayValue { 1: AnyValue* }   KeyValueList { 1: KeyValue { 1: key  2: AnyValue }* }
 *
 * A string, which nearly all of them are, is copied from where it lies and never becomes a JavaScript string. Lists become JSON
 * as Go writes it: keys in order, `<`, `>` and `&` escaped. The only recursion over received bytes, so it has a depth limit.
 */
import {
  Cursor,
  WireError,
  advance,
  readLength,
  readTag,
  readVarint32,
  skipValue,
  submessage,
} from '../wire/cursor.ts';
import { decodeUtf8 } from './attributes.ts';
import {
  ANY_ARRAY,
  ANY_BOOL,
  ANY_BYTES,
  ANY_DOUBLE,
  ANY_INT,
  ANY_KVLIST,
  ANY_STRING,
  KEY_VALUE_KEY,
  KEY_VALUE_VALUE,
  LIST_VALUES,
} from './fields.ts';

/** Where text goes: a String or LowCardinality column. */
export interface TextSink {
  append(source: Uint8Array, start: number, end: number): void;
  appendText(text: string): void;
}

/** Lists inside lists deeper than this are written as `TOO_DEEP`. */
const MAX_DEPTH = 32;
export const TOO_DEEP = '(nested too deep)';

const NO_VALUE = 0;
const MAX_VARINT_BYTES = 10;

/** Appends one value: the text of the AnyValue message `buf[start, end)`. Throws WireError where it is none. */
export function appendAnyValue(sink: TextSink, buf: Uint8Array, start: number, end: number): void {
  // A short string and nothing else, as nearly all are: tag, length in one byte, text.
  const length = end - start - 2;
  if (length >= 0 && length < 0x80 && buf[start] === ANY_STRING && buf[start + 1] === length) {
    sink.append(buf, start + 2, end);
    return;
  }
  // A number below 16,384 and nothing else: statuses, ports, sizes.
  if (buf[start] === ANY_INT && (length === 0 || length === 1)) {
    const low = buf[start + 1] ?? 0;
    const high = buf[start + 2] ?? 0;
    if (length === 0 ? low < 0x80 : low >= 0x80 && high < 0x80) {
      sink.appendText(String(length === 0 ? low : (low & 0x7f) | (high << 7)));
      return;
    }
  }
  const value = readValue(new Cursor(buf, start, end));
  if (value.tag === ANY_STRING) sink.append(buf, value.start, value.end);
  else sink.appendText(textOf(buf, value));
}

/** The same as a string. */
export function anyValueText(buf: Uint8Array, start: number, end: number): string {
  return textOf(buf, readValue(new Cursor(buf, start, end)));
}

/** Which of the alternatives a value has, and where: the bytes behind the tag (and length, where it has one). */
interface ValueRange {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** As protobuf has it, the last of several alternatives counts. */
function readValue(cursor: Cursor): ValueRange {
  let found: ValueRange = { tag: NO_VALUE, start: cursor.pos, end: cursor.pos };
  while (cursor.pos < cursor.end) {
    const tag = readTag(cursor);
    switch (tag) {
      case ANY_STRING:
      case ANY_ARRAY:
      case ANY_KVLIST:
      case ANY_BYTES: {
        const length = readLength(cursor);
        found = { tag, start: cursor.pos, end: cursor.pos + length };
        cursor.pos += length;
        break;
      }
      case ANY_BOOL:
      case ANY_INT:
      case ANY_DOUBLE: {
        const start = cursor.pos;
        skipValue(cursor, tag);
        found = { tag, start, end: cursor.pos };
        break;
      }
      default:
        skipValue(cursor, tag);
    }
  }
  return found;
}

function textOf(buf: Uint8Array, value: ValueRange): string {
  switch (value.tag) {
    case ANY_STRING:
      return decodeUtf8(buf, value.start, value.end);
    case ANY_DOUBLE: {
      const number = doubleAt(buf, value);
      return Number.isFinite(number) ? goFloat(number) : `json: unsupported value: ${goNonFinite(number)}`;
    }
    case ANY_ARRAY:
    case ANY_KVLIST:
      // Go gives up on a list with a NaN or an infinity in it, and the exporter writes nothing.
      return jsonOf(buf, value, 1) ?? '';
    default:
      return scalarText(buf, value);
  }
}

/** Text that is the same inside JSON (but for quotes) and outside. */
function scalarText(buf: Uint8Array, value: ValueRange): string {
  switch (value.tag) {
    case ANY_BOOL:
      return boolAt(buf, value) ? 'true' : 'false';
    case ANY_INT:
      return int64Text(buf, value);
    case ANY_BYTES:
      return Buffer.from(buf.buffer, buf.byteOffset + value.start, value.end - value.start).toString(
        'base64',
      );
    default:
      return '';
  }
}

/** JSON of a value, or null where Go's encoder would fail. */
function jsonOf(buf: Uint8Array, value: ValueRange, depth: number): string | null {
  switch (value.tag) {
    case ANY_STRING:
      return quote(decodeUtf8(buf, value.start, value.end));
    case ANY_BYTES:
      return quote(scalarText(buf, value));
    case ANY_BOOL:
    case ANY_INT:
      return scalarText(buf, value);
    case ANY_DOUBLE: {
      const number = doubleAt(buf, value);
      return Number.isFinite(number) ? goFloat(number) : null;
    }
    case ANY_ARRAY:
      return depth > MAX_DEPTH ? quote(TOO_DEEP) : arrayJson(new Cursor(buf, value.start, value.end), depth);
    case ANY_KVLIST:
      return depth > MAX_DEPTH ? quote(TOO_DEEP) : listJson(new Cursor(buf, value.start, value.end), depth);
    default:
      return 'null';
  }
}

function arrayJson(cursor: Cursor, depth: number): string | null {
  const items: string[] = [];
  while (cursor.pos < cursor.end) {
    const tag = readTag(cursor);
    if (tag !== LIST_VALUES) {
      skipValue(cursor, tag);
      continue;
    }
    const json = jsonOf(cursor.buf, readValue(submessage(cursor)), depth + 1);
    if (json === null) return null;
    items.push(json);
  }
  return `[${items.join(',')}]`;
}

function listJson(cursor: Cursor, depth: number): string | null {
  const members = new Map<string, string>();
  while (cursor.pos < cursor.end) {
    const tag = readTag(cursor);
    if (tag !== LIST_VALUES) {
      skipValue(cursor, tag);
      continue;
    }
    const pair = readPair(submessage(cursor));
    const json = jsonOf(cursor.buf, pair.value, depth + 1);
    if (json === null) return null;
    members.set(pair.key, json);
  }
  const sorted = [...members].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${sorted.map(([key, json]) => `${quote(key)}:${json}`).join(',')}}`;
}

function readPair(cursor: Cursor): { key: string; value: ValueRange } {
  let key = '';
  let value: ValueRange = { tag: NO_VALUE, start: cursor.pos, end: cursor.pos };
  while (cursor.pos < cursor.end) {
    const tag = readTag(cursor);
    if (tag === KEY_VALUE_KEY) {
      const { pos, end } = submessage(cursor);
      key = decodeUtf8(cursor.buf, pos, end);
    } else if (tag === KEY_VALUE_VALUE) {
      value = readValue(submessage(cursor));
    } else {
      skipValue(cursor, tag);
    }
  }
  return { key, value };
}

function boolAt(buf: Uint8Array, value: ValueRange): boolean {
  return readVarint32(new Cursor(buf, value.start, value.end)) !== 0;
}

function doubleAt(buf: Uint8Array, value: ValueRange): number {
  const at = advance(new Cursor(buf, value.start, value.end), 8);
  return new DataView(buf.buffer, buf.byteOffset + at, 8).getFloat64(0, true);
}

/** Decimal digits of the whole int64: a double would be wrong beyond 2^53. */
function int64Text(buf: Uint8Array, { start, end }: ValueRange): string {
  if (end - start <= 4) return String(readVarint32(new Cursor(buf, start, end)));
  if (end - start > MAX_VARINT_BYTES) throw new WireError('varint of more than ten bytes');
  let bits = 0n;
  for (let at = end - 1; at >= start; at--) bits = (bits << 7n) | BigInt((buf[at] ?? 0) & 0x7f);
  return BigInt.asIntN(64, bits).toString();
}

/** Go's encoding/json writes what ECMAScript does, but for the sign of zero. */
function goFloat(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function goNonFinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

/** A JSON string as Go writes it: safe to stand in HTML. */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
