/** Calls over time in the size of a word; errors below in their colour. The figures stand beside it, so it is hidden from readers. */
import './sparkline.css';

interface SparklineProps {
  readonly calls: readonly number[];
  readonly errors: readonly number[];
}

const [WIDTH, HEIGHT] = [96, 22];

export function Sparkline({ calls, errors }: SparklineProps) {
  const most = Math.max(1e-9, ...calls);
  const step = WIDTH / Math.max(1, calls.length - 1);
  const line = (values: readonly number[]): string =>
    values
      .map(
        (value, i) => `${(i * step).toFixed(1)},${(HEIGHT - 1 - (value / most) * (HEIGHT - 2)).toFixed(1)}`,
      )
      .join(' ');
  return (
    <svg
      className="sparkline"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      aria-hidden="true"
    >
      <polyline className="sparkline-calls" points={line(calls)} />
      {errors.some((value) => value > 0) && <polyline className="sparkline-errors" points={line(errors)} />}
    </svg>
  );
}
