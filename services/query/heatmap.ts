/** Histograms over time as a grid: buckets of rising latency, and the cells that hold calls. Pure. */
import type { HistogramCounts } from './columns.ts';

export interface HeatmapBucket {
  /** Exclusive. */
  readonly fromNs: number;
  /** Inclusive. */
  readonly toNs: number;
  readonly calls: number;
}

export interface HeatmapCell {
  readonly point: number;
  /** Position in the buckets. */
  readonly bucket: number;
  readonly calls: number;
}

/**
 * Bounds of bucket b of a histogram of scale 3, (2^(b/8), 2^((b+1)/8)], as the whole nanoseconds that it holds. Bucket -1 holds
 * 1 ns and less, 0 too.
 */
export function bucketBounds(bucket: number): { readonly fromNs: number; readonly toNs: number } {
  return {
    fromNs: bucket < 0 ? 0 : Math.floor(2 ** (bucket / 8)),
    toNs: Math.floor(2 ** ((bucket + 1) / 8)),
  };
}

export function heatmapCells(points: readonly { point: number; counts: HistogramCounts }[]): {
  buckets: HeatmapBucket[];
  cells: HeatmapCell[];
} {
  const totals = new Map<number, number>();
  for (const { counts } of points) {
    for (const [bucket, calls] of counts) totals.set(bucket, (totals.get(bucket) ?? 0) + calls);
  }
  if (totals.size === 0) return { buckets: [], cells: [] };
  const known = [...totals.keys()].sort((a, b) => a - b);
  const [first = 0, last = 0] = [known[0], known.at(-1)];
  const buckets = Array.from({ length: last - first + 1 }, (_, index) => ({
    ...bucketBounds(first + index),
    calls: totals.get(first + index) ?? 0,
  }));
  const cells = points.flatMap(({ point, counts }) =>
    counts.map(([bucket, calls]) => ({ point, bucket: bucket - first, calls })),
  );
  return { buckets, cells };
}
