import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  bucketIndex,
  ExponentialHistogram,
} from '../../../../services/core/metrics/exponential_histogram.ts';

/** Whether 2^(power/8) >= value, in whole numbers: 2^power >= value^8. */
const boundAtLeast = (power: number, value: bigint): boolean => 2n ** BigInt(power) >= value ** 8n;

function expectInBucket(durationNs: number): void {
  const index = bucketIndex(durationNs);
  const value = BigInt(durationNs);
  expect(boundAtLeast(index + 1, value)).toBe(true);
  expect(boundAtLeast(index, value)).toBe(false);
}

describe('the exponential histogram', () => {
  test('holds each duration in the bucket whose bounds are around it, in exact arithmetic', () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: Number.MAX_SAFE_INTEGER }), expectInBucket), {
      numRuns: 2_000,
    });
  });

  test('is exact right beside every bound', () => {
    for (let power = 9; power < 53 * 8; power++) {
      const bound = Math.floor(2 ** (power / 8));
      for (const beside of [bound - 2, bound - 1, bound, bound + 1, bound + 2]) {
        if (beside >= 2) expectInBucket(beside);
      }
    }
  });

  test('puts powers of two at the upper bound of their bucket', () => {
    for (let power = 1; power < 64; power++) expect(bucketIndex(2 ** power)).toBe(power * 8 - 1);
    expect(bucketIndex(2 ** 30 + 1)).toBe(30 * 8);
  });

  test('counts a nanosecond and less in bucket -1', () => {
    expect(bucketIndex(1)).toBe(-1);
    expect(bucketIndex(0)).toBe(-1);
  });

  test('lists weighted counts by rising index', () => {
    const histogram = new ExponentialHistogram();
    histogram.add(1_000, 2);
    histogram.add(0, 1);
    histogram.add(1_000, 0.5);
    expect(histogram.buckets()).toEqual([
      { index: -1, count: 1 },
      { index: 79, count: 2.5 },
    ]);
  });
});
