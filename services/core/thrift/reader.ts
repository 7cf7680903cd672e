/**
 * Reads Thrift where it lies: a position in a buffer, the protocol it is written in, and free functions that move it.
 *
 * Not for building objects: a struct is a loop over its fields, and what a caller does not know is skipped. Fields are
 * compared whole, as `tag(id, type)`, so that a field of another type than expected is an unknown one, as Apache's
 * generated code has it. Invariant: `pos <= end`. Every length and every count is checked against the bytes that are
 * left before anything is done with it. Bytes that are no Thrift throw WireError and nothing else.
 *
 *     readStruct(reader, (field) => {
 *       if (field === SPAN_NAME) name = readText(reader);
 *       else skipValue(reader, field);
 *     });
 */
import { WireError } from '../wire/cursor.ts';

export const STOP = 0;
export const BOOL = 2;
export const BYTE = 3;
export const DOUBLE = 4;
export const I16 = 6;
export const I32 = 8;
export const I64 = 10;
/** Text and bytes are one type on the wire. */
export const STRING = 11;
export const STRUCT = 12;
export const MAP = 13;
export const SET = 14;
export const LIST = 15;
export const UUID = 16;

const TYPE_BITS = 5;
const TYPE_MASK = (1 << TYPE_BITS) - 1;

/** A field as it is compared: its number and its type. */
export const tag = (id: number, type: number): number => (id << TYPE_BITS) | type;

/** What the two protocols do in their own ways. */
export interface ThriftProtocol {
  /** Sets `fieldId` and returns the type, STOP at the end of the struct. */
  readonly readField: (reader: ThriftReader) => number;
  readonly readBool: (reader: ThriftReader) => boolean;
  readonly readI16: (reader: ThriftReader) => number;
  readonly readI32: (reader: ThriftReader) => number;
  readonly readI64: (reader: ThriftReader) => bigint;
  readonly readDouble: (reader: ThriftReader) => number;
  /** The length of the bytes that come next, which is not past the end. */
  readonly readLength: (reader: ThriftReader) => number;
  /** The head of a list or set. */
  readonly readList: (reader: ThriftReader) => ListHead;
  readonly readMap: (reader: ThriftReader) => MapHead;
  readonly readMessage: (reader: ThriftReader) => MessageHead;
  /** The fewest bytes that a value of this type takes; 0 for a type that does not exist. */
  readonly fewestBytes: (type: number) => number;
}

export interface ListHead {
  readonly type: number;
  readonly count: number;
}

export interface MapHead {
  readonly keyType: number;
  readonly valueType: number;
  readonly count: number;
}

/** A call: its arguments are a struct behind it. */
export interface MessageHead {
  readonly name: string;
  /** CALL, REPLY, EXCEPTION, ONEWAY: 1 to 4. */
  readonly type: number;
}

/** Structs, lists and maps in each other; no message of anybody's comes near. */
export const MAX_DEPTH = 32;

export class ThriftReader {
  readonly buf: Uint8Array;
  readonly end: number;
  readonly protocol: ThriftProtocol;
  pos: number;
  depth = 0;
  /** The number of the field that was read last. The compact protocol counts on from it. */
  fieldId = 0;
  /** The compact protocol has the value of a field of type BOOL in the field's type. */
  heldBool: boolean | null = null;

  constructor(buf: Uint8Array, protocol: ThriftProtocol, pos = 0, end = buf.length) {
    this.buf = buf;
    this.protocol = protocol;
    this.pos = pos;
    this.end = end;
  }
}

/** Reads a struct. `onField` is given each field's tag, and reads or skips its value. */
export function readStruct(reader: ThriftReader, onField: (field: number) => void): void {
  const { protocol, fieldId } = reader;
  enter(reader);
  reader.fieldId = 0;
  for (;;) {
    const type = protocol.readField(reader);
    if (type === STOP) break;
    onField(tag(reader.fieldId, type));
  }
  reader.fieldId = fieldId;
  reader.depth--;
}

/** Reads a list or set whose elements are of `type`; one of another type is skipped. `onElement` reads one element. */
export function readList(reader: ThriftReader, type: number, onElement: () => void): void {
  const head = reader.protocol.readList(reader);
  checkCount(reader, head.count, head.type);
  enter(reader);
  for (let i = 0; i < head.count; i++) {
    if (head.type === type) onElement();
    else skipValue(reader, head.type);
  }
  reader.depth--;
}

export function readMessage(reader: ThriftReader): MessageHead {
  return reader.protocol.readMessage(reader);
}

export function readBool(reader: ThriftReader): boolean {
  return reader.protocol.readBool(reader);
}

export function readByte(reader: ThriftReader): number {
  return (reader.buf[advance(reader, 1)]! << 24) >> 24;
}

export function readI16(reader: ThriftReader): number {
  return reader.protocol.readI16(reader);
}

export function readI32(reader: ThriftReader): number {
  return reader.protocol.readI32(reader);
}

export function readI64(reader: ThriftReader): bigint {
  return reader.protocol.readI64(reader);
}

export function readDouble(reader: ThriftReader): number {
  return reader.protocol.readDouble(reader);
}

/** The bytes of a string as a view of the buffer. */
export function readBytes(reader: ThriftReader): Uint8Array {
  const start = advance(reader, reader.protocol.readLength(reader));
  return reader.buf.subarray(start, reader.pos);
}

/** A string; bytes that are no UTF-8 become U+FFFD. */
export function readText(reader: ThriftReader): string {
  return decoder.decode(readBytes(reader));
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Moves over the value of a field or element of any type. */
export function skipValue(reader: ThriftReader, field: number): void {
  const type = field & TYPE_MASK;
  switch (type) {
    case BOOL:
      readBool(reader);
      return;
    case BYTE:
      advance(reader, 1);
      return;
    case I16:
      readI16(reader);
      return;
    case I32:
      readI32(reader);
      return;
    case I64:
      readI64(reader);
      return;
    case DOUBLE:
      advance(reader, 8);
      return;
    case UUID:
      advance(reader, 16);
      return;
    case STRING:
      advance(reader, reader.protocol.readLength(reader));
      return;
    default:
      skipNested(reader, type);
  }
}

function skipNested(reader: ThriftReader, type: number): void {
  switch (type) {
    case STRUCT:
      readStruct(reader, (field) => {
        skipValue(reader, field);
      });
      return;
    case SET:
    case LIST:
      readList(reader, STOP, nothing);
      return;
    case MAP:
      skipMap(reader);
      return;
    default:
      throw new WireError(`a value of type ${type}, which does not exist`);
  }
}

function nothing(): void {
  // No element is of type STOP.
}

function skipMap(reader: ThriftReader): void {
  const { keyType, valueType, count } = reader.protocol.readMap(reader);
  checkCount(reader, count, keyType);
  checkCount(reader, count, valueType);
  enter(reader);
  for (let i = 0; i < count; i++) {
    skipValue(reader, keyType);
    skipValue(reader, valueType);
  }
  reader.depth--;
}

function enter(reader: ThriftReader): void {
  if (reader.depth >= MAX_DEPTH) throw new WireError('nested too deep');
  reader.depth++;
}

/** A count that the bytes left cannot hold is refused before the first element. An empty list may have any type. */
function checkCount(reader: ThriftReader, count: number, type: number): void {
  if (count === 0) return;
  const bytes = reader.protocol.fewestBytes(type);
  if (bytes === 0) throw new WireError(`elements of type ${type}, which does not exist`);
  if (count < 0 || count * bytes > reader.end - reader.pos)
    throw new WireError('more elements than bytes left');
}

/** Moves over `length` bytes, which must be there, and returns where they begin. */
export function advance(reader: ThriftReader, length: number): number {
  const at = reader.pos;
  if (length < 0 || length > reader.end - at) throw new WireError('value past the end');
  reader.pos = at + length;
  return at;
}
