import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BINARY } from '../../../../services/core/thrift/binary_protocol.ts';
import { COMPACT } from '../../../../services/core/thrift/compact_protocol.ts';
import * as thrift from '../../../../services/core/thrift/reader.ts';
import { WireError } from '../../../../services/core/wire/cursor.ts';
import {
  binaryEncoder,
  compactEncoder,
  type ThriftEncoder,
  type ThriftField,
  type ThriftValue,
} from '../../../support/thrift_encoder.ts';

const { BOOL, BYTE, DOUBLE, I16, I32, I64, LIST, MAP, SET, STRING, STRUCT, ThriftReader, UUID } = thrift;

const PROTOCOLS: readonly (readonly [string, thrift.ThriftProtocol, ThriftEncoder])[] = [
  ['binary', BINARY, binaryEncoder],
  ['compact', COMPACT, compactEncoder],
];

const int = (bits: number): fc.Arbitrary<number> =>
  fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
const ofType = <T extends number, V>(type: T, values: fc.Arbitrary<V>): fc.Arbitrary<{ type: T; value: V }> =>
  values.map((value) => ({ type, value }));

const scalars: ReadonlyMap<number, fc.Arbitrary<ThriftValue>> = new Map<number, fc.Arbitrary<ThriftValue>>([
  [BOOL, ofType(BOOL, fc.boolean())],
  [BYTE, ofType(BYTE, int(8))],
  [I16, ofType(I16, int(16))],
  [I32, ofType(I32, int(32))],
  [I64, ofType(I64, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))],
  [DOUBLE, ofType(DOUBLE, fc.double())],
  [STRING, ofType(STRING, fc.string({ unit: 'grapheme', maxLength: 20 }))],
  [UUID, ofType(UUID, fc.uint8Array({ minLength: 16, maxLength: 16 }))],
]);

/** A value of one of all types, three levels deep. */
function valueOf(type: number, depth: number): fc.Arbitrary<ThriftValue> {
  const scalar = scalars.get(type);
  if (scalar !== undefined) return scalar;
  const inner = (): fc.Arbitrary<number> => fc.constantFrom(...(depth > 2 ? scalars.keys() : TYPES));
  if (type === STRUCT) return structOf(depth);
  if (type === MAP) {
    return fc
      .tuple(inner(), inner())
      .chain(([keys, elements]) =>
        fc
          .array(fc.tuple(valueOf(keys, depth + 1), valueOf(elements, depth + 1)), { maxLength: 3 })
          .map((entries) => ({ type: MAP, keys, elements, entries })),
      );
  }
  return inner().chain((elements) =>
    fc
      .array(valueOf(elements, depth + 1), { maxLength: 20, size: 'small' })
      .map((values) => ({ type: type as typeof LIST, elements, values })),
  );
}
const TYPES = [...scalars.keys(), STRUCT, LIST, SET, MAP];

function structOf(depth: number): fc.Arbitrary<{ type: typeof STRUCT; fields: ThriftField[] }> {
  const types = depth > 2 ? [...scalars.keys()] : TYPES;
  const field = fc
    .tuple(int(16), fc.constantFrom(...types))
    .chain(([id, type]) => fc.tuple(fc.constant(id), valueOf(type, depth + 1)));
  return fc.array(field, { maxLength: 6 }).map((fields) => ({ type: STRUCT, fields }));
}

const tree = structOf(0);

/** Reads what is known to be there, or skips it where the expected value says nothing of it. */
function expectValue(reader: thrift.ThriftReader, value: ThriftValue): void {
  switch (value.type) {
    case BOOL:
      return expect(thrift.readBool(reader)).toBe(value.value);
    case BYTE:
      return expect(thrift.readByte(reader)).toBe(value.value);
    case I16:
      return expect(thrift.readI16(reader)).toBe(value.value);
    case I32:
      return expect(thrift.readI32(reader)).toBe(value.value);
    case I64:
      return expect(thrift.readI64(reader)).toBe(value.value);
    case DOUBLE:
      return expect(thrift.readDouble(reader)).toBe(value.value);
    case STRING:
      return expect(thrift.readText(reader)).toBe(value.value);
    case STRUCT:
      return expectStruct(reader, value.fields);
    case LIST:
    case SET:
      return expectList(reader, value.elements, value.values);
    case MAP:
    case UUID:
      thrift.skipValue(reader, value.type);
  }
}

function expectStruct(reader: thrift.ThriftReader, fields: readonly ThriftField[]): void {
  let next = 0;
  thrift.readStruct(reader, (field) => {
    const [id, value] = fields[next++] ?? [NaN, { type: BOOL, value: true }];
    expect(field).toBe(thrift.tag(id, value.type));
    expectValue(reader, value);
  });
  expect(next).toBe(fields.length);
}

function expectList(reader: thrift.ThriftReader, type: number, values: readonly ThriftValue[]): void {
  let next = 0;
  thrift.readList(reader, type, () => {
    const value = values[next++];
    if (value !== undefined) expectValue(reader, value);
  });
  expect(next).toBe(values.length);
}

describe.each(PROTOCOLS)('the %s protocol', (_name, protocol, encoder) => {
  test('is read as it was written, every type in every other', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const reader = new ThriftReader(encoder.encode(value), protocol);
        expectValue(reader, value);
        expect(reader.pos).toBe(reader.end);
        expect(reader.depth).toBe(0);
      }),
    );
  });

  test('is skipped to its end by who knows no field', () => {
    fc.assert(
      fc.property(tree, fc.uint8Array({ maxLength: 5 }), (value, behind) => {
        const bytes = encoder.encode(value);
        const reader = new ThriftReader(Buffer.concat([bytes, behind]), protocol);
        thrift.skipValue(reader, STRUCT);
        expect(reader.pos).toBe(bytes.length);
      }),
    );
  });

  test('is refused wherever it is cut off, with nothing but a WireError', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const bytes = encoder.encode(value);
        for (let length = 0; length < bytes.length; length++) {
          const reader = new ThriftReader(bytes, protocol, 0, length);
          expect(() => thrift.skipValue(reader, STRUCT)).toThrow(WireError);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('of any bytes whatever is read or refused with a WireError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const reader = new ThriftReader(bytes, protocol);
        try {
          thrift.skipValue(reader, STRUCT);
          expect(reader.pos).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
