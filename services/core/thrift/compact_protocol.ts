/**
 * Thrift's compact protocol: varints, zigzag, and small numbers in spare bits.
 *
 *     field    delta:4 type:4 value              delta 0: the id follows as an i16; a byte 0 ends the struct
 *     bool     in a field the type says it (1 true, 2 false); in a list a byte, 1 is true
 *     i16-i64  zigzag varint                     double  8 bytes, little endian
 *     string   length:varint bytes
 *     list     count:4 type:4 elements           count 15: the count follows as a varint
 *     map      count:varint keyType:4 valueType:4 (key value)*        an empty one has its count only
 *     message  0x82 type:3 version:5 sequence:varint name:string
 *
 * Source: thrift-compact-protocol.md of Apache Thrift, which says that doubles are big endian in its first versions; the
 * implementations (C++, Java, Go, Python) all write little endian.
 */
import { WireError } from '../wire/cursor.ts';
import {
  BOOL,
  BYTE,
  DOUBLE,
  I16,
  I32,
  I64,
  LIST,
  MAP,
  SET,
  STOP,
  STRING,
  STRUCT,
  UUID,
  advance,
  readByte,
  readText,
  type ListHead,
  type MapHead,
  type MessageHead,
  type ThriftProtocol,
  type ThriftReader,
} from './reader.ts';

const PROTOCOL_ID = 0x82;
const VERSION = 1;
const VERSION_BITS = 5;

const BOOLEAN_TRUE = 1;
const BOOLEAN_FALSE = 2;
const LONG_COUNT = 15;
const MAX_VARINT_BYTES = 10;

/** The types by their numbers in this protocol. */
const TYPES = [STOP, BOOL, BOOL, BYTE, I16, I32, I64, DOUBLE, STRING, LIST, SET, MAP, STRUCT, UUID];

export const COMPACT: ThriftProtocol = {
  readField,
  readBool(reader) {
    const held = reader.heldBool;
    if (held === null) return readByte(reader) === BOOLEAN_TRUE;
    reader.heldBool = null;
    return held;
  },
  readI16: (reader) => (readZigzag32(reader) << 16) >> 16,
  readI32: readZigzag32,
  readI64: readZigzag64,
  readDouble(reader) {
    const at = advance(reader, 8);
    return new DataView(reader.buf.buffer, reader.buf.byteOffset + at, 8).getFloat64(0, true);
  },
  readLength(reader) {
    const length = readVarint32(reader);
    if (length > reader.end - reader.pos) throw new WireError('length past the end');
    return length;
  },
  readList(reader): ListHead {
    const head = reader.buf[advance(reader, 1)]!;
    const count = head >>> 4;
    return { type: typeOf(head & 0xf), count: count === LONG_COUNT ? readVarint32(reader) : count };
  },
  readMap(reader): MapHead {
    const count = readVarint32(reader);
    if (count === 0) return { keyType: STOP, valueType: STOP, count };
    const types = reader.buf[advance(reader, 1)]!;
    return { keyType: typeOf(types >>> 4), valueType: typeOf(types & 0xf), count };
  },
  readMessage,
  fewestBytes,
};

function readField(reader: ThriftReader): number {
  const head = reader.buf[advance(reader, 1)]!;
  if (head === STOP) return STOP;
  const delta = head >>> 4;
  reader.fieldId = delta === 0 ? COMPACT.readI16(reader) : reader.fieldId + delta;
  const type = head & 0xf;
  if (type === BOOLEAN_TRUE || type === BOOLEAN_FALSE) reader.heldBool = type === BOOLEAN_TRUE;
  else if (type === STOP) throw new WireError('a field of type 0');
  return typeOf(type);
}

function readMessage(reader: ThriftReader): MessageHead {
  if (reader.buf[advance(reader, 1)] !== PROTOCOL_ID)
    throw new WireError('no message of the compact protocol');
  const head = reader.buf[advance(reader, 1)]!;
  if ((head & ((1 << VERSION_BITS) - 1)) !== VERSION) {
    throw new WireError('a message of another version than 1');
  }
  readVarint32(reader);
  return { type: head >>> VERSION_BITS, name: readText(reader) };
}

function typeOf(number: number): number {
  const type = TYPES[number];
  if (type === undefined) throw new WireError(`a value of type ${number}, which does not exist`);
  return type;
}

function fewestBytes(type: number): number {
  if (type === DOUBLE) return 8;
  if (type === UUID) return 16;
  return type === STOP ? 0 : 1;
}

function readZigzag32(reader: ThriftReader): number {
  const value = readVarint32(reader);
  return (value >>> 1) ^ -(value & 1);
}

/** The low 32 bits, unsigned; a varint that says more than them throws. */
function readVarint32(reader: ThriftReader): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = reader.buf[advance(reader, 1)]!;
    if (shift === 28 && byte > 0x0f) throw new WireError('varint of over 32 bits');
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value >>> 0;
  }
}

/** 28 bits at a time: a number's shifts end at 32. */
function readZigzag64(reader: ThriftReader): bigint {
  let low = 0;
  let middle = 0;
  let high = 0;
  for (let i = 0; i < MAX_VARINT_BYTES; i++) {
    const byte = reader.buf[advance(reader, 1)]!;
    const bits = (byte & 0x7f) << (7 * (i & 3));
    if (i < 4) low |= bits;
    else if (i < 8) middle |= bits;
    else high |= bits;
    if (byte < 0x80) return fromZigzag((BigInt(high) << 56n) | (BigInt(middle) << 28n) | BigInt(low));
  }
  throw new WireError('varint of more than ten bytes');
}

const fromZigzag = (value: bigint): bigint => {
  const bits = BigInt.asUintN(64, value);
  return (bits >> 1n) ^ -(bits & 1n);
};
