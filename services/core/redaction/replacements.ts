/**
 * What stands in the place of a text or of what was found in it.
 *
 * A hash is written as `hmac:` and 32 hexadecimal digits (HMAC-SHA256, its first 128 bits). Text of that form is taken for a hash made
 * before and left alone, so that redacting twice is redacting once.
 */
import { equalBytes, equalRanges } from '../wire/equal_bytes.ts';
import type { Action, KeyedHash } from './policy.ts';
import { cutAt, lastCharacters } from './utf8.ts';

const PREFIX = new TextEncoder().encode('hmac:');
const HASH_BYTES = 16;
const HASH_LENGTH = PREFIX.length + 2 * HASH_BYTES;
const HEX = new TextEncoder().encode('0123456789abcdef');

/** In front of the last characters that a mask keeps. */
const STARS = new TextEncoder().encode('***');

/** `buf[start, end)` as the action leaves it; itself where that is the same. Keep and drop are not for here. */
export function replaced(
  action: Action,
  buf: Uint8Array,
  start: number,
  end: number,
  hash: KeyedHash,
): Uint8Array {
  switch (action.kind) {
    case 'hash':
      return isHash(buf, start) && end - start === HASH_LENGTH
        ? buf.subarray(start, end)
        : hashText(hash(buf.subarray(start, end)));
    case 'mask':
      return action.keepLast === 0 ? action.text : masked(buf, start, end, action.keepLast);
    case 'truncate':
      return buf.subarray(start, cutAt(buf, start, end, action.bytes));
    case 'keep':
    case 'drop':
      return buf.subarray(start, end);
  }
}

function hashText(digest: Uint8Array): Uint8Array {
  const text = new Uint8Array(HASH_LENGTH);
  text.set(PREFIX);
  for (let i = 0; i < HASH_BYTES; i++) {
    const byte = digest[i] ?? 0;
    text[PREFIX.length + 2 * i] = HEX[byte >> 4] ?? 0;
    text[PREFIX.length + 2 * i + 1] = HEX[byte & 15] ?? 0;
  }
  return text;
}

/** A text that is no longer than what may be kept is hidden whole. */
function masked(buf: Uint8Array, start: number, end: number, keepLast: number): Uint8Array {
  const last = lastCharacters(buf, start, end, keepLast);
  if (
    startsWith(buf, start, end, STARS) &&
    lastCharacters(buf, start + STARS.length, end, keepLast) === start + STARS.length
  ) {
    return buf.subarray(start, end); // masked before
  }
  return last === start ? STARS : join(STARS, buf.subarray(last, end));
}

/**
 * The text with what was `found` (start, end, start, end ...) replaced; null where nothing changes. Hashes made before are not touched.
 */
export function replaceFound(
  action: Action,
  buf: Uint8Array,
  start: number,
  end: number,
  found: readonly number[],
  hash: KeyedHash,
): Uint8Array | null {
  const pieces: Uint8Array[] = [];
  let from = start;
  for (let i = 0; i < found.length; i += 2) {
    const matchStart = found[i] ?? end;
    const matchEnd = found[i + 1] ?? end;
    const replacement = replaced(action, buf, matchStart, matchEnd, hash);
    if (equalBytes(replacement, buf, matchStart, matchEnd)) continue;
    pieces.push(buf.subarray(from, matchStart), replacement);
    from = matchEnd;
  }
  if (pieces.length === 0) return null;
  pieces.push(buf.subarray(from, end));
  return join(...pieces);
}

/** Takes the hashes that stand in `buf[start, end)` out of what was found. */
export function withoutHashes(buf: Uint8Array, start: number, end: number, found: number[]): number[] {
  const rest: number[] = [];
  let next = 0;
  let hashAt = nextHash(buf, start, end);
  while (next < found.length) {
    const matchStart = found[next] ?? end;
    const matchEnd = found[next + 1] ?? end;
    if (hashAt + HASH_LENGTH <= matchStart) {
      hashAt = nextHash(buf, hashAt + HASH_LENGTH, end);
    } else if (hashAt >= matchEnd) {
      rest.push(matchStart, matchEnd);
      next += 2;
    } else {
      if (hashAt > matchStart) rest.push(matchStart, hashAt);
      if (hashAt + HASH_LENGTH < matchEnd) found[next] = hashAt + HASH_LENGTH;
      else next += 2;
    }
  }
  return rest;
}

/** Where the next hash stands; `end` where there is none. */
function nextHash(buf: Uint8Array, from: number, end: number): number {
  for (let at = from; at + HASH_LENGTH <= end; at++) if (isHash(buf, at)) return at;
  return end;
}

function isHash(buf: Uint8Array, at: number): boolean {
  for (let i = 0; i < PREFIX.length; i++) if (buf[at + i] !== PREFIX[i]) return false;
  for (let i = PREFIX.length; i < HASH_LENGTH; i++) if (!isHex(buf[at + i])) return false;
  return true;
}

const isHex = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66));

function startsWith(buf: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  return end - start >= text.length && equalRanges(text, 0, buf, start, text.length);
}

export function join(...pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
