/**
 * Reads a YAML document field by field and keeps every fault with its line and column. Not for what the fields mean.
 *
 * A fault never shows a value: in the files that are read here it may be a secret in the wrong place.
 */
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node,
  type ParsedNode,
  type YAMLMap,
} from 'yaml';

export type YamlNode = ParsedNode | Node | null;

/** The fields of a mapping by name; what is not there is not in it. */
export type Fields = ReadonlyMap<string, { readonly key: YamlNode; readonly value: YamlNode }>;

export class YamlFields {
  readonly faults: string[] = [];
  readonly root: YamlNode;
  private readonly file: string;
  private readonly lines = new LineCounter();

  constructor(text: string, file: string) {
    this.file = file;
    const document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false, version: '1.2' });
    // Their messages may quote the text.
    for (const { code, pos } of document.errors) this.report(pos[0], `this cannot be read as YAML (${code})`);
    this.root = document.contents;
  }

  fault(node: YamlNode, message: string): void {
    this.report(node?.range?.[0] ?? 0, message);
  }

  /** Nothing is written there. */
  isEmpty(node: YamlNode): boolean {
    return node === null || (isScalar(node) && node.value === null);
  }

  /** Null, and a fault, where it is no mapping. Names beside `known` are faults. */
  fields(node: YamlNode, known: readonly string[]): Fields | null {
    if (!isMap(node)) {
      this.fault(node, `must be a mapping with ${known.join(', ')}`);
      return null;
    }
    const fields = this.entries(node);
    for (const [name, { key }] of fields) {
      if (!known.includes(name))
        this.fault(key, `there is no such field here; there are ${known.join(', ')}`);
    }
    return fields;
  }

  /** A mapping whose names are the user's own. */
  named(node: YamlNode): Fields {
    if (this.isEmpty(node)) return new Map();
    if (isMap(node)) return this.entries(node);
    this.fault(node, 'must be a mapping from names');
    return new Map();
  }

  list(node: YamlNode): readonly YamlNode[] {
    if (this.isEmpty(node)) return [];
    if (isSeq(node)) return node.items as YamlNode[];
    this.fault(node, 'must be a list');
    return [];
  }

  /** Null, and a fault, where there is none or `parse` gives null. */
  text<T>(node: YamlNode, meaning: string, parse: (text: string) => T | null): T | null {
    const value = isScalar(node) && typeof node.value === 'string' ? parse(node.value) : null;
    if (value === null) this.fault(node, `must be ${meaning}`);
    return value;
  }

  number(node: YamlNode, { min, max }: { readonly min: number; readonly max: number }): number | null {
    const value = isScalar(node) ? node.value : null;
    if (typeof value === 'number' && value >= min && value <= max) return value;
    this.fault(node, `must be a number from ${min} to ${max}`);
    return null;
  }

  private entries(map: YAMLMap): Fields {
    const fields = new Map<string, { key: YamlNode; value: YamlNode }>();
    for (const { key, value } of map.items as { key: YamlNode; value: YamlNode }[]) {
      if (isScalar(key) && typeof key.value === 'string') fields.set(key.value, { key, value });
      else this.fault(key, 'a name must be text');
    }
    return fields;
  }

  private report(offset: number, message: string): void {
    const { line, col } = this.lines.linePos(offset);
    this.faults.push(`${this.file}:${line}:${col}: ${message}`);
  }
}
