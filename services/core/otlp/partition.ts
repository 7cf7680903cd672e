/** The partition of a trace: the same for every span of it, whoever sends it (design: data contracts). */
import { uint32BigEndianAt } from '../wire/cursor.ts';

/**
 * `fmix32(hi ^ lo) mod partitions` over the low 64 bits of the 16-byte trace id at `at`: 64-bit and 128-bit reports of
 * one trace meet. fmix32 is the finaliser of MurmurHash3.
 */
export function partitionOf(buf: Uint8Array, at: number, partitions: number): number {
  return fmix32(uint32BigEndianAt(buf, at + 8) ^ uint32BigEndianAt(buf, at + 12)) % partitions;
}

function fmix32(value: number): number {
  let hash = value;
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash >>> 0;
}
