/** Rate, errors and durations over time; a click in a chart asks for traces of that moment. */
import { useMemo } from 'react';
import type { Series } from '../api/answers.ts';
import { formatDuration } from '../format/duration.ts';
import { formatTime } from '../format/moment.ts';
import { formatRate, formatShare } from '../format/number.ts';
import { chosenPoint, type Chosen } from './chosen.ts';
import { Chart, type Line } from './chart.tsx';

interface RedChartsProps {
  readonly series: Series;
  readonly onChoose: (chosen: Chosen) => void;
}

export function RedCharts({ series, onChoose }: RedChartsProps) {
  const lines = useMemo(() => linesOf(series), [series]);
  const times = useMemo(() => series.series.map(({ time }) => Date.parse(time) / 1000), [series]);
  const at = (point: number): string =>
    formatTime(Date.parse(series.series[point]?.time ?? series.firstPoint));
  return (
    <div className="charts">
      <Chart
        title="Rate"
        times={times}
        lines={lines.rate}
        format={formatRate}
        onChoose={(point) => onChoose(chosenPoint(series, point, `Calls at ${at(point)}`))}
      />
      <Chart
        title="Errors"
        times={times}
        lines={lines.errors}
        format={formatShare}
        onChoose={(point) => onChoose(chosenPoint(series, point, `Errors at ${at(point)}`, 'Error'))}
      />
      <Chart
        title="Duration"
        times={times}
        lines={lines.durations}
        format={formatDuration}
        onChoose={(point) => onChoose(chosenPoint(series, point, `Slowest calls at ${at(point)}`))}
      />
    </div>
  );
}

function linesOf({ series }: Series): Readonly<Record<'rate' | 'errors' | 'durations', readonly Line[]>> {
  const of = (values: readonly (number | null)[], label: string, colour: string): Line => ({
    label,
    colour,
    values,
  });
  return {
    rate: [
      of(
        series.map(({ callsPerSecond }) => callsPerSecond),
        'calls',
        '--accent',
      ),
    ],
    errors: [
      of(
        series.map(({ errorRate }) => errorRate),
        'share of calls',
        '--error',
      ),
    ],
    durations: [
      of(
        series.map(({ p50Ns }) => p50Ns),
        'median',
        '--hue-0',
      ),
      of(
        series.map(({ p95Ns }) => p95Ns),
        'p95',
        '--hue-1',
      ),
      of(
        series.map(({ p99Ns }) => p99Ns),
        'p99',
        '--hue-4',
      ),
    ],
  };
}
