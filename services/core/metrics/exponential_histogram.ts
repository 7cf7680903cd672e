/**
 * Exponential histogram of durations, scale 3, as OpenTelemetry's metrics data model has it: bucket b holds the whole
 * nanoseconds of (2^(b/8), 2^((b+1)/8)], so bucket bounds grow by 9 % and powers of two are bounds. 1 ns and less is bucket -1.
 */
import type { HistogramBucket } from './deltas.ts';

const BUCKETS_PER_DOUBLING = 8;
const MAX_BITS = 64;

/** The largest whole number in bucket b, at position b + 1: floor(2^((b+1)/8)), exact as long as a double is. */
const UPPER_BOUNDS: readonly number[] = Array.from(
  { length: MAX_BITS * BUCKETS_PER_DOUBLING + 1 },
  (_, power) => Number(squareRoot(squareRoot(squareRoot(2n ** BigInt(power))))),
);

/**
 * The bucket of a duration in whole nanoseconds. The logarithm alone would put durations beside a bound into the wrong bucket:
 * it gives a first guess, and the bounds, which were computed in whole numbers, decide.
 */
export function bucketIndex(durationNs: number): number {
  if (durationNs <= 1) return -1;
  let position = Math.ceil(Math.log2(durationNs) * BUCKETS_PER_DOUBLING);
  while (durationNs > (UPPER_BOUNDS[position] ?? Infinity)) position++;
  while (durationNs <= (UPPER_BOUNDS[position - 1] ?? 0)) position--;
  return position - 1;
}

/** Weighted counts by bucket. */
export class ExponentialHistogram {
  private readonly counts = new Map<number, number>();

  add(durationNs: number, weight: number): void {
    const index = bucketIndex(durationNs);
    this.counts.set(index, (this.counts.get(index) ?? 0) + weight);
  }

  /** By index, rising. */
  buckets(): HistogramBucket[] {
    return [...this.counts].sort(([a], [b]) => a - b).map(([index, count]) => ({ index, count }));
  }
}

/** The whole part of the square root (Newton's method). */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
