import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import {
  Cursor,
  readLength,
  readTag,
  readVarint32,
  readVarint53,
  readVarint64,
  skipRow,
  skipValue,
  uint32At,
  uint32BigEndianAt,
  WireError,
} from '../../../../services/core/wire/cursor.ts';
import { concat, varint } from '../../../support/otlp_arbitraries.ts';

const cursorOver = (...bytes: number[]): Cursor => new Cursor(Uint8Array.from(bytes));
const repeat = (times: number, byte: number): number[] => Array.from({ length: times }, () => byte);

describe('varints', () => {
  test('read as protobufjs reads them, whatever their length', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        const cursor = new Cursor(varint(value));
        expect(readVarint32(cursor)).toBe(protobuf.Reader.create(varint(value)).uint32());
        expect(cursor.pos).toBe(cursor.end);
      }),
    );
  });

  test('are exact up to 2^53 where that is asked for', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(readVarint53(new Cursor(varint(value)))).toBe(value);
      }),
    );
  });

  test('are exact, and negative where they are, as an int64', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const cursor = new Cursor(varint(BigInt.asUintN(64, value)));
        expect(readVarint64(cursor)).toBe(value);
        expect(cursor.pos).toBe(cursor.end);
      }),
    );
    expect(() => readVarint64(cursorOver(0x80))).toThrow(WireError);
    expect(() => readVarint64(cursorOver(...repeat(10, 0x80), 0x01))).toThrow('more than ten bytes');
  });

  test('that run past the end are refused and the cursor stays', () => {
    const cursor = cursorOver(0x80, 0x80);
    expect(() => readVarint32(cursor)).toThrow(WireError);
    expect(cursor.pos).toBe(0);
  });

  test('end with the message around them, not with the buffer', () => {
    expect(() => readVarint32(new Cursor(Uint8Array.of(0x80, 0x01), 0, 1))).toThrow(WireError);
  });

  test('of eleven bytes are refused', () => {
    expect(readVarint32(cursorOver(...repeat(9, 0x80), 0x01))).toBe(0);
    expect(() => readVarint32(cursorOver(...repeat(10, 0x80), 0x01))).toThrow('more than ten bytes');
    expect(() => readVarint53(cursorOver(...repeat(10, 0x80), 0x01))).toThrow('more than ten bytes');
  });
});

describe('tags', () => {
  test('of field number 0 are refused, in one byte and in more', () => {
    expect(() => readTag(cursorOver(0x02))).toThrow('field number 0');
    expect(() => readTag(cursorOver(0x82, 0x00))).toThrow('field number 0');
  });

  test('of the greatest field number are read whole', () => {
    expect(readTag(new Cursor(varint((2 ** 29 - 1) * 8 + 2)))).toBe((2 ** 29 - 1) * 8 + 2);
  });

  test('beyond 32 bits are refused instead of losing their upper bits', () => {
    expect(() => readTag(new Cursor(varint(2 ** 32 + 10)))).toThrow('over 32 bits');
    expect(() => readTag(new Cursor(varint(2n ** 63n + 10n)))).toThrow('over 32 bits');
  });
});

describe('lengths', () => {
  test('may reach the end and not one byte further', () => {
    expect(readLength(cursorOver(2, 0, 0))).toBe(2);
    expect(() => readLength(cursorOver(3, 0, 0))).toThrow('length past the end');
  });

  test('beyond 32 bits are refused instead of losing their upper bits', () => {
    for (const high of [2n ** 32n, 2n ** 35n, 2n ** 63n]) {
      expect(() => readLength(new Cursor(concat([varint(high + 1n), Uint8Array.of(0)])))).toThrow(
        'length past the end',
      );
    }
  });

  test('written with superfluous bytes are read all the same', () => {
    expect(readLength(new Cursor(concat([varint(1, 6), Uint8Array.of(0)])))).toBe(1);
  });
});

describe('skipping', () => {
  test('moves over every wire type', () => {
    const cases: [number, number[]][] = [
      [0x08, [0x96, 0x01]],
      [0x09, repeat(8, 1)],
      [0x0a, [2, 9, 9]],
      [0x0d, repeat(4, 1)],
      [0x0b, [0x10, 0x01, 0x13, 0x14, 0x0c]],
    ];
    for (const [tag, bytes] of cases) {
      const cursor = cursorOver(...bytes);
      skipValue(cursor, tag);
      expect(cursor.pos).toBe(bytes.length);
    }
  });

  test('refuses values past the end, wire types that do not exist and ends of groups that never began', () => {
    for (const [tag, bytes] of [
      [0x09, repeat(7, 1)],
      [0x0d, repeat(3, 1)],
      [0x0e, [0]],
      [0x0f, [0]],
      [0x0c, []],
    ] as const) {
      expect(() => skipValue(cursorOver(...bytes), tag)).toThrow(WireError);
    }
  });

  test('refuses a group that another field closes, or none', () => {
    expect(() => skipValue(cursorOver(0x14), 0x0b)).toThrow('closed by another field');
    expect(() => skipValue(cursorOver(0x10, 0x01), 0x0b)).toThrow(WireError);
  });

  test('moves over a row of values as over one after the other', () => {
    const TAG = 0x4a;
    /** Where a walk over all fields ends, or why it does not. */
    const walk = (bytes: Uint8Array, skip: typeof skipValue): string => {
      const cursor = new Cursor(bytes);
      try {
        while (cursor.pos < cursor.end) {
          const tag = readTag(cursor);
          if (tag === TAG) skip(cursor, tag);
          else skipValue(cursor, tag);
        }
        return `at ${cursor.pos}`;
      } catch (error) {
        return (error as WireError).message;
      }
    };
    const short = fc.uint8Array({ maxLength: 0x7f }).map((value) => [TAG, value.length, ...value]);
    const long = fc
      .uint8Array({ minLength: 0x80, maxLength: 0x100 })
      .map((value) => [TAG, ...varint(BigInt(value.length)), ...value]);
    const other = fc.constant([0x08, 1]);
    const cut = fc.constantFrom([TAG], [TAG, 5, 1], [TAG, 0x80], [TAG, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    const fields = fc.array(fc.oneof(short, short, short, long, other));
    fc.assert(
      fc.property(fields, fc.option(cut, { nil: [] }), (whole, end) => {
        const bytes = Uint8Array.from([...whole.flat(), ...end]);
        expect(walk(bytes, skipRow)).toBe(walk(bytes, skipValue));
      }),
    );
    const row = new Cursor(Uint8Array.of(1, 7, TAG, 0, TAG, 2, 7, 7, 0x08, 1));
    skipRow(row, TAG);
    expect(row.pos).toBe(8);
  });

  test('refuses groups nested a thousand deep instead of running out of stack', () => {
    expect(() => skipValue(cursorOver(...repeat(1000, 0x0b)), 0x0b)).toThrow('nested too deep');
  });
});

test('fixed numbers are read in their byte order, unsigned', () => {
  const bytes = Uint8Array.of(0xff, 0x01, 0x02, 0x03, 0xfe, 0x04, 0x05, 0x06);
  const view = new DataView(bytes.buffer);
  expect(uint32At(bytes, 4)).toBe(view.getUint32(4, true));
  expect(uint32BigEndianAt(bytes, 0)).toBe(view.getUint32(0));
});
