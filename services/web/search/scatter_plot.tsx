/** The traces of a search by start and duration; each dot is a link, errors have another colour and shape. */
import './scatter_plot.css';
import { useMemo } from 'react';
import type { FoundTrace } from '../api/answers.ts';
import { formatDuration } from '../format/duration.ts';
import { formatTime, zoneName } from '../format/moment.ts';
import { follow } from '../router/link.tsx';
import { tracePath } from '../router/view.ts';
import { useWidth } from '../ui/use_width.ts';
import { scatter, type Dot } from './scatter.ts';

const HEIGHT = 170;
const [LEFT, RIGHT, TOP, BOTTOM] = [62, 12, 8, 22];

export function ScatterPlot({ traces }: { readonly traces: readonly FoundTrace[] }) {
  const [place, width] = useWidth<HTMLDivElement>();
  const plot = useMemo(() => scatter(traces, -new Date().getTimezoneOffset() * 60_000), [traces]);
  const inner = { width: Math.max(1, width - LEFT - RIGHT), height: HEIGHT - TOP - BOTTOM };
  return (
    <div className="scatter" ref={place}>
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="group" aria-label="Traces by start and duration">
          <g transform={`translate(${LEFT} ${TOP})`}>
            <Axes plot={plot} width={inner.width} height={inner.height} />
            {plot.dots.map((dot) => (
              <TraceDot key={dot.trace.traceId} dot={dot} x={dot.x * inner.width} y={dot.y * inner.height} />
            ))}
          </g>
        </svg>
      )}
    </div>
  );
}

interface AxesProps {
  readonly plot: ReturnType<typeof scatter>;
  readonly width: number;
  readonly height: number;
}

function Axes({ plot, width, height }: AxesProps) {
  const most = Math.max(2, Math.floor(width / 90));
  const every = Math.ceil(plot.times.length / most);
  return (
    <g className="axes" aria-hidden="true">
      {plot.durations.map(({ ns, y }) => (
        <g key={ns} transform={`translate(0 ${y * height})`}>
          <line x2={width} />
          <text x={-8} dy="0.32em" textAnchor="end">
            {formatDuration(ns)}
          </text>
        </g>
      ))}
      {plot.times
        .filter((_, i) => i % every === 0)
        .map(({ ms, x }) => (
          <g key={ms} transform={`translate(${x * width} ${height})`}>
            <line y2={4} />
            <text y={17} textAnchor="middle">
              {formatTime(ms)}
            </text>
          </g>
        ))}
      <line className="base" y1={height} y2={height} x2={width} />
    </g>
  );
}

function TraceDot({ dot: { trace }, x, y }: { readonly dot: Dot; readonly x: number; readonly y: number }) {
  const ms = Number(BigInt(trace.startNs) / 1_000_000n);
  const what = trace.root === null ? 'trace without a root' : `${trace.root.service} ${trace.root.name}`;
  const errors = trace.errorCount > 0 ? `, ${trace.errorCount} errors` : '';
  const label = `${what}, ${formatDuration(trace.durationNs)}, ${formatTime(ms)} ${zoneName(ms)}${errors}`;
  const href = tracePath(trace.traceId);
  return (
    // The list below has the same links for the keyboard: a hundred stops of the tabulator here would be in the way.
    <a href={href} tabIndex={-1} aria-label={label} onClick={(event) => follow(event, href)}>
      <title>{label}</title>
      {trace.errorCount > 0 ? (
        <path className="dot failed" d={`M${x} ${y - 6}l6 10.5h-12z`} />
      ) : (
        <circle className="dot" cx={x} cy={y} r={4.2} />
      )}
    </a>
  );
}
