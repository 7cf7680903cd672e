/**
 * Payment card numbers: 13 to 19 digits, in one piece or in groups with single spaces or dashes between them, that begin as
 * card numbers do (ISO/IEC 7812 issuer ranges) and whose check digit is right (Luhn). A number within a longer word or
 * number is none: ids, hashes and times would be found everywhere.
 */
import { DASH, DOT, isAlphanumeric, isDigit, SPACE } from './bytes.ts';

const MIN_DIGITS = 13;
const MAX_DIGITS = 19;

export function findCardNumbers(text: Uint8Array, start: number, end: number, found: number[]): void {
  for (let at = start; at < end;) {
    if (!isDigit(text[at] ?? 0)) {
      at++;
      continue;
    }
    const groupEnd = digitsEnd(text, at, end);
    const cardEnd = isBoundary(text, at - 1, at - 2, start, end) ? longestCard(text, at, start, end) : at;
    if (cardEnd > at) found.push(at, cardEnd);
    at = Math.max(groupEnd, cardEnd);
  }
}

/** The end of the longest card number that begins at `from`, where a group of digits does; `from` where there is none. */
function longestCard(text: Uint8Array, from: number, start: number, end: number): number {
  const digits: number[] = [];
  let longest = from;
  let at = from;
  for (;;) {
    const groupEnd = digitsEnd(text, at, end);
    if (digits.length + groupEnd - at > MAX_DIGITS) return longest;
    for (; at < groupEnd; at++) digits.push((text[at] ?? 0) - 0x30);
    if (isBoundary(text, at, at + 1, start, end) && isCard(digits)) longest = at;
    const separator = text[at];
    if (at + 1 >= end || (separator !== SPACE && separator !== DASH) || !isDigit(text[at + 1] ?? 0)) {
      return longest;
    }
    at++;
  }
}

function digitsEnd(text: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isDigit(text[at] ?? 0)) at++;
  return at;
}

/** Whether the byte at `at` ends a number: no letter, and no point with a digit at `beyond`. */
function isBoundary(text: Uint8Array, at: number, beyond: number, start: number, end: number): boolean {
  if (at < start || at >= end) return true;
  const byte = text[at] ?? 0;
  if (byte === DOT) return beyond < start || beyond >= end || !isDigit(text[beyond] ?? 0);
  return !isAlphanumeric(byte);
}

function isCard(digits: readonly number[]): boolean {
  return digits.length >= MIN_DIGITS && isIssued(digits) && passesLuhn(digits);
}

function isIssued(digits: readonly number[]): boolean {
  const { length } = digits;
  const prefix = (count: number): number =>
    digits.slice(0, count).reduce((sum, digit) => sum * 10 + digit, 0);
  const first = prefix(1);
  const two = prefix(2);
  if (first === 4) return length === 13 || length === 16 || length === 19;
  if (two === 34 || two === 37) return length === 15;
  if (two === 30 || two === 36 || two === 38 || two === 39) return length >= 14;
  if (digits[0] === 3) return two === 35 && length >= 16;
  if (first === 2) return length === 16 && prefix(4) >= 2221 && prefix(4) <= 2720;
  if (two >= 51 && two <= 55) return length === 16;
  return (first === 6 || two === 50 || (two >= 56 && two <= 58)) && length >= 16;
}

function passesLuhn(digits: readonly number[]): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits[digits.length - 1 - i] ?? 0;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
