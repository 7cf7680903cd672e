import { describe, expect, test } from '@jest/globals';
import { spanFingerprint } from '../../../../services/core/trace/span_fingerprint.ts';
import { seeded } from '../../../support/known_load.ts';

const LONGEST = 40;

function randomBytes(random: () => number, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

function ofAll(bytes: Uint8Array): number {
  return spanFingerprint(new DataView(bytes.buffer), 0, bytes.length);
}

describe('the fingerprint of a span', () => {
  test('is the same wherever the bytes lie', () => {
    const random = seeded(1);
    for (let length = 0; length <= LONGEST; length++) {
      const bytes = randomBytes(random, length);
      const around = randomBytes(random, LONGEST + 20);
      around.set(bytes, 7);
      expect(spanFingerprint(new DataView(around.buffer), 7, 7 + length)).toBe(ofAll(bytes));
    }
  });

  test('changes with each byte, and with the length', () => {
    const random = seeded(2);
    for (let length = 1; length <= LONGEST; length++) {
      const bytes = randomBytes(random, length);
      const seen = new Set([ofAll(bytes), ofAll(bytes.slice(0, -1))]);
      for (let at = 0; at < length; at++) {
        const other = Uint8Array.from(bytes);
        other[at] = (other[at] ?? 0) ^ (1 << (at % 8));
        seen.add(ofAll(other));
      }
      expect(seen.size).toBe(length + 2);
    }
  });

  test('of zeros depends on how many there are', () => {
    const lengths = Array.from({ length: LONGEST }, (_, length) => ofAll(new Uint8Array(length)));
    expect(new Set(lengths).size).toBe(LONGEST);
  });
});
