/** An input made of another: one to four mutations, of bytes, or of the tree or the tokens where it has any. */
import { BYTE_MUTATIONS } from './bytes.ts';
import type { Dice, Mutation } from './dice.ts';
import { mutateFields } from './protobuf.ts';
import { isText, mutateTokens } from './tokens.ts';

/** Inputs grow no larger: what decoders do with size is for the attack bench. */
export const MAX_INPUT_BYTES = 65_536;

export function mutate(seed: Uint8Array, dice: Dice, corpus: readonly Uint8Array[]): Buffer {
  let bytes: Buffer = Buffer.from(seed);
  for (let times = dice.below(4); times >= 0; times--) bytes = oneOf(bytes, dice)(bytes, dice, corpus);
  return bytes.length > MAX_INPUT_BYTES ? bytes.subarray(0, MAX_INPUT_BYTES) : bytes;
}

function oneOf(bytes: Buffer, dice: Dice): Mutation {
  const structure = isText(bytes) ? mutateTokens : mutateFields;
  return dice.chance(0.6) ? structure : dice.pick(BYTE_MUTATIONS);
}
