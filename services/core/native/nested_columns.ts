/**
 * Columns made of columns. Values are appended to the inner columns; `endRow` then closes the row of the outer one.
 *
 *     Array(T)   prefix of T; UInt64 end of each row among the elements; data of T
 *     Map(K, V)  prefixes of K and V; the same ends; data of K, data of V
 *     Tuple(..)  prefixes of all elements; data of all elements
 */
import { reserve, type WireWriter } from '../wire/writer.ts';
import { grown, INITIAL_ROWS, type Column } from './column.ts';
import type { LowCardinalityColumn } from './low_cardinality_column.ts';

/** Where each row ends among the elements of an inner column. */
export class RowEnds {
  rows = 0;
  private ends = new Uint32Array(INITIAL_ROWS);
  private marked = 0;

  close(elements: number): void {
    if (this.rows === this.ends.length) this.ends = grown(this.ends, this.rows + 1);
    this.ends[this.rows++] = elements;
  }

  /** The first element of a row. */
  startOf(row: number): number {
    return row === 0 ? 0 : this.ends[row - 1]!;
  }

  endOf(row: number): number {
    return this.ends[row]!;
  }

  mark(): void {
    this.marked = this.rows;
  }

  rollback(): void {
    this.rows = this.marked;
  }

  reset(): void {
    this.rows = this.marked = 0;
  }

  write(out: WireWriter): void {
    reserve(out, 8 * this.rows);
    const view = new DataView(out.buf.buffer, out.buf.byteOffset + out.pos, 8 * this.rows);
    for (let row = 0; row < this.rows; row++) {
      view.setUint32(8 * row, this.ends[row]!, true);
      view.setUint32(8 * row + 4, 0, true);
    }
    out.pos += 8 * this.rows;
  }
}

export class ArrayColumn<T extends Column> implements Column {
  readonly type: string;
  /** Takes the elements. */
  readonly elements: T;
  private readonly ends: RowEnds;

  /** `ends` where several columns have as many elements in each row (ClickHouse's Nested): one of them closes the rows. */
  constructor(elements: T, ends = new RowEnds()) {
    this.elements = elements;
    this.ends = ends;
    this.type = `Array(${elements.type})`;
  }

  /** Closes the row: what was appended to `elements` since the last one is its array. */
  endRow(): void {
    this.ends.close(this.elements.rows);
  }

  get rows(): number {
    return this.ends.rows;
  }

  get byteSize(): number {
    return 8 * this.rows + this.elements.byteSize;
  }

  mark(): void {
    this.ends.mark();
    this.elements.mark();
  }

  rollback(): void {
    this.ends.rollback();
    this.elements.rollback();
  }

  reset(): void {
    this.ends.reset();
    this.elements.reset();
  }

  writePrefix(out: WireWriter): void {
    this.elements.writePrefix(out);
  }

  writeData(out: WireWriter): void {
    this.ends.write(out);
    this.elements.writeData(out);
  }
}

export class MapColumn<K extends Column, V extends Column> implements Column {
  readonly type: string;
  readonly keys: K;
  readonly values: V;
  private readonly ends = new RowEnds();

  constructor(keys: K, values: V) {
    this.keys = keys;
    this.values = values;
    this.type = `Map(${keys.type}, ${values.type})`;
  }

  /** Closes the row: the keys and values that were appended since the last one are its pairs. */
  endRow(): void {
    this.ends.close(this.keys.rows);
  }

  get rows(): number {
    return this.ends.rows;
  }

  /** The first and the end of the pairs of a row. */
  pairsOf(row: number): readonly [from: number, to: number] {
    return [this.ends.startOf(row), this.ends.endOf(row)];
  }

  get byteSize(): number {
    return 8 * this.rows + this.keys.byteSize + this.values.byteSize;
  }

  mark(): void {
    this.ends.mark();
    this.keys.mark();
    this.values.mark();
  }

  rollback(): void {
    this.ends.rollback();
    this.keys.rollback();
    this.values.rollback();
  }

  reset(): void {
    this.ends.reset();
    this.keys.reset();
    this.values.reset();
  }

  writePrefix(out: WireWriter): void {
    this.keys.writePrefix(out);
    this.values.writePrefix(out);
  }

  writeData(out: WireWriter): void {
    this.ends.write(out);
    this.keys.writeData(out);
    this.values.writeData(out);
  }
}

/** Appends the map that an earlier row of the block has. */
export function copyMapRow(map: MapColumn<LowCardinalityColumn, LowCardinalityColumn>, row: number): void {
  const [from, to] = map.pairsOf(row);
  map.keys.appendCopy(from, to);
  map.values.appendCopy(from, to);
  map.endRow();
}

/** Named elements; a row is closed by itself, once each element has one more. */
export class TupleColumn<T extends Readonly<Record<string, Column>>> implements Column {
  readonly type: string;
  readonly elements: T;
  private readonly list: readonly Column[];

  constructor(elements: T) {
    this.elements = elements;
    this.list = Object.values(elements);
    const parts = Object.entries(elements).map(([name, { type }]) => `${name} ${type}`);
    this.type = `Tuple(${parts.join(', ')})`;
  }

  get rows(): number {
    return this.list[0]?.rows ?? 0;
  }

  get byteSize(): number {
    return this.list.reduce((sum, column) => sum + column.byteSize, 0);
  }

  mark(): void {
    for (const column of this.list) column.mark();
  }

  rollback(): void {
    for (const column of this.list) column.rollback();
  }

  reset(): void {
    for (const column of this.list) column.reset();
  }

  writePrefix(out: WireWriter): void {
    for (const column of this.list) column.writePrefix(out);
  }

  writeData(out: WireWriter): void {
    for (const column of this.list) column.writeData(out);
  }
}
