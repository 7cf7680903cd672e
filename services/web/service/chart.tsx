/** Lines over time, drawn by uPlot. The table of operations has the figures for who cannot see it; a button does what a click does. */
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'react';
import UPlot from 'uplot';
import { colourOf, useThemeTurn } from '../ui/use_theme.ts';
import { useWidth } from '../ui/use_width.ts';

export interface Line {
  readonly label: string;
  /** Custom property. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  readonly title: string;
  /** Unix seconds. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  readonly onChoose: (point: number) => void;
}

const HEIGHT = 160;

export function Chart({ title, times, lines, format, onChoose }: ChartProps) {
  const [place, width] = useWidth<HTMLDivElement>();
  const theme = useThemeTurn();
  const choose = useRef(onChoose);
  const [point, setPoint] = useState<number | null>(null);
  useEffect(() => {
    choose.current = onChoose;
  });
  useEffect(() => {
    const element = place.current;
    if (element === null || width === 0) return undefined;
    const options = optionsOf(element, width, lines, format, setPoint);
    const plot = new UPlot(options, [[...times], ...lines.map(({ values }) => [...values])], element);
    plot.over.addEventListener('click', () => {
      if (typeof plot.cursor.idx === 'number') choose.current(plot.cursor.idx);
    });
    return () => plot.destroy();
  }, [place, width, times, lines, format, theme]);
  const highest = highestPoint(lines);
  return (
    <section className="panel chart" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <span className="chart-legend">
          {lines.map(({ label, colour, values }) => (
            <span key={label} style={{ '--key': `var(${colour})` } as React.CSSProperties}>
              <i aria-hidden="true" />
              {label} {said(values, point, format)}
            </span>
          ))}
        </span>
        <button
          type="button"
          className="button small quiet end"
          disabled={highest === null}
          title="Traces at the highest point"
          onClick={() => highest !== null && onChoose(highest)}
        >
          Peak
        </button>
      </header>
      <div className="chart-place" ref={place} />
    </section>
  );
}

function said(
  values: readonly (number | null)[],
  point: number | null,
  format: (value: number) => string,
): string {
  const value = point === null ? null : (values[point] ?? null);
  return value === null ? '' : format(value);
}

/** Of the last line, which is the one that says most of trouble. */
function highestPoint(lines: readonly Line[]): number | null {
  const values = lines.at(-1)?.values ?? [];
  const highest = values.reduce<number>(
    (best, value, i) => ((value ?? -1) > (values[best] ?? -1) ? i : best),
    0,
  );
  return values[highest] === null || values[highest] === undefined ? null : highest;
}

function optionsOf(
  place: HTMLElement,
  width: number,
  lines: readonly Line[],
  format: (value: number) => string,
  onPoint: (point: number | null) => void,
): UPlot.Options {
  const [line, muted] = [colourOf(place, '--line'), colourOf(place, '--muted')];
  const axis = {
    stroke: muted,
    grid: { stroke: line, width: 1 },
    ticks: { show: false },
    font: '11px system-ui',
  };
  return {
    width,
    height: HEIGHT,
    padding: [10, 8, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 6 }, sync: { key: 'service' } },
    scales: { y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.08 : 1] } },
    axes: [
      { ...axis, values: (_plot, ticks) => ticks.map(clock), space: 70, size: 28 },
      { ...axis, values: (_plot, ticks) => ticks.map(format), size: 58 },
    ],
    series: [
      {},
      ...lines.map(({ label, colour }, i) => ({
        label,
        stroke: colourOf(place, colour),
        width: 1.6,
        spanGaps: true,
        points: { show: false },
        ...(i === 0 && lines.length === 1 && { fill: faded(colourOf(place, colour)) }),
      })),
    ],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
  };
}

const faded = (colour: string): string => colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.13)');

function clock(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
}
