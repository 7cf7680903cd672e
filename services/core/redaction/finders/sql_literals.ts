/**
 * Literals of an SQL statement of any dialect: texts, numbers, and what comments say.
 *
 *     'it''s'   N'..'   E'..'   $$..$$   $tag$..$tag$   q'[..]'   "..", unless these are identifiers   12.5e3   0xff   /*..*\/   --..
 *
 * Dialects disagree on backslashes and double quotes, and a misreading would take literals for code and code for literals. So it is
 * strict where it cannot know: behind a backslash before a closing quote all the rest is literal, and where a quote is left
 * open at the end, all from the first one on. Identifiers, keywords and placeholders (`$1`, `?`, `:name`) stay.
 */
import { equalRanges } from '../../wire/equal_bytes.ts';
import { DASH, DOT, isAlphanumeric, isDigit, SLASH, UNDERSCORE } from './bytes.ts';

const SINGLE = 0x27;
const DOUBLE = 0x22;
const BACKTICK = 0x60;
const BACKSLASH = 0x5c;
const DOLLAR = 0x24;
const ASTERISK = 0x2a;
const NEWLINE = 0x0a;

export function sqlLiterals(doubleQuotes: 'literals' | 'identifiers') {
  return (text: Uint8Array, start: number, end: number, found: number[]): void =>
    new Scan(text, start, end, doubleQuotes === 'literals', found).run();
}

class Scan {
  private readonly text: Uint8Array;
  private readonly start: number;
  private readonly end: number;
  private readonly doubleIsLiteral: boolean;
  private readonly found: number[];
  private readonly before: number;
  private firstQuote = -1;

  constructor(text: Uint8Array, start: number, end: number, doubleIsLiteral: boolean, found: number[]) {
    this.text = text;
    this.start = start;
    this.end = end;
    this.doubleIsLiteral = doubleIsLiteral;
    this.found = found;
    this.before = found.length;
  }

  run(): void {
    for (let at = this.start; at < this.end;) at = this.piece(at);
  }

  /** Goes over what begins at `at` and returns where it ends. */
  private piece(at: number): number {
    const byte = this.byte(at);
    const next = this.byte(at + 1);
    if (byte === SINGLE) return this.oracleQuoted(at) ?? this.quoted(at, SINGLE, true);
    if (byte === DOUBLE) return this.quoted(at, DOUBLE, this.doubleIsLiteral);
    if (byte === BACKTICK) return this.quoted(at, BACKTICK, false);
    if (byte === DOLLAR) return this.dollarQuoted(at);
    if (byte === SLASH && next === ASTERISK) return this.blockComment(at);
    if (byte === DASH && next === DASH) return this.lineComment(at);
    if (isDigit(byte) || (byte === DOT && isDigit(next) && !isWord(this.byte(at - 1))))
      return this.number(at);
    return isWord(byte) ? this.word(at) : at + 1;
  }

  private byte(at: number): number {
    return at < this.start || at >= this.end ? 0 : (this.text[at] ?? 0);
  }

  private literal(from: number, to: number): number {
    if (from < to) this.found.push(from, to);
    return to;
  }

  private quoted(at: number, quote: number, isLiteral: boolean): number {
    if (this.firstQuote < 0) this.firstQuote = at;
    for (let to = at + 1; to < this.end; to++) {
      if (this.byte(to) !== quote) continue;
      if (isLiteral && this.backslashesBefore(to, at) % 2 === 1) return this.literal(at, this.end);
      if (this.byte(to + 1) !== quote) return isLiteral ? this.literal(at, to + 1) : to + 1;
      to++;
    }
    return this.restFromFirstQuote();
  }

  private restFromFirstQuote(): number {
    const { found, firstQuote } = this;
    while (found.length > this.before && (found.at(-1) ?? 0) > firstQuote) found.length -= 2;
    return this.literal(firstQuote, this.end);
  }

  private backslashesBefore(at: number, from: number): number {
    let begin = at;
    while (begin - 1 > from && this.byte(begin - 1) === BACKSLASH) begin--;
    return at - begin;
  }

  /** `q'[it's]'`, whose letter was passed over as a word. Null where it is no such thing. */
  private oracleQuoted(at: number): number | null {
    if ((this.byte(at - 1) | 0x20) !== 0x71 || isWord(this.byte(at - 3))) return null;
    if (isWord(this.byte(at - 2)) && (this.byte(at - 2) | 0x20) !== 0x6e) return null;
    this.firstQuote = this.firstQuote < 0 ? at : this.firstQuote;
    const close = CLOSING.get(this.byte(at + 1)) ?? this.byte(at + 1);
    for (let to = at + 2; to + 1 < this.end; to++) {
      if (this.byte(to) === close && this.byte(to + 1) === SINGLE) return this.literal(at, to + 2);
    }
    return this.restFromFirstQuote();
  }

  /** Of PostgreSQL. `$1` is a placeholder. */
  private dollarQuoted(at: number): number {
    let tagEnd = at + 1;
    while (tagEnd < this.end && isWord(this.byte(tagEnd)) && this.byte(tagEnd) !== DOLLAR) tagEnd++;
    if (this.byte(tagEnd) !== DOLLAR || isDigit(this.byte(at + 1))) return tagEnd;
    this.firstQuote = this.firstQuote < 0 ? at : this.firstQuote;
    const length = tagEnd + 1 - at;
    for (let to = tagEnd + 1; to + length <= this.end; to++) {
      if (equalRanges(this.text, at, this.text, to, length)) return this.literal(at, to + length);
    }
    return this.literal(at, this.end);
  }

  private blockComment(at: number): number {
    for (let to = at + 2; to + 1 < this.end; to++) {
      if (this.byte(to) !== ASTERISK || this.byte(to + 1) !== SLASH) continue;
      this.literal(at + 2, to);
      return to + 2;
    }
    return this.literal(at + 2, this.end);
  }

  private lineComment(at: number): number {
    let to = at + 2;
    while (to < this.end && this.byte(to) !== NEWLINE) to++;
    return this.literal(at + 2, to);
  }

  private number(at: number): number {
    let to = at;
    while (isWord(this.byte(to)) || this.byte(to) === DOT || this.isExponentSign(to)) to++;
    return this.literal(at, to);
  }

  private isExponentSign(at: number): boolean {
    const byte = this.byte(at);
    return (
      (byte === 0x2b || byte === DASH) && (this.byte(at - 1) | 0x20) === 0x65 && isDigit(this.byte(at + 1))
    );
  }

  private word(at: number): number {
    let to = at;
    while (isWord(this.byte(to))) to++;
    return to;
  }
}

const CLOSING = new Map([
  [0x5b, 0x5d],
  [0x28, 0x29],
  [0x7b, 0x7d],
  [0x3c, 0x3e],
]);

const isWord = (byte: number): boolean =>
  isAlphanumeric(byte) || byte === UNDERSCORE || byte === DOLLAR || byte >= 0x80;
