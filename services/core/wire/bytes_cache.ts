/**
 * What was made of bytes that come again and again, by those bytes, which are looked up where they lie. Bounded: starts over when full.
 * Makes no difference to any result.
 */
import { equalBytes } from './equal_bytes.ts';
import { fingerprint } from './keys.ts';

interface Known<T> {
  readonly bytes: Uint8Array;
  readonly value: T;
}

export class BytesCache<T> {
  private readonly known = new Map<number, Known<T>>();
  private readonly maxEntries: number;

  constructor(maxEntries: number) {
    this.maxEntries = maxEntries;
  }

  /** The value for `buf[start, end)`, or undefined. MEASURED: a callback to make it would be an object for each that is known. */
  find(buf: Uint8Array, start: number, end: number): T | undefined {
    const known = this.known.get(fingerprint(buf, start, end));
    return known !== undefined && equalBytes(known.bytes, buf, start, end) ? known.value : undefined;
  }

  /** Keeps the value for `buf[start, end)`, of which it copies the bytes; returns it. */
  keep(buf: Uint8Array, start: number, end: number, value: T): T {
    if (this.known.size >= this.maxEntries) this.known.clear();
    this.known.set(fingerprint(buf, start, end), { bytes: buf.slice(start, end), value });
    return value;
  }
}
