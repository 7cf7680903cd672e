/**
 * Mutations of protobuf as a tree of fields: lengths around a change are written anew, so that it is read and not refused at
 * the outermost length. What looks like a message is taken for one.
 */
import { varint } from './varint.ts';
import {
  Cursor,
  LENGTH,
  readLength,
  readTag,
  skipValue,
  WireError,
} from '../../../services/core/wire/cursor.ts';
import type { Dice, Mutation } from './dice.ts';

const concat = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);

interface Field {
  readonly tag: number;
  /** Of the value; of a LENGTH field without its length. */
  readonly value: Uint8Array;
}

/** Null where the bytes are no message. */
function fieldsOf(bytes: Uint8Array): Field[] | null {
  const cursor = new Cursor(bytes);
  const fields: Field[] = [];
  try {
    while (cursor.pos < cursor.end) {
      const tag = readTag(cursor);
      const start = cursor.pos;
      if ((tag & 7) === LENGTH) {
        const length = readLength(cursor);
        fields.push({ tag, value: bytes.subarray(cursor.pos, cursor.pos + length) });
        cursor.pos += length;
      } else {
        skipValue(cursor, tag);
        fields.push({ tag, value: bytes.subarray(start, cursor.pos) });
      }
    }
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
  return fields;
}

const bytesOf = ({ tag, value }: Field): Uint8Array =>
  (tag & 7) === LENGTH ? concat([varint(tag), varint(value.length), value]) : concat([varint(tag), value]);
const joined = (fields: readonly Field[]): Buffer => Buffer.from(concat(fields.map(bytesOf)));

type Change = (fields: Field[], at: number, dice: Dice) => void;

const field = (fields: Field[], at: number): Field => fields[at] ?? { tag: 8, value: new Uint8Array(1) };

const remove: Change = (fields, at) => void fields.splice(at, 1);
const repeat: Change = (fields, at, dice) => {
  const copies = Array.from({ length: dice.chance(0.1) ? 100 : 1 + dice.below(3) }, () => field(fields, at));
  fields.splice(at, 0, ...copies);
};
const swap: Change = (fields, at, dice) => {
  const other = dice.below(fields.length);
  const [a, b] = [field(fields, at), field(fields, other)];
  fields[at] = b;
  fields[other] = a;
};
const renumber: Change = (fields, at, dice) => {
  const number = dice.pick([1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 16, 19_000, 2 ** 29 - 1]);
  fields[at] = { ...field(fields, at), tag: number * 8 + (field(fields, at).tag & 7) };
};
const retype: Change = (fields, at, dice) => {
  const { tag, value } = field(fields, at);
  fields[at] = { tag: tag - (tag & 7) + dice.below(8), value };
};
const empty: Change = (fields, at) => {
  fields[at] = { ...field(fields, at), value: new Uint8Array(0) };
};
/** An AnyValue in lists of lists, or any field in itself, ever deeper. */
const nest: Change = (fields, at, dice) => {
  const tags = dice.pick([[0x2a, 0x0a], [0x32, 0x0a, 0x12], [field(fields, at).tag]]);
  let { value } = field(fields, at);
  for (let depth = dice.pick([2, 31, 33, 64, 66, 200, 1_000]); depth > 0; depth--) {
    for (const tag of tags.toReversed()) value = concat([varint(tag), varint(value.length), value]);
    if (value.length > 16_384) break;
  }
  fields[at] = { tag: field(fields, at).tag, value };
};
const wrongLength: Change = (fields, at, dice) => {
  const { tag, value } = field(fields, at);
  const length = Math.max(0, value.length + dice.pick([-2, -1, 1, 2, 127, 2 ** 31]));
  fields[at] = { tag: 0x0d, value: concat([varint(tag), varint(length), value]).subarray(0, 4) };
  fields.splice(at + 1, 0, { tag, value: concat([varint(length), value]) });
};
const wild: Change = (fields, at, dice) => {
  const { tag, value } = field(fields, at);
  fields[at] = { tag, value: Buffer.alloc(value.length, dice.pick([0, 0xff, 0x80, 0x7f])) };
};

const CHANGES: readonly Change[] = [remove, repeat, swap, renumber, retype, empty, nest, wrongLength, wild];

/** Changes a field somewhere in the tree. */
export const mutateFields: Mutation = (bytes, dice) => {
  const fields = fieldsOf(bytes);
  if (fields === null || fields.length === 0) return bytes;
  const at = dice.below(fields.length);
  const { tag, value } = field(fields, at);
  const isMessage = (tag & 7) === LENGTH && value.length > 1 && fieldsOf(value) !== null;
  if (isMessage && dice.chance(0.75)) {
    fields[at] = { tag, value: mutateFields(Buffer.from(value), dice, []) };
  } else {
    dice.pick(CHANGES)(fields, at, dice);
  }
  return joined(fields);
};
