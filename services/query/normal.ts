/** How a duration compares with the others of its operation, from their exponential histogram. Pure. */
import { bucketIndex } from '../core/metrics/exponential_histogram.ts';
import type { HistogramCounts } from './columns.ts';

/**
 * Share of the calls that were shorter, from 0 to 1; within the bucket of the duration half of them count as shorter. Null without
 * calls.
 */
export function shareShorter(counts: HistogramCounts, durationNs: number): number | null {
  const total = sum(counts);
  if (total === 0) return null;
  const own = bucketIndex(durationNs);
  const shorter = counts.filter(([bucket]) => bucket < own);
  const alike = counts.filter(([bucket]) => bucket === own);
  return (sum(shorter) + sum(alike) / 2) / total;
}

/** The middle of the bucket that the share falls into, as the queries have it; null without calls. */
export function quantileNs(counts: HistogramCounts, share: number): number | null {
  const rank = share * sum(counts);
  let seen = 0;
  for (const [bucket, count] of counts) {
    seen += count;
    if (seen >= rank) return Math.round(2 ** ((bucket + 0.5) / 8));
  }
  return null;
}

export function sum(counts: HistogramCounts): number {
  return counts.reduce((total, [, count]) => total + count, 0);
}
