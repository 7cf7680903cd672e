/** A key and its value, from the bytes of a span or a resource to the columns of a map. */
import type { LowCardinalityColumn } from '../core/native/low_cardinality_column.ts';
import type { MapColumn } from '../core/native/nested_columns.ts';
import type { StringColumn } from '../core/native/string_columns.ts';
import { appendAnyValue } from '../core/otlp/any_value.ts';
import * as otlp from '../core/otlp/fields.ts';
import { Cursor, readLength, readTag, skipValue } from '../core/wire/cursor.ts';

type AnyAttributes = MapColumn<LowCardinalityColumn, StringColumn | LowCardinalityColumn>;

/** KeyValue { 1: key  2: AnyValue }; the cursor stands before its length. */
export function appendPair(map: AnyAttributes, outer: Cursor): void {
  const { buf, pos } = outer;
  // A key, then a value, and all lengths in one byte, as nearly all pairs are: read without a cursor.
  const keyLength = buf[pos + 2] ?? 0;
  const keyTo = pos + 3 + keyLength;
  const pairEnd = pos + 1 + (buf[pos] ?? 0);
  if (
    buf[pos + 1] === otlp.KEY_VALUE_KEY &&
    buf[keyTo] === otlp.KEY_VALUE_VALUE &&
    keyTo + 2 + (buf[keyTo + 1] ?? 0) === pairEnd &&
    keyLength < 0x80 &&
    pairEnd - pos <= 0x80 &&
    pairEnd <= outer.end
  ) {
    outer.pos = pairEnd;
    map.keys.append(buf, pos + 3, keyTo);
    appendAnyValue(map.values, buf, keyTo + 2, pairEnd);
    return;
  }
  appendLongPair(map, outer);
}

function appendLongPair(map: AnyAttributes, outer: Cursor): void {
  const { buf } = outer;
  const length = readLength(outer);
  const end = outer.pos + length;
  const inner = new Cursor(buf, outer.pos, end);
  outer.pos = end;
  let [keyStart, keyEnd, valueStart, valueEnd] = [0, 0, 0, 0];
  while (inner.pos < end) {
    const tag = readTag(inner);
    if (tag === otlp.KEY_VALUE_KEY) {
      const keyLength = readLength(inner);
      keyStart = inner.pos;
      keyEnd = inner.pos += keyLength;
    } else if (tag === otlp.KEY_VALUE_VALUE) {
      const valueLength = readLength(inner);
      valueStart = inner.pos;
      valueEnd = inner.pos += valueLength;
    } else {
      skipValue(inner, tag);
    }
  }
  map.keys.append(buf, keyStart, keyEnd);
  appendAnyValue(map.values, buf, valueStart, valueEnd);
}
