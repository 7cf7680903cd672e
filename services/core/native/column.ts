/**
 * What every column of ClickHouse's Native format can do, whatever its type.
 *
 * A column holds the rows of one block, already in the server's layout, in memory of its own that it keeps for the
 * next block. Rows come in records: `mark` before the first row of a record and `rollback` after a failure make a
 * record appended as a whole or not at all.
 */
import type { WireWriter } from '../wire/writer.ts';

export interface Column {
  /** ClickHouse's name of the type, as it stands in the block. */
  readonly type: string;
  readonly rows: number;
  /** About the bytes that `writeData` will write. */
  readonly byteSize: number;
  /** Remembers the end of what was appended. */
  mark(): void;
  /** Drops what was appended since the last mark. */
  rollback(): void;
  /** Drops everything and keeps the memory. */
  reset(): void;
  /** What stands before the data, once a block: the version of the dictionaries inside. */
  writePrefix(out: WireWriter): void;
  writeData(out: WireWriter): void;
}

/** Typed arrays in the machine's byte order are copied into blocks as they are; the format is little endian. */
if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1) {
  throw new Error('the Native encoder needs a little-endian machine');
}

/** Columns begin small, for many stay so (typed arrays of up to 64 bytes cost V8 least), and keep what they grow to. */
export const INITIAL_ROWS = 8;
const GROWN_ROWS = 128;

/** An array of at least `needed` elements that begins like `array`: the same one while it is large enough. */
export function grown<T extends TypedArray>(array: T, needed: number): T {
  if (needed <= array.length) return array;
  const larger = new (array.constructor as new (length: number) => T)(
    Math.max(needed, array.length * 2, GROWN_ROWS),
  );
  larger.set(array);
  return larger;
}

export type TypedArray = Uint8Array | Uint16Array | Uint32Array | Int16Array | Int32Array | Float64Array;

/** The bytes of the first `count` elements. */
export function bytesOf(array: TypedArray, count: number): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, count * array.BYTES_PER_ELEMENT);
}
