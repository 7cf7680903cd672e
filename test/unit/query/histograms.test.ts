import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bucketIndex } from '../../../services/core/metrics/exponential_histogram.ts';
import { bucketBounds, heatmapCells } from '../../../services/query/heatmap.ts';
import { quantileNs, shareShorter } from '../../../services/query/normal.ts';

describe('bucketBounds', () => {
  it('hold the durations that are counted in their bucket, and no others', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 48 }), (ns) => {
        const { fromNs, toNs } = bucketBounds(bucketIndex(ns));
        expect(ns).toBeGreaterThan(fromNs);
        expect(ns).toBeLessThanOrEqual(toNs);
      }),
    );
    expect(bucketBounds(-1)).toEqual({ fromNs: 0, toNs: 1 });
  });
});

describe('heatmapCells', () => {
  it('counts buckets from the lowest to the highest that is there, gaps included', () => {
    const { buckets, cells } = heatmapCells([
      { point: 0, counts: [[80, 2]] },
      {
        point: 3,
        counts: [
          [80, 1],
          [82, 5],
        ],
      },
    ]);
    expect(buckets.map(({ calls }) => calls)).toEqual([3, 0, 5]);
    expect(cells).toEqual([
      { point: 0, bucket: 0, calls: 2 },
      { point: 3, bucket: 0, calls: 1 },
      { point: 3, bucket: 2, calls: 5 },
    ]);
    expect(heatmapCells([])).toEqual({ buckets: [], cells: [] });
  });
});

describe('what is normal', () => {
  const counts = [
    [bucketIndex(1e6), 50],
    [bucketIndex(1e7), 40],
    [bucketIndex(1e8), 10],
  ] as const;

  it('is told by the share of calls that were shorter', () => {
    expect(shareShorter(counts, 1e5)).toBe(0);
    expect(shareShorter(counts, 1e6)).toBe(0.25);
    expect(shareShorter(counts, 5e6)).toBe(0.5);
    expect(shareShorter(counts, 1e9)).toBe(1);
    expect(shareShorter([], 1)).toBeNull();
  });

  it('has quantiles in the middle of a bucket', () => {
    expect(quantileNs(counts, 0.5)).toBe(Math.round(2 ** ((bucketIndex(1e6) + 0.5) / 8)));
    expect(quantileNs(counts, 0.95)).toBe(Math.round(2 ** ((bucketIndex(1e8) + 0.5) / 8)));
    expect(quantileNs([], 0.5)).toBeNull();
  });
});
