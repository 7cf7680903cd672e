/** Delta debugging: leaves out stretches of an input, ever smaller ones, as long as the same comes of it. */

const MAX_ATTEMPTS = 3_000;

export async function minimised(
  input: Uint8Array,
  isSame: (bytes: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let smallest = input;
  let attempts = 0;
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < smallest.length && attempts < MAX_ATTEMPTS;) {
      attempts++;
      const without = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      if (await isSame(without)) smallest = without;
      else at += size;
    }
  }
  return smallest;
}
