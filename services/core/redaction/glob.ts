/**
 * Names with `*` (any characters, none too) and `?` (one character), compared as bytes where they lie. ASCII letters are the same in either
 * case: who means `password` means `Password`.
 */

export interface Glob {
  readonly text: string;
  readonly bytes: Uint8Array;
}

const STAR = 0x2a;
const QUESTION = 0x3f;

export function glob(text: string): Glob {
  return { text, bytes: new TextEncoder().encode(text).map(lower) };
}

/** Whether `buf[start, end)` is of the pattern. Goes back to the last star only, so a step a byte and star at most. */
function matchesGlob({ bytes }: Glob, buf: Uint8Array, start: number, end: number): boolean {
  let at = start;
  let inPattern = 0;
  let star = -1;
  let starAt = start;
  while (at < end) {
    const wanted = bytes[inPattern];
    if (wanted === STAR) {
      star = inPattern++;
      starAt = at;
    } else if (wanted === QUESTION) {
      at = nextCharacter(buf, at, end);
      inPattern++;
    } else if (wanted !== undefined && wanted === lower(buf[at] ?? 0)) {
      at++;
      inPattern++;
    } else if (star >= 0) {
      inPattern = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (bytes[inPattern] === STAR) inPattern++;
  return inPattern === bytes.length;
}

export function matchesAny(globs: readonly Glob[], buf: Uint8Array, start: number, end: number): boolean {
  for (const one of globs) if (matchesGlob(one, buf, start, end)) return true;
  return false;
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

function nextCharacter(buf: Uint8Array, at: number, end: number): number {
  let next = at + 1;
  while (next < end && ((buf[next] ?? 0) & 0xc0) === 0x80) next++;
  return next;
}
