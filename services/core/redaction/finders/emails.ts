/**
 * E-mail addresses as people have them: `local@host.tld`, the at sign also as `%40`, as URLs write it. Letters beyond ASCII
 * count as letters. Not the quoted forms of RFC 5321.
 */
import { AT, DASH, DOT, isAlphanumeric, isLetter, PERCENT, PLUS, UNDERSCORE } from './bytes.ts';

const APOSTROPHE = 0x27;

export function findEmails(text: Uint8Array, start: number, end: number, found: number[]): void {
  let from = start;
  for (let at = start; at < end;) {
    let sign = signLength(text, at, end);
    if (sign === 0) {
      at++;
      continue;
    }
    const localStart = localBegin(text, at, from);
    let addressEnd = -1;
    // `a@b.com@c.com` goes as one, or what is left of it would be another.
    while (localStart < at && sign > 0) {
      const next = hostEnd(text, at + sign, end);
      if (next < 0) break;
      addressEnd = next;
      at = next;
      sign = signLength(text, at, end);
    }
    if (addressEnd > 0) found.push(localStart, addressEnd);
    else at += sign;
    from = at;
  }
}

function signLength(text: Uint8Array, at: number, end: number): number {
  const byte = text[at];
  if (at >= end) return 0;
  if (byte === AT) return 1;
  return byte === PERCENT && at + 2 < end && text[at + 1] === 0x34 && text[at + 2] === 0x30 ? 3 : 0;
}

function localBegin(text: Uint8Array, at: number, from: number): number {
  let begin = at;
  while (begin > from && isLocal(text[begin - 1] ?? 0)) begin--;
  return begin;
}

/** The end of `label.label` at `at` whose last label has two letters or more; -1 where there is no such host. */
function hostEnd(text: Uint8Array, from: number, end: number): number {
  let best = -1;
  let dots = 0;
  for (let at = from; ;) {
    const labelStart = at;
    let letters = 0;
    for (; at < end && isHost(text[at] ?? 0); at++) if (isHostLetter(text[at] ?? 0)) letters++;
    if (at === labelStart) return best;
    if (dots > 0 && letters >= 2) best = at;
    if (at >= end || text[at] !== DOT) return best;
    dots++;
    at++;
  }
}

const isHostLetter = (byte: number): boolean => isLetter(byte) || byte >= 0x80;
const isHost = (byte: number): boolean => isAlphanumeric(byte) || byte === DASH || byte >= 0x80;

function isLocal(byte: number): boolean {
  return (
    isHost(byte) ||
    byte === DOT ||
    byte === UNDERSCORE ||
    byte === PERCENT ||
    byte === PLUS ||
    byte === APOSTROPHE
  );
}
