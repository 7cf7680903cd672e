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
  private readonly byLength: { readonly key: string; readonly bytes: Uint8Array }[][] = [];

  constructor(keys: readonly string[]) {
    for (const key of keys) {
      const bytes = new TextEncoder().encode(key);
      (this.byLength[bytes.length] ??= []).push({ key, bytes });
    }
  }

  /** The key that `buf[start, end)` spells, or null where it is none of these. */
  find(buf: Uint8Array, start: number, end: number): string | null {
    const candidates = this.byLength[end - start];
    if (candidates === undefined) return null;
    for (const { key, bytes } of candidates) {
      let i = 0;
      while (i < bytes.length && bytes[i] === buf[start + i]) i++;
      if (i === bytes.length) return key;
    }
    return null;
  }
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
 * Whether the KeyValue `buf[start, end)` is written as nearly all are (a key, then a value that is a string, short both) and its text is
 * not empty. False says nothing.
 */
export function hasText(buf: Uint8Array, start: number, end: number): boolean {
  const keyLength = buf[start + 1] ?? 0;
  const value = start + 2 + keyLength;
  const text = value + 2;
  return (
    buf[start] === KEY_VALUE_KEY &&
    keyLength < 0x80 &&
    text + 2 < end &&
    buf[value] === KEY_VALUE_VALUE &&
    buf[value + 1] === end - text &&
    buf[text] === ANY_STRING &&
    buf[text + 1] === end - text - 2
  );
}

/** Which wanted key the KeyValue `buf[start, end)` may have: the first that it names; null where it is none of them. Throws WireError. */
export function wantedKey(buf: Uint8Array, start: number, end: number, wanted: AttributeKeys): string | null {
  // As nearly all are written: the key first, its length in one byte.
  const length = buf[start + 1] ?? 0;
  if (buf[start] === KEY_VALUE_KEY && length < 0x80 && start + 2 + length <= end) {
    return wanted.find(buf, start + 2, start + 2 + length);
  }
  const found = new Map<string, string>();
  readKeyValue(new Cursor(buf, start, end), wanted, found);
  const [key = null] = found.keys();
  return key;
}

function readKeyValue(cursor: Cursor, wanted: AttributeKeys, found: Map<string, string>): void {
  let key: string | null = null;
  let value: string | null = null;
  while (cursor.pos < cursor.end) {
    const tag = readTag(cursor);
    if (tag === KEY_VALUE_KEY) {
      const length = readLength(cursor);
      key = wanted.find(cursor.buf, cursor.pos, cursor.pos + length);
      cursor.pos += length;
      if (key === null) return;
    } else if (tag === KEY_VALUE_VALUE) {
      const length = readLength(cursor);
      value = readStringValue(new Cursor(cursor.buf, cursor.pos, cursor.pos + length));
      cursor.pos += length;
    } else {
      skipValue(cursor, tag);
    }
  }
  if (key !== null && value !== null) found.set(key, value);
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
