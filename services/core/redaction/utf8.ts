/** UTF-8 where it lies: where characters begin, and where a text may be cut. Bytes that are no UTF-8 are one character each. */

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** The end of the longest beginning of `buf[start, end)` that has at most `bytes` and ends with a whole character. */
export function cutAt(buf: Uint8Array, start: number, end: number, bytes: number): number {
  if (end - start <= bytes) return end;
  const limit = start + bytes;
  let at = limit;
  while (at > start && limit - at < 3 && isContinuation(buf[at])) at--;
  return isContinuation(buf[at]) ? limit : at;
}

/** Where the last `characters` of `buf[start, end)` begin; `start` where it has not more. */
export function lastCharacters(buf: Uint8Array, start: number, end: number, characters: number): number {
  let at = end;
  for (let left = characters; left > 0 && at > start; left--) {
    at--;
    for (let back = 0; back < 3 && at > start && isContinuation(buf[at]); back++) at--;
  }
  return at;
}

/** Length in bytes of the character at `at`, 1 where it is no UTF-8. */
export function characterLength(buf: Uint8Array, at: number, end: number): number {
  const first = buf[at] ?? 0;
  const length = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
  if (at + length > end) return 1;
  for (let i = 1; i < length; i++) if (!isContinuation(buf[at + i])) return 1;
  return length;
}

const REPLACEMENT = 0xfffd;

/** The code point at `at`, of which `length` (characterLength) bytes were measured. */
export function codePointAt(buf: Uint8Array, at: number, length: number): number {
  const first = buf[at] ?? 0;
  if (length === 1) return first < 0x80 ? first : REPLACEMENT;
  let point = first & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) point = (point << 6) | ((buf[at + i] ?? 0) & 0x3f);
  return point;
}
