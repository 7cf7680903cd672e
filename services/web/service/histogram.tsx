/** Latencies in all, lying on their side so that they share the heatmap's scale; each bar is a button. */
import type { Heatmap } from '../api/answers.ts';
import { formatDuration } from '../format/duration.ts';
import { plural } from '../format/number.ts';

type Bucket = Heatmap['buckets'][number];

interface HistogramProps {
  readonly buckets: readonly Bucket[];
  readonly height: number;
  readonly onChoose: (bucket: Bucket) => void;
}

export function Histogram({ buckets, height, onChoose }: HistogramProps) {
  const most = Math.max(...buckets.map(({ calls }) => calls));
  const row = height / buckets.length;
  return (
    <div className="histogram" role="group" aria-label="Latencies in all" style={{ height }}>
      {[...buckets].reverse().map((bucket) => (
        <button
          key={bucket.fromNs}
          type="button"
          disabled={bucket.calls === 0}
          style={{ height: row }}
          aria-label={`${formatDuration(bucket.fromNs)} to ${formatDuration(bucket.toNs)}: ${plural(Math.round(bucket.calls), 'call')}`}
          title={`${formatDuration(bucket.fromNs)} to ${formatDuration(bucket.toNs)}: ${plural(Math.round(bucket.calls), 'call')}`}
          onClick={() => onChoose(bucket)}
        >
          <span style={{ width: `${(bucket.calls / most) * 100}%` }} />
        </button>
      ))}
    </div>
  );
}
