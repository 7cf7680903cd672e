/** How long a process that ended is left alone before it is started again: the more often it ends, the longer. */

const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** Who ran for this long was well: the count begins anew. */
export const HEALTHY_MS = 60_000;

/** `failures` in a row so far, this one not counted. */
export function restartDelayMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 16));
}
