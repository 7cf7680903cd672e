/**
 * A regular expression as a program of states: what pattern.ts lets go over a text. Repetitions are written out.
 */

/** Code points: pairs of first and last. */
export type Ranges = readonly number[];

export type Assertion = 'start' | 'end' | 'boundary';

export type Instruction =
  | { readonly op: 'char'; readonly ranges: Ranges }
  | { readonly op: 'split'; one: number; other: number }
  | { readonly op: 'assert'; readonly assertion: Assertion }
  | { readonly op: 'match' };

export class PatternError extends Error {
  override name = 'PatternError';
}

/** With a repetition's copies written out. Each costs time at every character of every text. */
const MAX_INSTRUCTIONS = 500;

export type Node =
  | { readonly kind: 'char'; readonly ranges: Ranges }
  | { readonly kind: 'assert'; readonly assertion: Assertion }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly item: Node; readonly min: number; readonly max: number };

/** Throws PatternError where it is too large, or found in an empty text. */
export function patternProgram(node: Node): Instruction[] {
  const program: Instruction[] = [];
  emit(program, node);
  program.push({ op: 'match' });
  if (program.length > MAX_INSTRUCTIONS) throw tooLarge();
  if (matchesEmpty(node))
    throw new PatternError('it is found in an empty text, so it would be found everywhere');
  return program;
}

const tooLarge = (): PatternError =>
  new PatternError(`it is too large: with its repetitions written out it has over ${MAX_INSTRUCTIONS} steps`);

function emit(program: Instruction[], node: Node): void {
  if (program.length > MAX_INSTRUCTIONS) throw tooLarge();
  switch (node.kind) {
    case 'char':
      program.push({ op: 'char', ranges: node.ranges });
      return;
    case 'assert':
      program.push({ op: 'assert', assertion: node.assertion });
      return;
    case 'sequence':
      for (const item of node.items) emit(program, item);
      return;
    case 'choice':
      emitChoice(program, node.options);
      return;
    case 'repeat':
      for (let i = 0; i < node.min; i++) emit(program, node.item);
      if (node.max === Infinity) emitStar(program, node.item);
      else for (let i = node.min; i < node.max; i++) emitOptional(program, node.item);
  }
}

/** A jump is a split whose two ways are one. */
function emitChoice(program: Instruction[], options: readonly Node[]): void {
  const jumps: { one: number; other: number }[] = [];
  for (const [index, option] of options.entries()) {
    const isLast = index === options.length - 1;
    const split = { op: 'split' as const, one: program.length + 1, other: 0 };
    if (!isLast) program.push(split);
    emit(program, option);
    if (isLast) continue;
    const jump = { op: 'split' as const, one: 0, other: 0 };
    program.push(jump);
    jumps.push(jump);
    split.other = program.length;
  }
  for (const jump of jumps) jump.one = jump.other = program.length;
}

function emitStar(program: Instruction[], item: Node): void {
  const loop = program.length;
  const split = { op: 'split' as const, one: loop + 1, other: 0 };
  program.push(split);
  emit(program, item);
  program.push({ op: 'split', one: loop, other: loop });
  split.other = program.length;
}

function emitOptional(program: Instruction[], item: Node): void {
  const split = { op: 'split' as const, one: program.length + 1, other: 0 };
  program.push(split);
  emit(program, item);
  split.other = program.length;
}

function matchesEmpty(node: Node): boolean {
  switch (node.kind) {
    case 'char':
      return false;
    case 'assert':
      return true;
    case 'sequence':
      return node.items.every(matchesEmpty);
    case 'choice':
      return node.options.some(matchesEmpty);
    case 'repeat':
      return node.min === 0 || matchesEmpty(node.item);
  }
}
