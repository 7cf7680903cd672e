/** Mutations of text as tokens: JSON, logfmt, TraceQL, query strings. What was a value stays one, but another. */
import type { Dice, Mutation } from './dice.ts';

const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_][\w.]*|\s+|[^]/g;

const VALUES = [
  ...['null', 'true', 'false', '0', '-0', '-1', '1e999', '-1e-999', '0.1', '9007199254740993', '[]', '{}'],
  ...['18446744073709551615', '18446744073709551616', '-9223372036854775809', '4294967296', '00', '""'],
  ...[
    '"\\ud800"',
    '"\\u0000"',
    '"__proto__"',
    '"constructor"',
    '"NaN"',
    '"Infinity"',
    '"0"',
    '"-5"',
    '"ä€😀"',
  ],
  ...[
    '"0000000000000000"',
    '"463ac35c9f6413ad48485a3953bb6124"',
    '"zz"',
    '{"__proto__":1}',
    '[null]',
    '[[]]',
  ],
  ...['"2023-11-14T22:13:20Z"', '"AAECAw=="', '1700000000000000', '&&', '||', '(', ')', '=~', '!='],
];

type Change = (tokens: string[], at: number, dice: Dice, other: readonly string[]) => void;

const token = (tokens: readonly string[], at: number): string => tokens[at] ?? '';

const replace: Change = (tokens, at, dice) => void (tokens[at] = dice.pick(VALUES));
const remove: Change = (tokens, at, dice) => void tokens.splice(at, 1 + dice.below(4));
const insert: Change = (tokens, at, dice) => void tokens.splice(at, 0, dice.pick(VALUES));
const repeat: Change = (tokens, at, dice) => {
  const piece = tokens.slice(at, at + 1 + dice.below(24));
  for (let times = dice.chance(0.1) ? 50 : 1; times > 0; times--) tokens.splice(at, 0, ',', ...piece);
};
const swap: Change = (tokens, at, dice) => {
  const to = dice.below(tokens.length);
  [tokens[at], tokens[to]] = [token(tokens, to), token(tokens, at)];
};
const nest: Change = (tokens, at, dice) => {
  const [open, close] = dice.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['{"value":{"arrayValue":{"values":[', ']}}}'],
    ['{"arrayValue":{"values":[', ']}}'],
    ['(', ')'],
  ] as const);
  const depth = dice.pick([1, 10, 64, 65, 500, 2_000]);
  tokens[at] = open.repeat(depth) + token(tokens, at) + close.repeat(dice.chance(0.9) ? depth : 0);
};
const lengthen: Change = (tokens, at, dice) => {
  tokens[at] = token(tokens, at).replace(/[\w]/, (character) =>
    character.repeat(dice.pick([2, 17, 40, 5_000])),
  );
};
const take: Change = (tokens, at, dice, other) => {
  const from = dice.below(other.length);
  tokens.splice(at, 1, ...other.slice(from, from + 1 + dice.below(24)));
};

const CHANGES: readonly Change[] = [replace, replace, remove, insert, repeat, swap, nest, lengthen, take];

/** Bytes of more than this are no text of ours; splitting them up would take longer than reading them. */
const MAX_TEXT_BYTES = 65_536;

export const mutateTokens: Mutation = (bytes, dice, corpus) => {
  const tokens = tokensOf(bytes);
  if (tokens.length === 0) return bytes;
  const other = tokensOf(dice.pick(corpus));
  for (let i = dice.below(3); i >= 0 && tokens.length > 0; i--) {
    dice.pick(CHANGES)(tokens, dice.below(tokens.length), dice, other);
  }
  return Buffer.from(tokens.join(''));
};

const tokensOf = (bytes: Uint8Array): string[] =>
  Buffer.from(bytes.subarray(0, MAX_TEXT_BYTES)).toString().match(TOKENS) ?? [];

export function isText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 64).every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a);
}
