/** Mutations that know nothing of the format: bits, bytes, numbers at some place, stretches of this input and of others. */
import { varint } from './varint.ts';
import type { Dice, Mutation } from './dice.ts';

/** Where arithmetic breaks: signs, widths, what a length or a count may not be. */
const NUMBERS = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];
const WIDE = [...NUMBERS.map(BigInt), 2n ** 32n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n];

const splice = (bytes: Buffer, start: number, end: number, insert: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(end)]);

/** A stretch of up to `most` bytes, as [start, end). */
function stretch(bytes: Uint8Array, dice: Dice, most = bytes.length): [number, number] {
  const start = dice.below(bytes.length + 1);
  return [start, Math.min(bytes.length, start + 1 + dice.below(Math.max(most, 1)))];
}

const randomBytes = (dice: Dice, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => dice.below(256)));

function changed(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  if (bytes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}

const flipBits: Mutation = (bytes, dice) =>
  changed(bytes, (copy) => {
    for (let i = dice.below(4); i >= 0; i--) {
      const at = dice.below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << dice.below(8));
    }
  });

const setBytes: Mutation = (bytes, dice) =>
  changed(bytes, (copy) => {
    for (let i = dice.below(3); i >= 0; i--) copy[dice.below(copy.length)] = dice.below(256);
  });

const nudge: Mutation = (bytes, dice) =>
  changed(bytes, (copy) => {
    const at = dice.below(copy.length);
    copy[at] = ((copy[at] ?? 0) + dice.pick([-16, -2, -1, 1, 2, 16])) & 0xff;
  });

/** A number of 2, 4 or 8 bytes of either order, as lengths and counts of thrift and Kafka are. */
const setNumber: Mutation = (bytes, dice) =>
  changed(bytes, (copy) => {
    const width = dice.pick([1, 2, 4, 4, 8]);
    if (copy.length < width) return;
    const at = dice.below(copy.length - width + 1);
    const number = Buffer.alloc(8);
    number.writeBigUInt64BE(BigInt.asUintN(64, dice.pick(WIDE)));
    const cut = number.subarray(8 - width);
    (dice.chance(0.7) ? cut : cut.reverse()).copy(copy, at);
  });

const insertVarint: Mutation = (bytes, dice) => {
  const at = dice.below(bytes.length + 1);
  const end = dice.chance(0.7) ? Math.min(bytes.length, at + 1) : at;
  return splice(bytes, at, end, varint(dice.pick(WIDE), dice.chance(0.1) ? dice.below(6) : 0));
};

const insertRandom: Mutation = (bytes, dice) => {
  const at = dice.below(bytes.length + 1);
  return splice(bytes, at, at, randomBytes(dice, 1 + dice.below(16)));
};

const deleteStretch: Mutation = (bytes, dice) => {
  const [start, end] = stretch(bytes, dice, dice.chance(0.8) ? 16 : bytes.length);
  return splice(bytes, start, end, new Uint8Array(0));
};

const repeatStretch: Mutation = (bytes, dice) => {
  const [start, end] = stretch(bytes, dice, 64);
  const piece = bytes.subarray(start, end);
  return splice(bytes, end, end, Buffer.concat(Array.from({ length: 1 + dice.below(8) }, () => piece)));
};

const moveStretch: Mutation = (bytes, dice) => {
  const [start, end] = stretch(bytes, dice, 64);
  const piece = Buffer.from(bytes.subarray(start, end));
  const rest = splice(bytes, start, end, new Uint8Array(0));
  const at = dice.below(rest.length + 1);
  return splice(rest, at, at, piece);
};

const truncate: Mutation = (bytes, dice) => bytes.subarray(0, dice.below(bytes.length + 1));

const grow: Mutation = (bytes, dice) => {
  const at = dice.below(bytes.length + 1);
  return splice(bytes, at, at, Buffer.alloc(1 << dice.below(13), dice.below(256)));
};

/** The head of this input and the tail of another, or a stretch of the other inside this. */
const crossOver: Mutation = (bytes, dice, corpus) => {
  const other = dice.pick(corpus);
  if (dice.chance(0.5)) {
    const tail = other.subarray(dice.below(other.length + 1));
    return Buffer.concat([bytes.subarray(0, dice.below(bytes.length + 1)), tail]);
  }
  const [start, end] = stretch(other, dice, 256);
  const [from, to] = stretch(bytes, dice, 32);
  return splice(bytes, from, to, other.subarray(start, end));
};

const anew: Mutation = (_bytes, dice) => randomBytes(dice, dice.below(256));

export const BYTE_MUTATIONS: readonly Mutation[] = [
  ...[flipBits, setBytes, nudge, setNumber, insertVarint, insertRandom, deleteStretch, repeatStretch],
  ...[moveStretch, truncate, grow, crossOver, anew],
];
