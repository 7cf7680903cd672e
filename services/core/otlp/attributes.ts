/**
 * Finds attributes by key where they lie, for the few keys that assembly asks for.
 *
 *     KeyValue { 1: key  2: AnyValue { 1: string | 2: bool | 3: int | ... } }
 *
 * Not for turning all of them into text (any_value.ts, for the sink). Only string values are found here.
 */
import { ANY_STRING, KEY_VALUE_KEY, KEY_VALUE_VALUE, RESOURCE_ATTRIBUTES } from './fields.ts';
import { limitName } from './limit_name.ts';
import { Cursor, readLength, readTag, skipValue } from '../wire/cursor.ts';
import { equalRanges } from '../wire/equal_bytes.ts';

/** What OpenTelemetry's specification calls a service without a name. */
const UNKNOWN_SERVICE = 'unknown_service';

/** `service.name` of a Resource message, at most 200 characters of it, or `unknown_service`. Throws WireError where the bytes are no Resource. */
export function readServiceName(resource: Uint8Array, start = 0, end = resource.length): string {
  const values = readStringAttributes(resource, start, end, RESOURCE_ATTRIBUTES, SERVICE_NAME_ONLY);
  const name = values.get('service.name');
  return name === undefined || name === '' ? UNKNOWN_SERVICE : limitName(name);
}

/**
 * Keys to be found among attributes. They are compared as bytes: most attributes are passed over, and no text is made of theirs.
 */
export class AttributeKeys {
  readonly keys: readonly string[];
  private readonly byLength: Candidate[][] = [];

  constructor(keys: readonly string[]) {
    this.keys = keys;
    for (const [position, key] of keys.entries()) {
      const bytes = new TextEncoder().encode(key);
      (this.byLength[bytes.length] ??= []).push({ position, bytes });
    }
  }

  /** The position among these of the key that `buf[start, end)` spells, or -1. */
  find(buf: Uint8Array, start: number, end: number): number {
    const candidates = this.byLength[end - start];
    if (candidates === undefined) return -1;
    for (const { position, bytes } of candidates) {
      if (equalRanges(bytes, 0, buf, start, bytes.length)) return position;
    }
    return -1;
  }
}

interface Candidate {
  readonly position: number;
  readonly bytes: Uint8Array;
}

const SERVICE_NAME_ONLY = new AttributeKeys(['service.name']);

/**
 * The string values of the wanted keys among the KeyValue fields (tagged `attributesTag`) of the message
 * `buf[start, end)`; a key that comes twice counts with its last value. Throws WireError.
 */
export function readStringAttributes(
  buf: Uint8Array,
  start: number,
  end: number,
  attributesTag: number,
  wanted: AttributeKeys,
): Map<string, string> {
  const found = new Map<string, string>();
  const cursor = new Cursor(buf, start, end);
  while (cursor.pos < end) {
    const tag = readTag(cursor);
    if (tag !== attributesTag) {
      skipValue(cursor, tag);
      continue;
    }
    const length = readLength(cursor);
    const next = cursor.pos + length;
    readKeyValue(new Cursor(buf, cursor.pos, next), wanted, found);
    cursor.pos = next;
  }
  return found;
}

/**
 * Where the text of the KeyValue `buf[start, end)` begins, which ends with it, if that is written as nearly all are: a key, then a value
 * that is a string, short both, and some text. -1 says nothing.
 */
export function textStart(buf: Uint8Array, start: number, end: number): number {
  const keyLength = buf[start + 1] ?? 0;
  const value = start + 2 + keyLength;
  const text = value + 4;
  const isUsual =
    buf[start] === KEY_VALUE_KEY &&
    keyLength < 0x80 &&
    text < end &&
    end - text < 0x7e &&
    buf[value] === KEY_VALUE_VALUE &&
    buf[value + 1] === end - value - 2 &&
    buf[value + 2] === ANY_STRING &&
    buf[value + 3] === end - text;
  return isUsual ? text : -1;
}

/** The position of the wanted key that the KeyValue `buf[start, end)` may have, the first that it names; -1 where it is none of them. Throws WireError. */
export function wantedKey(buf: Uint8Array, start: number, end: number, wanted: AttributeKeys): number {
  // As nearly all are written: the key first, its length in one byte.
  const length = buf[start + 1] ?? 0;
  if (buf[start] === KEY_VALUE_KEY && length < 0x80 && start + 2 + length <= end) {
    return wanted.find(buf, start + 2, start + 2 + length);
  }
  const found = new Map<string, string>();
  readKeyValue(new Cursor(buf, start, end), wanted, found);
  const [key = ''] = found.keys();
  return wanted.keys.indexOf(key);
}

function readKeyValue(cursor: Cursor, wanted: AttributeKeys, found: Map<string, string>): void {
  let key: string | undefined;
  let value: string | null = null;
  while (cursor.pos < cursor.end) {
    const tag = readTag(cursor);
    if (tag === KEY_VALUE_KEY) {
      const length = readLength(cursor);
      key = wanted.keys[wanted.find(cursor.buf, cursor.pos, cursor.pos + length)];
      cursor.pos += length;
      if (key === undefined) return;
    } else if (tag === KEY_VALUE_VALUE) {
      const length = readLength(cursor);
      value = readStringValue(new Cursor(cursor.buf, cursor.pos, cursor.pos + length));
      cursor.pos += length;
    } else {
      skipValue(cursor, tag);
    }
  }
  if (key !== undefined && value !== null) found.set(key, value);
}

function readStringValue(cursor: Cursor): string | null {
  let value: string | null = null;
  while (cursor.pos < cursor.end) {
    const tag = readTag(cursor);
    if (tag === ANY_STRING) value = readText(cursor);
    else skipValue(cursor, tag);
  }
  return value;
}

function readText(cursor: Cursor): string {
  const length = readLength(cursor);
  const start = cursor.pos;
  cursor.pos += length;
  return decodeUtf8(cursor.buf, start, cursor.pos);
}

/** Text of `buf[start, end)`; bytes that are no UTF-8 become U+FFFD. */
export function decodeUtf8(buf: Uint8Array, start: number, end: number): string {
  return decoder.decode(buf.subarray(start, end));
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
