/**
 * Byte strings numbered in the order in which they come, each once: an open-addressing hash table over bytes that are
 * looked up where they lie.
 *
 * Keys come from strangers and their hash is known, so the search is bounded: a key that is not found within a few
 * steps is numbered anew, and stands twice in the dictionary, which ClickHouse takes.
 */
import { equalRanges } from '../wire/equal_bytes.ts';
import { fingerprint } from '../wire/keys.ts';
import { WireWriter } from '../wire/writer.ts';
import { grown } from './column.ts';
import { writeString } from './text.ts';

/** A power of two. */
const INITIAL_SLOTS = 16;
const MAX_PROBES = 64;

const NO_BYTES = new Uint8Array(0);

/** A view of whole words over the bytes that were looked at last: most lookups in a row are in the same buffer. */
class Words {
  private bytes: Uint8Array = NO_BYTES;
  private view: DataView = new DataView(NO_BYTES.buffer);

  over(bytes: Uint8Array): DataView {
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    return this.view;
  }
}

export class ByteDictionary {
  /** Keys numbered so far. */
  size = 0;
  /** All keys as Native strings, in order. */
  readonly keys = new WireWriter();
  /** Number of a key plus one, by hash; 0 is free. */
  private slots = new Uint32Array(INITIAL_SLOTS);
  private hashes = new Int32Array(INITIAL_SLOTS);
  private starts = new Uint32Array(INITIAL_SLOTS);
  private ends = new Uint32Array(INITIAL_SLOTS);
  /** For each key, the one that came after it last time. */
  private followers = new Uint32Array(INITIAL_SLOTS);
  private last = 0;
  private readonly keyWords = new Words();
  private readonly sourceWords = new Words();

  /** The number of `source[start, end)`. */
  intern(source: Uint8Array, start: number, end: number): number {
    // Attributes mostly come in the order of the span before: the key that followed last time is tried first.
    // MEASURED: 3.0 to 2.8 us a span with any_value.ts's short cut, Node 24, native_spans.bench.ts.
    const guess = this.followers[this.last]!;
    const number =
      guess < this.size && this.equals(guess, source, start, end) ? guess : this.look(source, start, end);
    this.followers[this.last] = number;
    this.last = number;
    return number;
  }

  private look(source: Uint8Array, start: number, end: number): number {
    const hash = fingerprint(source, start, end);
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const numbered = this.slots[slot]!;
      if (numbered === 0) return this.add(source, start, end, hash, slot);
      if (this.hashes[numbered - 1] === hash && this.equals(numbered - 1, source, start, end)) {
        return numbered - 1;
      }
      slot = (slot + 1) & mask;
    }
    return this.add(source, start, end, hash, null);
  }

  reset(): void {
    this.size = 0;
    this.last = 0;
    this.keys.reset();
    this.sourceWords.over(NO_BYTES);
    this.slots.fill(0);
  }

  private equals(number: number, source: Uint8Array, start: number, end: number): boolean {
    const at = this.starts[number]!;
    const length = end - start;
    if (this.ends[number]! - at !== length) return false;
    const { buf } = this.keys;
    if (length < 4) {
      return equalRanges(buf, at, source, start, length);
    }
    // Four bytes at a time, the last four once more where the length is odd.
    const keys = this.keyWords.over(buf);
    const sources = this.sourceWords.over(source);
    const last = length - 4;
    for (let i = 0; i < last; i += 4) {
      if (keys.getInt32(at + i) !== sources.getInt32(start + i)) return false;
    }
    return keys.getInt32(at + last) === sources.getInt32(start + last);
  }

  private add(source: Uint8Array, start: number, end: number, hash: number, slot: number | null): number {
    const number = this.size++;
    writeString(this.keys, source, start, end);
    this.hashes = grown(this.hashes, this.size);
    this.starts = grown(this.starts, this.size);
    this.ends = grown(this.ends, this.size);
    this.followers = grown(this.followers, this.size);
    this.hashes[number] = hash;
    this.starts[number] = this.keys.pos - (end - start);
    this.ends[number] = this.keys.pos;
    if (slot !== null) this.slots[slot] = this.size;
    if (2 * this.size > this.slots.length) this.rehash();
    return number;
  }

  private rehash(): void {
    this.slots = new Uint32Array(2 * this.slots.length);
    const mask = this.slots.length - 1;
    for (let number = 0; number < this.size; number++) {
      let slot = this.hashes[number]! & mask;
      let probe = 0;
      while (probe < MAX_PROBES && this.slots[slot] !== 0) {
        slot = (slot + 1) & mask;
        probe++;
      }
      if (probe < MAX_PROBES) this.slots[slot] = number + 1;
    }
  }
}
