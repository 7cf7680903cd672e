/**
 * YAML as a tree in which every value knows its line and column. The `yaml` package stands behind it.
 *
 * Not for what the values mean. Anchors and merge keys are refused: they would multiply, and point to places that are elsewhere.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type ParsedNode,
  type Range,
} from 'yaml';
import { PolicyError, type Located, type LocatedEntry, type PolicyFault } from '../core/redaction/located.ts';

/** A file of settings that is larger is something else. */
const MAX_CHARACTERS = 1024 * 1024;
const MAX_DEPTH = 20;

/** Throws PolicyError where it is no YAML. An empty file is an empty map. */
export function readLocatedYaml(text: string, file: string): LocatedYaml {
  if (text.length > MAX_CHARACTERS) {
    throw new PolicyError(
      [{ line: 1, column: 1, problem: `the file has more than ${MAX_CHARACTERS} characters` }],
      file,
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: 'silent',
  });
  const reader = new Reader(lines);
  for (const { pos, code, message } of [...document.errors, ...document.warnings]) {
    if (code === 'DUPLICATE_KEY') reader.fault(pos[0], 'this name stands here twice');
    else reader.syntax.push({ ...reader.position(pos[0]), problem: `the file is no YAML: ${message}` });
  }
  if (reader.syntax.length > 0) throw new PolicyError(reader.syntax, file);
  const root = reader.read(document.contents, 0);
  return { root, faults: reader.faults };
}

/** A tree, and what is wrong with it while it can still be read: whoever reads it adds what else is wrong. */
export interface LocatedYaml {
  readonly root: Located;
  readonly faults: readonly PolicyFault[];
}

class Reader {
  readonly faults: PolicyFault[] = [];
  readonly syntax: PolicyFault[] = [];
  private readonly lines: LineCounter;

  constructor(lines: LineCounter) {
    this.lines = lines;
  }

  fault(offset: number, problem: string): void {
    this.faults.push({ ...this.position(offset), problem });
  }

  read(node: ParsedNode | null, depth: number): Located {
    if (node === null) return { line: 1, column: 1, value: new Map() };
    const offset = startOf(node.range);
    const at = this.position(offset);
    if (depth > MAX_DEPTH) {
      this.fault(offset, `lists and maps are nested deeper than ${MAX_DEPTH}`);
    } else if (isMap(node)) {
      return { ...at, value: this.readMap(node.items, depth) };
    } else if (isSeq(node)) {
      return { ...at, value: node.items.map((item) => this.read(item, depth + 1)) };
    } else if (isScalar(node)) {
      const value: unknown = node.value;
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        return { ...at, value };
      if (value !== null) this.fault(offset, 'only texts, numbers, true and false are known here');
    } else if (isAlias(node)) {
      this.fault(offset, 'anchors and aliases are not known here: write it out');
    }
    return { ...at, value: null };
  }

  private readMap(
    items: readonly { key: ParsedNode; value: ParsedNode | null }[],
    depth: number,
  ): ReadonlyMap<string, LocatedEntry> {
    const entries = new Map<string, LocatedEntry>();
    for (const item of items) {
      const key = this.read(item.key, depth + 1);
      const value = item.value === null ? { ...key, value: null } : this.read(item.value, depth + 1);
      if (typeof key.value === 'string') {
        if (!entries.has(key.value)) entries.set(key.value, { key, value });
      } else this.faults.push({ line: key.line, column: key.column, problem: 'a name must be a text' });
    }
    return entries;
  }

  position(offset: number): { line: number; column: number } {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

const startOf = (range: Range): number => range[0];
