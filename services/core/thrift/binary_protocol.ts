/**
 * Thrift's binary protocol: everything of fixed width, big endian.
 *
 *     field    type:u8 id:i16 value          a field of type 0 ends the struct
 *     string   length:i32 bytes
 *     list     type:u8 count:i32 elements
 *     map      keyType:u8 valueType:u8 count:i32 (key value)*
 *     message  0x8001:u16 0:u8 type:u8 name:string sequence:i32       strict
 *              name:string type:u8 sequence:i32                       old
 *
 * Source: thrift-binary-protocol.md of Apache Thrift.
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

const STRICT_VERSION = 0x8001;

const FEWEST_BYTES: ReadonlyMap<number, number> = new Map([
  [BOOL, 1],
  [BYTE, 1],
  [I16, 2],
  [I32, 4],
  [I64, 8],
  [DOUBLE, 8],
  [UUID, 16],
  [STRING, 4],
  [STRUCT, 1],
  [MAP, 6],
  [SET, 5],
  [LIST, 5],
]);

export const BINARY: ThriftProtocol = {
  readField(reader) {
    const type = readType(reader);
    if (type !== STOP) reader.fieldId = readI16(reader);
    return type;
  },
  readBool: (reader) => readByte(reader) !== 0,
  readI16,
  readI32,
  readI64: (reader) => view(reader, 8).getBigInt64(0),
  readDouble: (reader) => view(reader, 8).getFloat64(0),
  readLength,
  readList(reader): ListHead {
    const type = readType(reader);
    return { type, count: readI32(reader) };
  },
  readMap(reader): MapHead {
    const keyType = readType(reader);
    const valueType = readType(reader);
    return { keyType, valueType, count: readI32(reader) };
  },
  readMessage,
  fewestBytes: (type) => FEWEST_BYTES.get(type) ?? 0,
};

function readMessage(reader: ThriftReader): MessageHead {
  const start = reader.pos;
  const head = readI32(reader);
  if (head < 0) {
    if (head >>> 16 !== STRICT_VERSION) throw new WireError('a message of another version than 1');
    const name = readText(reader);
    readI32(reader);
    return { name, type: head & 0xff };
  }
  reader.pos = start;
  const name = readText(reader);
  const type = readByte(reader);
  readI32(reader);
  return { name, type };
}

function readType(reader: ThriftReader): number {
  return reader.buf[advance(reader, 1)]!;
}

function readI16(reader: ThriftReader): number {
  const at = advance(reader, 2);
  return ((reader.buf[at]! << 24) >> 16) | reader.buf[at + 1]!;
}

function readI32(reader: ThriftReader): number {
  const at = advance(reader, 4);
  const { buf } = reader;
  return (buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) | buf[at + 3]!;
}

function readLength(reader: ThriftReader): number {
  const length = readI32(reader);
  if (length < 0 || length > reader.end - reader.pos) throw new WireError('length past the end');
  return length;
}

function view(reader: ThriftReader, bytes: number): DataView {
  const at = advance(reader, bytes);
  return new DataView(reader.buf.buffer, reader.buf.byteOffset + at, bytes);
}
