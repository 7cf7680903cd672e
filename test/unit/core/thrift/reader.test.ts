import { describe, expect, test } from '@jest/globals';
import { BINARY } from '../../../../services/core/thrift/binary_protocol.ts';
import { COMPACT } from '../../../../services/core/thrift/compact_protocol.ts';
import {
  BOOL,
  I32,
  LIST,
  MAP,
  MAX_DEPTH,
  readBool,
  readI32,
  readI64,
  readList,
  readMessage,
  readStruct,
  readText,
  skipValue,
  STRING,
  STRUCT,
  tag,
  ThriftReader,
  type ThriftProtocol,
} from '../../../../services/core/thrift/reader.ts';
import { WireError } from '../../../../services/core/wire/cursor.ts';
import {
  binaryEncoder,
  compactEncoder,
  i32,
  list,
  oldBinaryMessage,
  string,
  struct,
  type ThriftEncoder,
  type ThriftValue,
} from '../../../support/thrift_encoder.ts';

const PROTOCOLS: readonly (readonly [string, ThriftProtocol, ThriftEncoder])[] = [
  ['binary', BINARY, binaryEncoder],
  ['compact', COMPACT, compactEncoder],
];
const over = (protocol: ThriftProtocol, ...bytes: number[]): ThriftReader =>
  new ThriftReader(Uint8Array.from(bytes), protocol);

describe.each(PROTOCOLS)('the %s protocol', (_name, protocol, encoder) => {
  test('has a message around the arguments of a call', () => {
    const reader = new ThriftReader(encoder.message('emitBatch', struct([1, string('x')])), protocol);
    expect(readMessage(reader)).toEqual({ name: 'emitBatch', type: 4 });
    const read: string[] = [];
    readStruct(reader, () => {
      read.push(readText(reader));
    });
    expect(read).toEqual(['x']);
  });

  test('gives fields by number and type, so that one of another type is an unknown one', () => {
    const reader = new ThriftReader(encoder.encode(struct([1, string('text')], [2, i32(-5)])), protocol);
    const read: number[] = [];
    readStruct(reader, (field) => {
      if (field === tag(1, I32) || field === tag(2, I32)) read.push(readI32(reader));
      else skipValue(reader, field);
    });
    expect(read).toEqual([-5]);
  });

  test('gives no element of a list whose type is another', () => {
    const reader = new ThriftReader(encoder.encode(list(STRING, [string('a'), string('b')])), protocol);
    readList(reader, STRUCT, () => {
      throw new Error('there is no struct');
    });
    expect(reader.pos).toBe(reader.end);
  });

  test('goes on with the fields of the outer struct behind an inner one', () => {
    const value = struct([1, i32(1)], [2, struct([9, i32(9)])], [3, i32(3)]);
    const reader = new ThriftReader(encoder.encode(value), protocol);
    const ids: number[] = [];
    readStruct(reader, (field) => {
      ids.push(field >> 5);
      skipValue(reader, field);
    });
    expect(ids).toEqual([1, 2, 3]);
  });

  test('is refused where it nests deeper than anybody does', () => {
    const nested = (depth: number): ThriftValue => (depth === 1 ? struct() : struct([1, nested(depth - 1)]));
    const read = (depth: number) => (): void =>
      skipValue(new ThriftReader(encoder.encode(nested(depth)), protocol), STRUCT);
    expect(read(MAX_DEPTH)).not.toThrow();
    expect(read(MAX_DEPTH + 1)).toThrow('nested too deep');
    expect(read(500)).toThrow('nested too deep');
  });

  test('makes bytes that are no UTF-8 into text that is', () => {
    const reader = new ThriftReader(encoder.encode(string(Uint8Array.of(0x61, 0xff))), protocol);
    expect(readText(reader)).toBe('a\ufffd');
  });
});

describe('counts beyond the bytes there are', () => {
  const filled = (...head: number[]): number[] => [...head, ...Array<number>(20 - head.length).fill(0)];

  test.each([
    ['list', LIST, BINARY, filled(STRUCT, 0x7f, 0xff, 0xff, 0xff)],
    ['list of a negative count', LIST, BINARY, filled(STRUCT, 0xff, 0xff, 0xff, 0xff)],
    ['list of wide elements', LIST, BINARY, filled(4, 0, 0, 0, 2)],
    ['map', MAP, BINARY, filled(STRUCT, STRUCT, 0x7f, 0xff, 0xff, 0xff)],
    ['compact list', LIST, COMPACT, filled(0xfc, 0xff, 0xff, 0xff, 0xff, 0x07)],
    ['compact map', MAP, COMPACT, filled(0xff, 0xff, 0xff, 0xff, 0x07, 0xcc)],
  ])('are refused before the first element: %s', (_name, type, protocol, bytes) => {
    const reader = over(protocol, ...bytes);
    expect(() => skipValue(reader, type)).toThrow('more elements than bytes left');
  });

  test('and of a type that does not exist are refused', () => {
    expect(() => skipValue(over(BINARY, 99, 0, 0, 0, 1, 0), LIST)).toThrow('does not exist');
    expect(() => skipValue(over(COMPACT, 0x1e, 0), LIST)).toThrow('does not exist');
    expect(() => skipValue(over(COMPACT, 0x10, 0), LIST)).toThrow('does not exist');
  });

  test('are nothing to an empty list, whose type some leave at 0', () => {
    const reader = over(BINARY, 0, 0, 0, 0, 0);
    skipValue(reader, LIST);
    expect(reader.pos).toBe(5);
  });
});

describe('the binary protocol', () => {
  test('has an older form of messages, without a version', () => {
    const reader = new ThriftReader(oldBinaryMessage('emitBatch', struct()), BINARY);
    expect(readMessage(reader)).toEqual({ name: 'emitBatch', type: 4 });
    expect(reader.end - reader.pos).toBe(1);
  });

  test('refuses messages of a version to come', () => {
    expect(() => readMessage(over(BINARY, 0x80, 0x02, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0))).toThrow('version');
  });

  test('refuses a string of a negative length', () => {
    expect(() => readText(over(BINARY, 0xff, 0xff, 0xff, 0xff, 0x61))).toThrow(WireError);
  });
});

describe('the compact protocol', () => {
  test('has bools of a list in a byte each, and false may be 0', () => {
    const reader = over(COMPACT, 0x31, 1, 2, 0);
    const read: boolean[] = [];
    readList(reader, BOOL, () => {
      read.push(readBool(reader));
    });
    expect(read).toEqual([true, false, false]);
  });

  test('refuses messages of another protocol or version', () => {
    expect(() => readMessage(over(COMPACT, 0x80, 0x01, 0, 0))).toThrow('no message of the compact protocol');
    expect(() => readMessage(over(COMPACT, 0x82, 0x22, 0, 0))).toThrow('version');
  });

  test('refuses varints that are longer than their type', () => {
    expect(() => readI32(over(COMPACT, 0xff, 0xff, 0xff, 0xff, 0x10))).toThrow('over 32 bits');
    expect(readI64(over(COMPACT, ...Array<number>(9).fill(0xff), 0x01))).toBe(-(2n ** 63n));
    expect(() => readI64(over(COMPACT, ...Array<number>(10).fill(0x80), 0x01))).toThrow('ten bytes');
  });
});
