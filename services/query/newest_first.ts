/**
 * The newest of something: looked for from the end backwards, in stretches that grow until there are enough. Pure.
 *
 * A page of traces is mostly found in the last minutes of a day, and a whole day costs a hundred times as much to read. What is found
 * in a stretch must not change when the stretch grows to the front: then the answer is that of the whole stretch.
 */

export interface Looking {
  readonly sinceMs: number;
  /** Behind the newest that may be found. */
  readonly untilMs: number;
  /** How many are enough. */
  readonly limit: number;
}

/** What a stretch of the table's order is long: reading less saves nothing. */
const LEAST_MS = 15 * 60_000;
const FIRST_SHARE = 1 / 24;
/** More than what should be enough by what was found so far. */
const MARGIN = 2;

/** `look` finds the newest from a moment on, Unix ms, at most `limit` of them. */
export async function newestFirst<T>(
  { sinceMs, untilMs, limit }: Looking,
  look: (fromMs: number) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const whole = untilMs - sinceMs;
  let length = Math.max(LEAST_MS, whole * FIRST_SHARE);
  for (;;) {
    // The rest at once where it is not much more.
    const fromMs = length * 2 > whole ? sinceMs : Math.floor(untilMs - length);
    const found = await look(fromMs);
    if (found.length >= limit || fromMs === sinceMs) return found;
    length = found.length === 0 ? whole : (length * MARGIN * limit) / found.length;
  }
}
