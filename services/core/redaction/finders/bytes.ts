/** Classes of ASCII bytes that the finders share. */

export const SPACE = 0x20;
export const PERCENT = 0x25;
export const PLUS = 0x2b;
export const DASH = 0x2d;
export const DOT = 0x2e;
export const SLASH = 0x2f;
export const COLON = 0x3a;
export const QUESTION = 0x3f;
export const AT = 0x40;
export const UNDERSCORE = 0x5f;
export const TILDE = 0x7e;

export const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
export const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
export const isAlphanumeric = (byte: number): boolean => isDigit(byte) || isLetter(byte);

/** Whether `text` at `at` spells `lowerCase` in either case. */
export function spells(text: Uint8Array, at: number, end: number, lowerCase: string): boolean {
  if (at < 0 || at + lowerCase.length > end) return false;
  for (let i = 0; i < lowerCase.length; i++) {
    const byte = text[at + i] ?? 0;
    if ((isLetter(byte) ? byte | 0x20 : byte) !== lowerCase.charCodeAt(i)) return false;
  }
  return true;
}
