/** Thrift as Apache's libraries write it, in both protocols, from a tree of values: the other side of the reader under test. */
import * as thrift from '../../services/core/thrift/reader.ts';

export type ThriftValue =
  | { readonly type: typeof thrift.BOOL; readonly value: boolean }
  | { readonly type: typeof thrift.BYTE | typeof thrift.I16 | typeof thrift.I32; readonly value: number }
  | { readonly type: typeof thrift.I64; readonly value: bigint }
  | { readonly type: typeof thrift.DOUBLE; readonly value: number }
  | { readonly type: typeof thrift.STRING; readonly value: string | Uint8Array }
  | { readonly type: typeof thrift.UUID; readonly value: Uint8Array }
  | { readonly type: typeof thrift.STRUCT; readonly fields: readonly ThriftField[] }
  | {
      readonly type: typeof thrift.LIST | typeof thrift.SET;
      readonly elements: number;
      readonly values: readonly ThriftValue[];
    }
  | {
      readonly type: typeof thrift.MAP;
      readonly keys: number;
      readonly elements: number;
      readonly entries: readonly (readonly [ThriftValue, ThriftValue])[];
    };

export type ThriftField = readonly [id: number, value: ThriftValue];

export const bool = (value: boolean): ThriftValue => ({ type: thrift.BOOL, value });
export const i32 = (value: number): ThriftValue => ({ type: thrift.I32, value });
export const i64 = (value: bigint): ThriftValue => ({ type: thrift.I64, value });
export const double = (value: number): ThriftValue => ({ type: thrift.DOUBLE, value });
export const string = (value: string | Uint8Array): ThriftValue => ({ type: thrift.STRING, value });
export const struct = (...fields: ThriftField[]): ThriftValue => ({ type: thrift.STRUCT, fields });
export const list = (elements: number, values: readonly ThriftValue[]): ThriftValue => ({
  ...{ type: thrift.LIST, elements, values },
});

export interface ThriftEncoder {
  /** The value alone, as it stands in a list. */
  encode(value: ThriftValue): Buffer;
  message(name: string, args: ThriftValue, type?: number): Buffer;
}

const ONEWAY = 4;
const bytesOf = (value: string | Uint8Array): Buffer => Buffer.from(value as string);

function fixed(bytes: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(bytes);
  write(buffer);
  return buffer;
}
const u8 = (value: number): Buffer => Buffer.of(value & 0xff);
const i16Bytes = (value: number): Buffer => fixed(2, (buffer) => buffer.writeInt16BE(value));
const i32Bytes = (value: number): Buffer => fixed(4, (buffer) => buffer.writeInt32BE(value));

function encodeBinary(value: ThriftValue): Buffer {
  switch (value.type) {
    case thrift.BOOL:
      return u8(value.value ? 1 : 0);
    case thrift.BYTE:
      return u8(value.value);
    case thrift.I16:
      return i16Bytes(value.value);
    case thrift.I32:
      return i32Bytes(value.value);
    case thrift.I64:
      return fixed(8, (buffer) => buffer.writeBigInt64BE(value.value));
    case thrift.DOUBLE:
      return fixed(8, (buffer) => buffer.writeDoubleBE(value.value));
    case thrift.STRING: {
      const bytes = bytesOf(value.value);
      return Buffer.concat([i32Bytes(bytes.length), bytes]);
    }
    case thrift.UUID:
      return Buffer.from(value.value);
    case thrift.STRUCT: {
      const fields = value.fields.map(([id, of]) => [u8(of.type), i16Bytes(id), encodeBinary(of)]);
      return Buffer.concat([...fields.flat(), u8(0)]);
    }
    case thrift.LIST:
    case thrift.SET: {
      const { elements, values } = value;
      return Buffer.concat([u8(elements), i32Bytes(values.length), ...values.map(encodeBinary)]);
    }
    case thrift.MAP: {
      const { keys, elements, entries } = value;
      const pairs = entries.flat().map(encodeBinary);
      return Buffer.concat([u8(keys), u8(elements), i32Bytes(entries.length), ...pairs]);
    }
  }
}

export const binaryEncoder: ThriftEncoder = {
  encode: encodeBinary,
  message: (name, args, type = ONEWAY) =>
    Buffer.concat([
      Buffer.of(0x80, 0x01, 0, type),
      encodeBinary(string(name)),
      i32Bytes(7),
      encodeBinary(args),
    ]),
};

/** The form without a version, as old clients write it. */
export const oldBinaryMessage = (name: string, args: ThriftValue): Buffer =>
  Buffer.concat([encodeBinary(string(name)), u8(ONEWAY), i32Bytes(7), encodeBinary(args)]);

const COMPACT_TYPES = new Map<number, number>([
  [thrift.BOOL, 1],
  [thrift.BYTE, 3],
  [thrift.I16, 4],
  [thrift.I32, 5],
  [thrift.I64, 6],
  [thrift.DOUBLE, 7],
  [thrift.STRING, 8],
  [thrift.LIST, 9],
  [thrift.SET, 10],
  [thrift.MAP, 11],
  [thrift.STRUCT, 12],
  [thrift.UUID, 13],
]);
const compactType = (type: number): number => COMPACT_TYPES.get(type) ?? 0;

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}
const zigzag = (value: bigint): Buffer => varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));

function encodeCompact(value: ThriftValue): Buffer {
  switch (value.type) {
    case thrift.BOOL:
      return u8(value.value ? 1 : 2);
    case thrift.BYTE:
      return u8(value.value);
    case thrift.I16:
    case thrift.I32:
    case thrift.I64:
      return zigzag(BigInt(value.value));
    case thrift.DOUBLE:
      return fixed(8, (buffer) => buffer.writeDoubleLE(value.value));
    case thrift.STRING: {
      const bytes = bytesOf(value.value);
      return Buffer.concat([varint(BigInt(bytes.length)), bytes]);
    }
    case thrift.UUID:
      return Buffer.from(value.value);
    case thrift.STRUCT:
      return compactStruct(value.fields);
    case thrift.LIST:
    case thrift.SET: {
      const { elements, values } = value;
      const { length } = values;
      const type = compactType(elements);
      const head =
        length < 15 ? u8((length << 4) | type) : Buffer.concat([u8(0xf0 | type), varint(BigInt(length))]);
      return Buffer.concat([head, ...values.map(encodeCompact)]);
    }
    case thrift.MAP: {
      const { keys, elements, entries } = value;
      if (entries.length === 0) return u8(0);
      const types = u8((compactType(keys) << 4) | compactType(elements));
      return Buffer.concat([varint(BigInt(entries.length)), types, ...entries.flat().map(encodeCompact)]);
    }
  }
}

function compactStruct(fields: readonly ThriftField[]): Buffer {
  const parts: Buffer[] = [];
  let last = 0;
  for (const [id, value] of fields) {
    const isBool = value.type === thrift.BOOL;
    const type = isBool && !value.value ? 2 : compactType(value.type);
    const delta = id - last;
    if (delta > 0 && delta <= 15) parts.push(u8((delta << 4) | type));
    else parts.push(u8(type), zigzag(BigInt(id)));
    if (!isBool) parts.push(encodeCompact(value));
    last = id;
  }
  return Buffer.concat([...parts, u8(0)]);
}

export const compactEncoder: ThriftEncoder = {
  encode: encodeCompact,
  message: (name, args, type = ONEWAY) =>
    Buffer.concat([Buffer.of(0x82, (type << 5) | 1, 7), encodeCompact(string(name)), encodeCompact(args)]),
};
