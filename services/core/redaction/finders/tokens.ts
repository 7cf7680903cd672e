/**
 * Credentials of HTTP: what follows `Bearer` or `Basic`, and JSON Web Tokens wherever they stand.
 *
 *     Authorization: Bearer <token68>      RFC 6750; a token has eight characters with a digit among them, or twenty
 *     eyJ<base64url>.<base64url>.<...>     RFC 7519: JSON objects begin with `{"`, which is `eyJ`
 */
import {
  DASH,
  DOT,
  isAlphanumeric,
  isDigit,
  PERCENT,
  PLUS,
  SLASH,
  SPACE,
  spells,
  TILDE,
  UNDERSCORE,
} from './bytes.ts';

const SHORTEST = 8;
const LONG = 20;
const EQUALS = 0x3d;
const SCHEMES = ['bearer', 'basic'] as const;

export function findTokens(text: Uint8Array, start: number, end: number, found: number[]): void {
  // A run that turned out to be no JWT has none within it either: looked at once, or the time would be quadratic.
  let noJwtBefore = start;
  for (let at = start; at < end;) {
    const isWordStart = at === start || !isAlphanumeric(text[at - 1] ?? 0);
    const from = isWordStart ? tokenStart(text, at, end) : -1;
    let to = -1;
    if (from > at) to = credentialsEnd(text, from, end);
    else if (from === at && at >= noJwtBefore) {
      const run = jwtRun(text, at, end);
      if (run.isJwt) to = run.end;
      else noJwtBefore = run.end;
    }
    if (to > 0) found.push(from, to);
    at = to > 0 ? to : at + 1;
  }
}

/** Where a token may begin: at `at` itself (a JWT), behind the scheme that stands there, or nowhere (-1). */
function tokenStart(text: Uint8Array, at: number, end: number): number {
  const first = (text[at] ?? 0) | 0x20;
  if (first === 0x65) return text[at] === 0x65 && text[at + 1] === 0x79 && text[at + 2] === 0x4a ? at : -1;
  if (first !== 0x62) return -1;
  for (const scheme of SCHEMES) {
    if (!spells(text, at, end, scheme)) continue;
    let from = at + scheme.length;
    const gap = from;
    while (from < end && isGap(text, from)) from += text[from] === PERCENT ? 3 : 1;
    return from > gap ? from : -1;
  }
  return -1;
}

/** Spaces, as such or as URLs write them. */
function isGap(text: Uint8Array, at: number): boolean {
  const byte = text[at];
  return (
    byte === SPACE || byte === PLUS || (byte === PERCENT && text[at + 1] === 0x32 && text[at + 2] === 0x30)
  );
}

function credentialsEnd(text: Uint8Array, from: number, end: number): number {
  let at = from;
  let digits = 0;
  for (; at < end && isTokenByte(text[at] ?? 0); at++) if (isDigit(text[at] ?? 0)) digits++;
  const length = at - from;
  return length >= LONG || (length >= SHORTEST && digits > 0) ? at : -1;
}

/** At least two parts: one whose signature was cut off has said all the same. */
function jwtRun(text: Uint8Array, from: number, end: number): { isJwt: boolean; end: number } {
  let at = from;
  let parts = 0;
  for (;;) {
    const partStart = at;
    while (at < end && isBase64Url(text[at] ?? 0)) at++;
    if (at > partStart) parts++;
    if (parts === 5 || at + 1 >= end || text[at] !== DOT) return { isJwt: parts >= 2, end: at };
    at++;
  }
}

const isBase64Url = (byte: number): boolean => isAlphanumeric(byte) || byte === DASH || byte === UNDERSCORE;

function isTokenByte(byte: number): boolean {
  return (
    isBase64Url(byte) || byte === DOT || byte === TILDE || byte === PLUS || byte === SLASH || byte === EQUALS
  );
}
