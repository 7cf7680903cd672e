/** String and FixedString: bytes, copied from where they lie. */
import { beginLength, endLengthField, WireWriter, writeBytes, writeVarint32 } from '../wire/writer.ts';
import type { Column } from './column.ts';
import { writeHexString, writeString, writeText } from './text.ts';

export class StringColumn implements Column {
  readonly type = 'String';
  rows = 0;
  private readonly data = new WireWriter();
  private markedRows = 0;
  private markedPos = 0;

  /** The bytes `source[start, end)`, whatever they are. */
  append(source: Uint8Array, start: number, end: number): void {
    writeString(this.data, source, start, end);
    this.rows++;
  }

  appendText(text: string): void {
    const start = beginLength(this.data);
    writeText(this.data, text);
    endLengthField(this.data, start);
    this.rows++;
  }

  /** An id as its hex digits. */
  appendHex(source: Uint8Array, start: number, end: number): void {
    writeHexString(this.data, source, start, end);
    this.rows++;
  }

  appendEmpty(): void {
    writeVarint32(this.data, 0);
    this.rows++;
  }

  get byteSize(): number {
    return this.data.pos;
  }

  mark(): void {
    this.markedRows = this.rows;
    this.markedPos = this.data.pos;
  }

  rollback(): void {
    this.rows = this.markedRows;
    this.data.pos = this.markedPos;
  }

  reset(): void {
    this.rows = this.markedRows = this.markedPos = 0;
    this.data.reset();
  }

  writePrefix(): void {
    // Strings have none.
  }

  writeData(out: WireWriter): void {
    writeBytes(out, this.data.buf, 0, this.data.pos);
  }
}

export class FixedStringColumn implements Column {
  readonly type: string;
  rows = 0;
  private readonly width: number;
  private readonly data = new WireWriter();
  private marked = 0;

  constructor(width: number) {
    this.type = `FixedString(${width})`;
    this.width = width;
  }

  /** The `width` bytes at `start`. */
  append(source: Uint8Array, start: number): void {
    writeBytes(this.data, source, start, start + this.width);
    this.rows++;
  }

  get byteSize(): number {
    return this.data.pos;
  }

  mark(): void {
    this.marked = this.rows;
  }

  rollback(): void {
    this.rows = this.marked;
    this.data.pos = this.marked * this.width;
  }

  reset(): void {
    this.rows = this.marked = 0;
    this.data.reset();
  }

  writePrefix(): void {
    // Strings have none.
  }

  writeData(out: WireWriter): void {
    writeBytes(out, this.data.buf, 0, this.data.pos);
  }
}
