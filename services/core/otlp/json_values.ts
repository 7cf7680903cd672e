/**
 * Writes single values of OTLP/JSON as protobuf fields: text, numbers, ids, bytes.
 *
 * Not for messages (json_traces.ts). Source: the ProtoJSON mapping with OTLP's exceptions (ids in hex, enums as numbers).
 * As proto3 has it, a default value is not written, but where a oneof's presence counts (`keepDefault`).
 */
import { FormatError } from './format_error.ts';
import {
  writeFixed32,
  writeFixed64Halves,
  writeLengthField,
  writeTextField,
  writeVarint32,
  writeVarint64Halves,
  type WireWriter,
} from '../wire/writer.ts';

/** The message that is being written, and where in the JSON the value stands. */
export class JsonEncoding {
  readonly writer: WireWriter;
  readonly path: (string | number)[] = [];

  constructor(writer: WireWriter) {
    this.writer = writer;
  }

  fault(problem: string): FormatError {
    const path = this.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
    return new FormatError(`${path === '' ? 'request' : path.slice(1)}: ${problem}`);
  }
}

export type ValueWriter = (encoding: JsonEncoding, tag: number, value: unknown, keepDefault: boolean) => void;

export const text: ValueWriter = (encoding, tag, value, keepDefault) => {
  if (typeof value !== 'string') throw encoding.fault('must be a string');
  if (value !== '' || keepDefault) writeTextField(encoding.writer, tag, value);
};

/** Trace and span ids, in upper or lower case. Whether an id is valid is for the split to say. */
export const hexId: ValueWriter = (encoding, tag, value) => {
  if (typeof value !== 'string' || !/^(?:[0-9a-fA-F]{2})*$/.test(value)) {
    throw encoding.fault('must be an id in hexadecimal');
  }
  if (value !== '') writeLengthField(encoding.writer, tag, Buffer.from(value, 'hex'));
};

export const base64: ValueWriter = (encoding, tag, value, keepDefault) => {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) {
    throw encoding.fault('must be bytes in base64');
  }
  if (value !== '' || keepDefault) writeLengthField(encoding.writer, tag, Buffer.from(value, 'base64'));
};

export const bool: ValueWriter = (encoding, tag, value, keepDefault) => {
  if (typeof value !== 'boolean') throw encoding.fault('must be true or false');
  if (!value && !keepDefault) return;
  writeVarint32(encoding.writer, tag);
  writeVarint32(encoding.writer, value ? 1 : 0);
};

/** Names of enum values are not allowed in OTLP/JSON. */
export const enumeration: ValueWriter = (encoding, tag, value) => {
  if (typeof value !== 'number') throw encoding.fault('must be a number, as enums are in OTLP/JSON');
  const number = integer(encoding, value, -(2n ** 31n), 2n ** 31n - 1n);
  if (number !== 0n) writeVarint(encoding.writer, tag, number);
};

export const uint32: ValueWriter = (encoding, tag, value) => {
  const number = integer(encoding, value, 0n, 2n ** 32n - 1n);
  if (number !== 0n) writeVarint(encoding.writer, tag, number);
};

export const int64: ValueWriter = (encoding, tag, value, keepDefault) => {
  const number = integer(encoding, value, -(2n ** 63n), 2n ** 63n - 1n);
  if (number !== 0n || keepDefault) writeVarint(encoding.writer, tag, number);
};

export const fixed32: ValueWriter = (encoding, tag, value) => {
  const number = integer(encoding, value, 0n, 2n ** 32n - 1n);
  if (number === 0n) return;
  writeVarint32(encoding.writer, tag);
  writeFixed32(encoding.writer, Number(number));
};

export const fixed64: ValueWriter = (encoding, tag, value) => {
  const number = integer(encoding, value, 0n, 2n ** 64n - 1n);
  if (number === 0n) return;
  writeVarint32(encoding.writer, tag);
  writeFixed64Halves(encoding.writer, lowHalf(number), highHalf(number));
};

export const double: ValueWriter = (encoding, tag, value, keepDefault) => {
  const number = doubleOf(value);
  if (number === null) throw encoding.fault('must be a number, "NaN", "Infinity" or "-Infinity"');
  if (Object.is(number, 0) && !keepDefault) return;
  scratch.setFloat64(0, number, true);
  writeVarint32(encoding.writer, tag);
  writeFixed64Halves(encoding.writer, scratch.getUint32(0, true), scratch.getUint32(4, true));
};

const scratch = new DataView(new ArrayBuffer(8));

function doubleOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') return null;
  if (value === 'NaN') return NaN;
  const number = value.trim() === '' ? NaN : Number(value);
  return Number.isNaN(number) ? null : number;
}

/** 64-bit integers are decimal strings or numbers; either is accepted for the smaller ones too. */
function integer(encoding: JsonEncoding, value: unknown, min: bigint, max: bigint): bigint {
  const isDecimal = typeof value === 'string' && /^-?[0-9]{1,20}$/.test(value);
  const isWhole = typeof value === 'number' && Number.isInteger(value);
  const number = isDecimal || isWhole || typeof value === 'bigint' ? BigInt(value) : null;
  if (number === null || number < min || number > max) {
    throw encoding.fault(`must be a whole number from ${String(min)} to ${String(max)}`);
  }
  return number;
}

function writeVarint(writer: WireWriter, tag: number, value: bigint): void {
  writeVarint32(writer, tag);
  writeVarint64Halves(writer, lowHalf(value), highHalf(value));
}

const lowHalf = (value: bigint): number => Number(BigInt.asUintN(32, value));
const highHalf = (value: bigint): number => Number(BigInt.asUintN(32, value >> 32n));
