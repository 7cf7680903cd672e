/**
 * Different 8-byte keys of one fingerprint (MurmurHash3 x86_32 of core/wire/keys.ts), as somebody could send who wants a hash
 * table to be slow: the second word undoes what the first did to the state.
 */

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;
const LENGTH = 8;

/** `count` different keys, all with the same `fingerprint`. */
export function collidingKeys(count: number): Uint8Array[] {
  const target = 0x1234567;
  return Array.from({ length: count }, (_, i) => {
    const first = i + 1;
    const second = wordOf(stateAfter(LENGTH, first) ^ target);
    const bytes = new Uint8Array(LENGTH);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, first, true);
    view.setUint32(4, second >>> 0, true);
    return bytes;
  });
}

function stateAfter(state: number, word: number): number {
  const mixed = state ^ blockOf(word);
  return (Math.imul(rotate(mixed, 13), 5) + 0xe6546b64) | 0;
}

const blockOf = (word: number): number => Math.imul(rotate(Math.imul(word, C1), 15), C2);

/** The word whose block this is: every step of `blockOf` undone. */
const wordOf = (block: number): number => Math.imul(rotate(Math.imul(block, inverse(C2)), 17), inverse(C1));

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** Of an odd number, modulo 2^32 (Newton's iteration). */
function inverse(odd: number): number {
  let result = odd;
  for (let i = 0; i < 5; i++) result = Math.imul(result, 2 - Math.imul(odd, result));
  return result;
}
