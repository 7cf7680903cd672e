/**
 * The parts of a URL that are the user's own. A URL is taken as it stands: the whole value, absolute or a path.
 *
 *     scheme://user:password@host/path?query#fragment
 *              ^^^^^^^^^^^^^          ^^^^^ ^^^^^^^^
 */
import { AT, COLON, QUESTION, SLASH } from './bytes.ts';

const HASH = 0x23;

/** The query, and the fragment, where OAuth leaves access tokens. */
export function findUrlQuery(text: Uint8Array, start: number, end: number, found: number[]): void {
  const queryStart = positionOf(text, start, end, QUESTION);
  const fragmentStart = positionOf(text, start, end, HASH);
  if (queryStart < fragmentStart) pushFilled(found, queryStart + 1, fragmentStart);
  pushFilled(found, fragmentStart + 1, end);
}

/** All of it, but for the question mark that some put in front: for attributes that hold a query alone. */
export function findWholeQuery(text: Uint8Array, start: number, end: number, found: number[]): void {
  pushFilled(found, text[start] === QUESTION ? start + 1 : start, end);
}

/** Name and password before the host; the last at sign of the authority ends them. */
export function findUrlUserInfo(text: Uint8Array, start: number, end: number, found: number[]): void {
  for (let at = start; at + 1 < end; at++) {
    if (text[at] !== SLASH || text[at + 1] !== SLASH) continue;
    if (at > start && text[at - 1] !== COLON) continue;
    const from = at + 2;
    let sign = from;
    for (at = from; at < end && !endsAuthority(text[at] ?? 0); at++) if (text[at] === AT) sign = at;
    pushFilled(found, from, sign);
    at--;
  }
}

function positionOf(text: Uint8Array, start: number, end: number, byte: number): number {
  for (let at = start; at < end; at++) if (text[at] === byte) return at;
  return end;
}

function pushFilled(found: number[], from: number, to: number): void {
  if (from < to) found.push(from, to);
}

/** Spaces too, for several URLs in one text. */
const endsAuthority = (byte: number): boolean =>
  byte === SLASH || byte === QUESTION || byte === HASH || byte <= 0x20;
