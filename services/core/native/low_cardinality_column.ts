/**
 * LowCardinality(String): each text once in a dictionary that goes along with the block, and one index a row.
 *
 *     prefix  UInt64 1
 *     data    UInt64 0x600 | width   UInt64 keys   keys as String   UInt64 rows   indexes of that width
 *
 * A column without rows has a prefix and no data.
 */
import { reserve, WireWriter, writeBytes, writeFixed64 } from '../wire/writer.ts';
import { ByteDictionary } from './byte_dictionary.ts';
import { bytesOf, grown, INITIAL_ROWS, type Column } from './column.ts';
import { writeText } from './text.ts';

const SHARED_DICTIONARIES_WITH_ADDITIONAL_KEYS = 1;
const HAS_ADDITIONAL_KEYS = 0x200;
const NEED_UPDATE_DICTIONARY = 0x400;
const INDEX_UINT8 = 0;
const INDEX_UINT16 = 1;
const INDEX_UINT32 = 2;
/** Of the dictionary's, that are also known as texts. */
const MAX_TEXTS = 1_024;

export class LowCardinalityColumn implements Column {
  readonly type = 'LowCardinality(String)';
  rows = 0;
  private readonly dictionary = new ByteDictionary();
  /** Where texts stand that came as such, and not as bytes: kinds, tenants, services. */
  private readonly texts = new Map<string, number>();
  private indexes = new Uint32Array(INITIAL_ROWS);
  private readonly scratch = new WireWriter(64);
  private marked = 0;

  /** The bytes `source[start, end)`. */
  append(source: Uint8Array, start: number, end: number): void {
    this.appendIndex(this.dictionary.intern(source, start, end));
  }

  appendText(text: string): void {
    const known = this.texts.get(text);
    if (known !== undefined) {
      this.appendIndex(known);
      return;
    }
    this.scratch.reset();
    writeText(this.scratch, text);
    const index = this.dictionary.intern(this.scratch.buf, 0, this.scratch.pos);
    if (this.texts.size < MAX_TEXTS) this.texts.set(text, index);
    this.appendIndex(index);
  }

  /** The same values again that the rows `[from, to)` of this block have. */
  appendCopy(from: number, to = from + 1): void {
    this.indexes = grown(this.indexes, this.rows + to - from);
    for (let row = from; row < to; row++) this.indexes[this.rows++] = this.indexes[row]!;
  }

  get byteSize(): number {
    return this.dictionary.keys.pos + this.rows * indexBytes(this.dictionary.size) + 24;
  }

  mark(): void {
    this.marked = this.rows;
  }

  /** Keys that only the dropped rows had stay in the dictionary: they cost their bytes and nothing else. */
  rollback(): void {
    this.rows = this.marked;
  }

  reset(): void {
    this.rows = this.marked = 0;
    this.dictionary.reset();
    this.texts.clear();
  }

  writePrefix(out: WireWriter): void {
    writeFixed64(out, SHARED_DICTIONARIES_WITH_ADDITIONAL_KEYS);
  }

  writeData(out: WireWriter): void {
    if (this.rows === 0) return;
    const { size, keys } = this.dictionary;
    writeFixed64(out, HAS_ADDITIONAL_KEYS | NEED_UPDATE_DICTIONARY | indexType(size));
    writeFixed64(out, size);
    writeBytes(out, keys.buf, 0, keys.pos);
    writeFixed64(out, this.rows);
    if (size <= 0x100) this.writeNarrow(out);
    else if (size <= 0x1_0000)
      writeBytes(out, bytesOf(new Uint16Array(this.indexes.subarray(0, this.rows)), this.rows));
    else writeBytes(out, bytesOf(this.indexes, this.rows));
  }

  /** The indexes, a byte each. */
  private writeNarrow(out: WireWriter): void {
    reserve(out, this.rows);
    const { buf, pos } = out;
    for (let row = 0; row < this.rows; row++) buf[pos + row] = this.indexes[row]!;
    out.pos = pos + this.rows;
  }

  private appendIndex(index: number): void {
    if (this.rows === this.indexes.length) this.indexes = grown(this.indexes, this.rows + 1);
    this.indexes[this.rows++] = index;
  }
}

function indexType(keys: number): number {
  if (keys <= 0x100) return INDEX_UINT8;
  return keys <= 0x1_0000 ? INDEX_UINT16 : INDEX_UINT32;
}

function indexBytes(keys: number): number {
  return 1 << indexType(keys);
}
