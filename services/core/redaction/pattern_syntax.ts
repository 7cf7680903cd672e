/**
 * The regular expressions of a policy, read from text; pattern_program.ts makes of them what pattern.ts runs.
 *
 *     abc  .  [a-z_]  [^;]  \d \w \s \D \W \S  \b  ^ $  (x)  (?:x)  x|y  x* x+ x? x{2} x{2,} x{2,5}
 *
 * What is left out cannot be matched in linear time (back references, looking ahead and behind) or has no meaning where the
 * longest match is taken (lazy quantifiers). `^` and `$` are the ends of the text. `\d`, `\w`, `\s` and `\b` mean ASCII.
 */
import { PatternError, type Node, type Ranges } from './pattern_program.ts';

const MAX_REPEAT = 200;
const MAX_NESTING = 20;
const LAST_CODE_POINT = 0x10ffff;

/** Throws PatternError, which says at which character of the expression the fault stands. */
export const parsePattern = (source: string, ignoreCase: boolean): Node =>
  new Parser(source, ignoreCase).parse();

const DIGITS: Ranges = [0x30, 0x39];
const WORD: Ranges = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
const SPACES: Ranges = [0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x2028, 0x2029];
const NO_NEWLINE: Ranges = [0, 0x09, 0x0b, LAST_CODE_POINT];
const CLASSES = new Map<string, Ranges>([
  ['d', DIGITS],
  ['w', WORD],
  ['s', SPACES],
  ['D', inverse(DIGITS)],
  ['W', inverse(WORD)],
  ['S', inverse(SPACES)],
]);
const CONTROLS = new Map([
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
]);

class Parser {
  private readonly letters: readonly string[];
  private readonly ignoreCase: boolean;
  private at = 0;
  private depth = 0;

  constructor(source: string, ignoreCase: boolean) {
    this.letters = Array.from(source);
    this.ignoreCase = ignoreCase;
  }

  parse(): Node {
    const node = this.choice();
    if (this.at < this.letters.length) throw this.fault('this parenthesis was never opened');
    return node;
  }

  private fault(problem: string, at = this.at): PatternError {
    return new PatternError(`at its character ${at + 1}: ${problem}`);
  }

  private choice(): Node {
    if (++this.depth > MAX_NESTING)
      throw this.fault(`more than ${MAX_NESTING} parentheses within each other`);
    const options = [this.sequence()];
    while (this.take('|')) options.push(this.sequence());
    this.depth--;
    return options.length === 1 && options[0] !== undefined ? options[0] : { kind: 'choice', options };
  }

  private sequence(): Node {
    const items: Node[] = [];
    while (this.at < this.letters.length && this.peek() !== '|' && this.peek() !== ')') {
      items.push(this.quantified(this.atom()));
    }
    return { kind: 'sequence', items };
  }

  private quantified(item: Node): Node {
    const at = this.at;
    const bounds = this.bounds();
    if (bounds === null) return item;
    if (item.kind === 'assert') throw this.fault('there is nothing to repeat', at);
    if (this.peek() === '?') throw this.fault('the longest match is always taken: leave the ? out');
    if (this.bounds() !== null)
      throw this.fault('a repetition is repeated: put parentheses around the inner one', at);
    return { kind: 'repeat', item, ...bounds };
  }

  private bounds(): { min: number; max: number } | null {
    if (this.take('*')) return { min: 0, max: Infinity };
    if (this.take('+')) return { min: 1, max: Infinity };
    if (this.take('?')) return { min: 0, max: 1 };
    if (this.peek() !== '{') return null;
    const at = this.at;
    const close = this.letters.indexOf('}', at);
    const text = close < 0 ? '' : this.letters.slice(at + 1, close).join('');
    const match = /^(\d{1,4})(?:(,)(\d{0,4}))?$/.exec(text);
    if (match === null) throw this.fault('a { must be written \\{, or be {2}, {2,} or {2,5}', at);
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === '' ? Infinity : Number(match[3]);
    if (min > max || min > MAX_REPEAT || (max > MAX_REPEAT && max !== Infinity)) {
      throw this.fault(`a repetition must be from a smaller to a larger number, ${MAX_REPEAT} at most`, at);
    }
    this.at = close + 1;
    return { min, max };
  }

  private atom(): Node {
    const at = this.at;
    const letter = this.next();
    if (letter === '(') return this.group(at);
    if (letter === '[') return { kind: 'char', ranges: this.set(at) };
    if (letter === '.') return { kind: 'char', ranges: NO_NEWLINE };
    if (letter === '^') return { kind: 'assert', assertion: 'start' };
    if (letter === '$') return { kind: 'assert', assertion: 'end' };
    if (letter === '\\' && this.take('b')) return { kind: 'assert', assertion: 'boundary' };
    if (letter === '\\') return { kind: 'char', ranges: this.escape(at) };
    if ('*+?{'.includes(letter)) throw this.fault('there is nothing to repeat', at);
    return { kind: 'char', ranges: this.single(letter.codePointAt(0) ?? 0) };
  }

  private group(at: number): Node {
    if (this.take('?') && !this.take(':')) {
      throw this.fault(
        'only (...) and (?:...) are known: looking ahead or behind cannot be done in linear time',
        at,
      );
    }
    const inner = this.choice();
    if (!this.take(')')) throw this.fault('this parenthesis is not closed', at);
    return inner;
  }

  private set(at: number): Ranges {
    const isNegated = this.take('^');
    const ranges: number[] = [];
    while (this.peek() !== ']') {
      if (this.at >= this.letters.length) throw this.fault('this bracket is not closed', at);
      this.setItem(ranges);
    }
    this.at++;
    if (ranges.length === 0) throw this.fault('these brackets are empty', at);
    return isNegated ? inverse(ranges) : ranges;
  }

  private setItem(ranges: number[]): void {
    const at = this.at;
    const first = this.setLetter(this.letters[this.at + 1] === '-');
    if (this.peek() !== '-' || this.letters[this.at + 1] === ']' || this.at + 1 >= this.letters.length) {
      ranges.push(...first);
      return;
    }
    this.at++;
    const last = this.setLetter(true);
    const [from = 0] = first;
    const [to = 0] = last;
    if (first.length !== 2 || last.length !== 2 || from > to) {
      throw this.fault('a range must go from a smaller to a larger character', at);
    }
    ranges.push(...this.both(from, to));
  }

  /** As it is written: case is ignored when the range is whole. */
  private setLetter(isRangeEnd: boolean): Ranges {
    const at = this.at;
    const letter = this.next();
    if (letter === '\\') return this.escape(at);
    const point = letter.codePointAt(0) ?? 0;
    return isRangeEnd ? [point, point] : this.single(point);
  }

  private escape(at: number): Ranges {
    const letter = this.next();
    const known = CLASSES.get(letter);
    if (known !== undefined) return known;
    const control = CONTROLS.get(letter);
    if (control !== undefined) return [control, control];
    if (letter === '' || /[0-9A-Za-z]/.test(letter)) throw this.fault(`\\${letter} is not known here`, at);
    const point = letter.codePointAt(0) ?? 0;
    return [point, point];
  }

  private single(point: number): Ranges {
    return this.both(point, point);
  }

  /** The range, and where case is ignored also the same letters in the other case. */
  private both(from: number, to: number): Ranges {
    const ranges = [from, to];
    if (!this.ignoreCase) return ranges;
    for (const [first, last, shift] of [
      [0x41, 0x5a, 0x20],
      [0x61, 0x7a, -0x20],
    ] as const) {
      const low = Math.max(from, first);
      const high = Math.min(to, last);
      if (low <= high) ranges.push(low + shift, high + shift);
    }
    return ranges;
  }

  private peek(): string | undefined {
    return this.letters[this.at];
  }

  private next(): string {
    return this.letters[this.at++] ?? '';
  }

  private take(letter: string): boolean {
    if (this.letters[this.at] !== letter) return false;
    this.at++;
    return true;
  }
}

function inverse(ranges: Ranges): Ranges {
  const pairs: [number, number][] = [];
  for (let i = 0; i < ranges.length; i += 2) pairs.push([ranges[i] ?? 0, ranges[i + 1] ?? 0]);
  pairs.sort(([a], [b]) => a - b);
  const result: number[] = [];
  let from = 0;
  for (const [first, last] of pairs) {
    if (first > from) result.push(from, first - 1);
    from = Math.max(from, last + 1);
  }
  if (from <= LAST_CODE_POINT) result.push(from, LAST_CODE_POINT);
  return result;
}
