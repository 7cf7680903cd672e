/**
 * 32 bits over a span's bytes, which tell a client's retry from another span of the same id (MurmurHash3 x86_32 in two lanes). They stay within
 * one process, so they may differ from one version to the next.
 *
 * Not for input that is chosen to collide: that could only drop its own span.
 */
import { mix, spread } from '../wire/keys.ts';

/** Of the bytes `[start, end)` of a record. */
export function spanFingerprint(bytes: DataView, start: number, end: number): number {
  // MEASURED, 378 bytes: 0.10 us; 0.28 in one lane byte by byte, since each step waits for the one before.
  let even = end - start;
  let odd = ~even;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    even = mix(even, bytes.getInt32(at, true));
    odd = mix(odd, bytes.getInt32(at + 4, true));
  }
  let rest = 0;
  for (let left = end - at; left > 0; left--, at++) {
    rest = (rest << 8) | bytes.getUint8(at);
    if (left === 5 || left === 1) {
      even = mix(even, rest);
      rest = 0;
    }
  }
  return spread(mix(even, odd));
}
