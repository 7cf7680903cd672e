/** Columns of numbers: up to 32 bits and doubles by value, 64-bit integers as two halves. */
import { writeBytes, type WireWriter } from '../wire/writer.ts';
import { bytesOf, grown, INITIAL_ROWS, type Column, type TypedArray } from './column.ts';

const TWO_32 = 0x1_0000_0000;

/** One element of a typed array a row: UInt8/16/32, Int16, Float64, and what is stored like them (Bool, Enum8, Date, DateTime). */
export class NumberColumn implements Column {
  readonly type: string;
  rows = 0;
  private values: TypedArray;
  private marked = 0;

  constructor(type: string, values: TypedArray) {
    this.type = type;
    this.values = values;
  }

  append(value: number): void {
    if (this.rows === this.values.length) this.values = grown(this.values, this.rows + 1);
    this.values[this.rows++] = value;
  }

  get byteSize(): number {
    return this.rows * this.values.BYTES_PER_ELEMENT;
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

  writePrefix(): void {
    // Numbers have none.
  }

  writeData(out: WireWriter): void {
    writeBytes(out, bytesOf(this.values, this.rows));
  }
}

export const uint8Column = (type = 'UInt8') => new NumberColumn(type, new Uint8Array(INITIAL_ROWS));
export const uint16Column = (type = 'UInt16') => new NumberColumn(type, new Uint16Array(INITIAL_ROWS));
export const uint32Column = (type = 'UInt32') => new NumberColumn(type, new Uint32Array(INITIAL_ROWS));
export const int16Column = () => new NumberColumn('Int16', new Int16Array(INITIAL_ROWS));
export const float64Column = () => new NumberColumn('Float64', new Float64Array(INITIAL_ROWS));
/** Seconds since the epoch. */
export const dateTimeColumn = () => uint32Column('DateTime');

/** 64-bit integers: UInt64, Int64, and DateTime64, which is an Int64 of its unit since the epoch. */
export class Wide64Column implements Column {
  readonly type: string;
  rows = 0;
  /** Low and high half of each row in turn. */
  private halves = new Uint32Array(2 * INITIAL_ROWS);
  private marked = 0;

  constructor(type: 'UInt64' | 'Int64' | 'DateTime64(9)' | 'DateTime64(3)') {
    this.type = type;
  }

  /** Both halves as 32 bits; the sign of either does not matter. */
  append(low: number, high: number): void {
    const at = 2 * this.rows;
    if (at === this.halves.length) this.halves = grown(this.halves, at + 2);
    this.halves[at] = low;
    this.halves[at + 1] = high;
    this.rows++;
  }

  /** A whole number between -2^53 and 2^53. */
  appendNumber(value: number): void {
    this.append(value % TWO_32, Math.floor(value / TWO_32));
  }

  get byteSize(): number {
    return this.rows * 8;
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

  writePrefix(): void {
    // Numbers have none.
  }

  writeData(out: WireWriter): void {
    writeBytes(out, bytesOf(this.halves, 2 * this.rows));
  }
}
