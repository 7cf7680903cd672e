/**
 * The rows of one table, column by column, and the block that is made of them.
 *
 *     Block { varint columns  varint rows  { string name  string type  prefix  data }* }
 *
 * What a table of ours has is one list of names and columns: the insert's column list and the block follow from it.
 */
import { WireWriter, writeVarint32 } from '../wire/writer.ts';
import type { Column } from './column.ts';
import { writeText } from './text.ts';

export type NamedColumn = readonly [name: string, column: Column];

/** A block ready to be sent. The bytes are the receiver's. */
export interface Block {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: Buffer;
  /** Hardly any two rows have the same key: ClickHouse need not look for what it could merge before it stores them. */
  readonly isDistinct: boolean;
}

export class TableRows {
  readonly table: string;
  readonly columns: readonly NamedColumn[];
  private readonly isDistinct: boolean;
  private readonly first: Column | undefined;

  constructor(table: string, columns: readonly NamedColumn[], isDistinct = false) {
    this.table = table;
    this.isDistinct = isDistinct;
    this.columns = columns;
    this.first = columns[0]?.[1];
  }

  get rows(): number {
    return this.first?.rows ?? 0;
  }

  get byteSize(): number {
    return this.columns.reduce((sum, [, column]) => sum + column.byteSize, 0);
  }

  mark(): void {
    for (const [, column] of this.columns) column.mark();
  }

  rollback(): void {
    for (const [, column] of this.columns) column.rollback();
  }

  reset(): void {
    for (const [, column] of this.columns) column.reset();
  }

  /** The block of all rows, in memory of its own. Throws where the columns are not equally long: that is a bug. */
  encode(): Block {
    const { table, rows, columns, isDistinct } = this;
    const out = new WireWriter(this.byteSize + 128 * columns.length + 64);
    writeVarint32(out, columns.length);
    writeVarint32(out, rows);
    for (const [name, column] of columns) {
      if (column.rows !== rows) throw new Error(`${table}.${name} has ${column.rows} of ${rows} rows`);
      writeName(out, name);
      writeName(out, column.type);
      if (rows === 0) continue;
      column.writePrefix(out);
      column.writeData(out);
    }
    const bytes = Buffer.from(out.buf.buffer, out.buf.byteOffset, out.pos);
    return { table, columns: columns.map(([name]) => name), rows, bytes, isDistinct };
  }
}

function writeName(out: WireWriter, text: string): void {
  writeVarint32(out, Buffer.byteLength(text));
  writeText(out, text);
}
