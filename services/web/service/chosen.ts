/** What a reader points at in a chart: a stretch of time, perhaps a latency, perhaps errors alone; and the question for it. Pure. */
import type { Heatmap, Series } from '../api/answers.ts';
import type { Parameters } from '../api/ask.ts';

export interface Chosen {
  readonly label: string;
  readonly since: string;
  readonly until: string;
  readonly status: string;
  readonly longerThan: string;
  readonly upTo: string;
}

type Stretch = Pick<Series, 'firstPoint' | 'pointSeconds'>;

export function pointBounds(
  { firstPoint, pointSeconds }: Stretch,
  point: number,
): { since: string; until: string } {
  const start = Date.parse(firstPoint) + point * pointSeconds * 1000;
  return {
    since: new Date(start).toISOString(),
    until: new Date(start + pointSeconds * 1000).toISOString(),
  };
}

export function chosenPoint(stretch: Stretch, point: number, label: string, status = ''): Chosen {
  return { label, ...pointBounds(stretch, point), status, longerThan: '', upTo: '' };
}

/** A cell of the heatmap; without a point, a bar of the histogram: the bucket over the whole time. */
export function chosenBucket(
  heatmap: Pick<Heatmap, 'firstPoint' | 'pointSeconds' | 'since' | 'until'>,
  bucket: { readonly fromNs: number; readonly toNs: number },
  point: number | null,
  label: string,
): Chosen {
  const bounds =
    point === null ? { since: heatmap.since, until: heatmap.until } : pointBounds(heatmap, point);
  return { label, ...bounds, status: '', longerThan: `${bucket.fromNs}ns`, upTo: `${bucket.toNs}ns` };
}

export function exemplarParameters(service: string, operation: string, chosen: Chosen): Parameters {
  const { since, until, status, longerThan, upTo } = chosen;
  return { service, operation, since, until, status, longerThan, upTo, limit: 12 };
}

/** Which row of a heatmap drawn in rows of equal height, lowest bucket at the bottom. */
export function bucketAt(share: number, buckets: number): number {
  return Math.max(0, Math.min(buckets - 1, Math.floor((1 - share) * buckets)));
}

/** Buckets are merged in pairs, fours … until each row can be seen and hit. */
export function coarserHeatmap(heatmap: Heatmap, mostRows: number): Pick<Heatmap, 'buckets' | 'cells'> {
  const by = Math.max(1, Math.ceil(heatmap.buckets.length / mostRows));
  if (by === 1) return heatmap;
  const rows = Math.ceil(heatmap.buckets.length / by);
  const buckets = Array.from({ length: rows }, (_, row) => {
    const part = heatmap.buckets.slice(row * by, (row + 1) * by);
    return {
      fromNs: part[0]?.fromNs ?? 0,
      toNs: part.at(-1)?.toNs ?? 0,
      calls: part.reduce((sum, { calls }) => sum + calls, 0),
    };
  });
  const cells = new Map<string, { point: number; bucket: number; calls: number }>();
  for (const { point, bucket, calls } of heatmap.cells) {
    const row = Math.floor(bucket / by);
    const key = `${point}/${row}`;
    const known = cells.get(key) ?? { point, bucket: row, calls: 0 };
    known.calls += calls;
    cells.set(key, known);
  }
  return { buckets, cells: [...cells.values()] };
}
