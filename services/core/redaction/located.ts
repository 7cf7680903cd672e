/**
 * A policy's text as a tree in which every value knows where it stands, so that a fault can be named by line and column.
 *
 * Not for reading the text: whoever knows its syntax makes the tree (platform/located_yaml.ts). Lines and columns count from 1.
 */

export interface Located {
  readonly value: LocatedValue;
  readonly line: number;
  readonly column: number;
}

export type LocatedValue = string | number | boolean | null | readonly Located[] | LocatedMap;

export interface LocatedEntry {
  readonly key: Located;
  readonly value: Located;
}

/** Names are unique: who makes the tree reports a name that comes twice. */
export type LocatedMap = ReadonlyMap<string, LocatedEntry>;

export interface PolicyFault {
  readonly line: number;
  readonly column: number;
  /** What is wrong and what would be right. */
  readonly problem: string;
}

/** A policy that cannot be used, with all its faults. Their text holds names and numbers of the policy, never a key. */
export class PolicyError extends Error {
  override name = 'PolicyError';
  readonly faults: readonly PolicyFault[];

  constructor(faults: readonly PolicyFault[], file = 'policy') {
    super(faultLines(faults, file).join('\n'));
    this.faults = faults;
  }
}

/** `file:line:column: problem`, as compilers write it and editors read it. */
function faultLines(faults: readonly PolicyFault[], file: string): string[] {
  return faults.map(({ line, column, problem }) => `${file}:${line}:${column}: ${problem}`);
}

export const isMap = (value: LocatedValue): value is LocatedMap => value instanceof Map;
export const isList = (value: LocatedValue): value is readonly Located[] => Array.isArray(value);
