/**
 * Finds a policy's own regular expressions in UTF-8 text where it lies: leftmost, then longest.
 *
 * All states of the expression go over the text side by side (Thompson's construction), so no expression and no text makes it
 * go back: a search costs at most the text's length times the expression's size. Only that the search begins anew
 * behind each match could add up; that is what the budget is for. Who uses it up has all the rest of the text count as found:
 * the fault of that is too little text, never a secret too much. Not for anything but policies: there are no captures.
 */
import type { Finder } from './policy.ts';
import { patternProgram, type Instruction, type Ranges } from './pattern_program.ts';
import { parsePattern } from './pattern_syntax.ts';
import { characterLength, codePointAt } from './utf8.ts';

/** Steps of states, by byte of the text. A search that does not begin anew takes as many as states are alive. */
const STEPS_PER_BYTE = 64;
const MIN_STEPS = 4096;

/** Throws PatternError. */
export function patternFinder(source: string, ignoreCase = false): Finder {
  const machine = new Machine(patternProgram(parsePattern(source, ignoreCase)));
  return (text, start, end, found) => machine.findAll(text, start, end, found);
}

/** States alive at one position, oldest match first, each with the position where its match begins. */
class States {
  readonly ids: number[] = [];
  readonly begins: number[] = [];
  private readonly marks: Uint32Array;
  private generation = 0;

  constructor(size: number) {
    this.marks = new Uint32Array(size);
  }

  clear(): void {
    this.ids.length = this.begins.length = 0;
    if (++this.generation === 0xffff_ffff) {
      this.marks.fill(0);
      this.generation = 1;
    }
  }

  /** False where it was there already. */
  visit(id: number): boolean {
    if (this.marks[id] === this.generation) return false;
    this.marks[id] = this.generation;
    return true;
  }
}

class Machine {
  private readonly program: readonly Instruction[];
  private current: States;
  private next: States;
  private readonly pending: number[] = [];
  private text: Uint8Array = new Uint8Array(0);
  private start = 0;
  private end = 0;
  private steps = 0;
  private matchBegin = -1;
  private matchEnd = -1;
  /** By ASCII character: whether a match may begin with it. Others may. */
  private readonly mayBegin: Uint8Array;

  constructor(program: readonly Instruction[]) {
    this.program = program;
    this.current = new States(program.length);
    this.next = new States(program.length);
    this.mayBegin = firstCharacters(program);
  }

  findAll(text: Uint8Array, start: number, end: number, found: number[]): void {
    this.text = text;
    this.start = start;
    this.end = end;
    this.steps = MIN_STEPS + STEPS_PER_BYTE * (end - start);
    let from = start;
    while (from < end && this.search(from)) {
      found.push(this.matchBegin, this.matchEnd);
      from = this.matchEnd;
    }
    if (this.steps <= 0 && from < end) found.push(from, end);
    this.text = NOTHING;
  }

  /** Whether there is a match from `from` on. False also where the budget is used up. */
  private search(from: number): boolean {
    this.matchBegin = this.matchEnd = -1;
    this.current.clear();
    let at = from;
    for (;;) {
      if (this.matchBegin < 0) {
        if (this.current.ids.length === 0) at = this.skip(at);
        this.follow(this.current, 0, at, at);
      }
      const isOver = this.matchBegin >= 0 && this.current.ids.length === 0;
      if (isOver || at >= this.end) return this.matchBegin >= 0;
      const length = characterLength(this.text, at, this.end);
      this.step(codePointAt(this.text, at, length), at + length);
      if (this.steps <= 0) return false;
      at += length;
    }
  }

  /** Over what no match begins with. */
  private skip(from: number): number {
    let at = from;
    while (at < this.end) {
      const byte = this.text[at] ?? 0;
      if (byte >= 0x80 || this.mayBegin[byte] === 1) break;
      at++;
    }
    return at;
  }

  private step(point: number, at: number): void {
    const { current, next, program } = this;
    next.clear();
    this.steps -= current.ids.length;
    for (let i = 0; i < current.ids.length; i++) {
      const begin = current.begins[i] ?? 0;
      // What began later than the match found cannot be it any more.
      if (this.matchBegin >= 0 && begin > this.matchBegin) break;
      const id = current.ids[i] ?? 0;
      const instruction = program[id];
      if (instruction?.op === 'char' && contains(instruction.ranges, point)) {
        this.follow(next, id + 1, begin, at);
      }
    }
    this.current = next;
    this.next = current;
  }

  /** Adds the state and all that are reached from it without a character. */
  private follow(states: States, first: number, begin: number, at: number): void {
    const { pending, program } = this;
    pending.push(first);
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      this.steps--;
      if (!states.visit(id)) continue;
      const instruction = program[id];
      if (instruction === undefined) continue;
      if (instruction.op === 'char') {
        states.ids.push(id);
        states.begins.push(begin);
      } else if (instruction.op === 'split') {
        pending.push(instruction.other);
        if (instruction.one !== instruction.other) pending.push(instruction.one);
      } else if (instruction.op === 'assert') {
        if (this.holds(instruction.assertion, at)) pending.push(id + 1);
      } else if (this.matchBegin < 0 || begin <= this.matchBegin) {
        this.matchBegin = begin;
        this.matchEnd = at;
      }
    }
  }

  private holds(assertion: 'start' | 'end' | 'boundary', at: number): boolean {
    if (assertion === 'start') return at === this.start;
    if (assertion === 'end') return at === this.end;
    const before = at > this.start && isWord(this.text[at - 1] ?? 0);
    return before !== (at < this.end && isWord(this.text[at] ?? 0));
  }
}

const NOTHING = new Uint8Array(0);

const isWord = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  byte === 0x5f ||
  (byte >= 0x61 && byte <= 0x7a);

function contains(ranges: Ranges, point: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (point >= (ranges[i] ?? 0) && point <= (ranges[i + 1] ?? 0)) return true;
  }
  return false;
}

function firstCharacters(program: readonly Instruction[]): Uint8Array {
  const may = new Uint8Array(0x80);
  const seen = new Set<number>();
  const pending = [0];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const instruction = program[id];
    if (instruction === undefined || seen.has(id)) continue;
    seen.add(id);
    if (instruction.op === 'char') {
      for (let point = 0; point < 0x80; point++) if (contains(instruction.ranges, point)) may[point] = 1;
    } else if (instruction.op === 'split') {
      pending.push(instruction.one, instruction.other);
    } else if (instruction.op === 'assert') {
      pending.push(id + 1);
    }
  }
  return may;
}
