/**
 * What was made of bytes that come again and again, by those bytes, which are looked up where they lie. Bounded: starts over when full.
 * Makes no difference to any result.
 */
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

  /** The value for `buf[start, end)`; `make` is asked where it is not known. */
  of(buf: Uint8Array, start: number, end: number, make: () => T): T {
    const hash = fingerprint(buf, start, end);
    const known = this.known.get(hash);
    if (known !== undefined && equalBytes(known.bytes, buf, start, end)) return known.value;
    const value = make();
    if (this.known.size >= this.maxEntries) this.known.clear();
    this.known.set(hash, { bytes: buf.slice(start, end), value });
    return value;
  }
}

function equalBytes(bytes: Uint8Array, buf: Uint8Array, start: number, end: number): boolean {
  if (bytes.length !== end - start) return false;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== buf[start + i]) return false;
  return true;
}
