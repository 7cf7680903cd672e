/** Latencies over time and in all; a click on a cell or a bar asks for traces of that latency. */
import { useEffect, useMemo, useRef, useState, type MouseEvent } from 'react';
import type { Heatmap } from '../api/answers.ts';
import { formatDuration } from '../format/duration.ts';
import { formatTime, zoneName } from '../format/moment.ts';
import { timeTicks } from '../format/ticks.ts';
import { formatCount, plural } from '../format/number.ts';
import { colourOf, useThemeTurn } from '../ui/use_theme.ts';
import { useWidth } from '../ui/use_width.ts';
import { bucketAt, chosenBucket, coarserHeatmap, pointBounds, type Chosen } from './chosen.ts';
import { Histogram } from './histogram.tsx';

interface HeatmapPanelProps {
  readonly heatmap: Heatmap;
  readonly onChoose: (chosen: Chosen) => void;
}

type Grid = Pick<Heatmap, 'buckets' | 'cells'>;

const [HEIGHT, LEFT, BOTTOM, MOST_ROWS] = [200, 58, 20, 32];

export function HeatmapPanel({ heatmap, onChoose }: HeatmapPanelProps) {
  const grid = useMemo(() => coarserHeatmap(heatmap, MOST_ROWS), [heatmap]);
  const [place, width] = useWidth<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useThemeTurn();
  const [tip, setTip] = useState('');
  useEffect(() => {
    if (canvas.current !== null && width > LEFT) draw(canvas.current, width, heatmap, grid);
  }, [heatmap, grid, width, theme]);
  const cellAt = (event: MouseEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const point = Math.floor(((event.clientX - box.left - LEFT) / (box.width - LEFT)) * heatmap.points);
    const bucket = bucketAt((event.clientY - box.top) / (HEIGHT - BOTTOM), grid.buckets.length);
    const bounds = grid.buckets[bucket];
    if (point < 0 || bounds === undefined) return null;
    const calls = grid.cells.find((cell) => cell.point === point && cell.bucket === bucket)?.calls ?? 0;
    const start = Date.parse(pointBounds(heatmap, point).since);
    const label = `${formatDuration(bounds.fromNs)} to ${formatDuration(bounds.toNs)} at ${formatTime(start)}`;
    return { chosen: chosenBucket(heatmap, bounds, point, `Calls of ${label}`), calls, label };
  };
  return (
    <section className="panel heatmap-panel" aria-label="Latency">
      <header>
        <h2>Latency</h2>
        <span className="muted heatmap-tip">{tip}</span>
        <span className="muted end">{zoneName(Date.parse(heatmap.since))}</span>
      </header>
      <div className="heatmap-body">
        <div ref={place}>
          <canvas
            ref={canvas}
            role="img"
            aria-label="How many calls took how long, over time. The bars beside it choose latencies with the keyboard."
            style={{ width, height: HEIGHT }}
            onMouseMove={(event) => {
              const cell = cellAt(event);
              setTip(cell === null ? '' : `${cell.label}: ${plural(Math.round(cell.calls), 'call')}`);
            }}
            onMouseLeave={() => setTip('')}
            onClick={(event) => {
              const cell = cellAt(event);
              if (cell !== null && cell.calls > 0) onChoose(cell.chosen);
            }}
          />
        </div>
        <Histogram
          buckets={grid.buckets}
          height={HEIGHT - BOTTOM}
          onChoose={(bucket) => {
            const label = `Calls of ${formatDuration(bucket.fromNs)} to ${formatDuration(bucket.toNs)}, ${formatCount(Math.round(bucket.calls))} in all`;
            onChoose(chosenBucket(heatmap, bucket, null, label));
          }}
        />
      </div>
    </section>
  );
}

function draw(canvas: HTMLCanvasElement, width: number, heatmap: Heatmap, { buckets, cells }: Grid): void {
  const scale = devicePixelRatio;
  canvas.width = width * scale;
  canvas.height = HEIGHT * scale;
  const context = canvas.getContext('2d');
  const place = canvas.parentElement;
  if (context === null || place === null) return;
  context.scale(scale, scale);
  const [inner, height] = [width - LEFT, HEIGHT - BOTTOM];
  const cell = { width: inner / heatmap.points, height: height / buckets.length };
  context.fillStyle = colourOf(place, '--sunken');
  context.fillRect(LEFT, 0, inner, height);
  const most = Math.max(...cells.map(({ calls }) => calls));
  context.fillStyle = colourOf(place, '--accent');
  for (const { point, bucket, calls } of cells) {
    // The root of the share: one call among a thousand is still seen.
    context.globalAlpha = 0.14 + 0.86 * Math.sqrt(calls / most);
    context.fillRect(
      LEFT + point * cell.width,
      height - (bucket + 1) * cell.height,
      Math.max(1, cell.width - 0.6),
      Math.max(1, cell.height - 0.6),
    );
  }
  context.globalAlpha = 1;
  context.fillStyle = colourOf(place, '--muted');
  context.font = '11px system-ui';
  labels(context, width, heatmap, buckets);
}

function labels(
  context: CanvasRenderingContext2D,
  width: number,
  heatmap: Heatmap,
  buckets: Grid['buckets'],
): void {
  const height = HEIGHT - BOTTOM;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const every = Math.ceil(buckets.length / 7);
  for (let i = 0; i < buckets.length; i += every) {
    context.fillText(
      formatDuration(buckets[i]?.fromNs ?? 0),
      LEFT - 8,
      Math.max(6, height - (i * height) / buckets.length),
    );
  }
  context.textAlign = 'center';
  context.textBaseline = 'top';
  const first = Date.parse(heatmap.firstPoint);
  const last = first + heatmap.points * heatmap.pointSeconds * 1000;
  const offsetMs = -new Date(first).getTimezoneOffset() * 60_000;
  for (const ms of timeTicks(first, last, Math.max(2, Math.floor((width - LEFT) / 90)), offsetMs)) {
    const x = LEFT + ((ms - first) / (last - first)) * (width - LEFT);
    if (x > LEFT + 16 && x < width - 16) context.fillText(formatTime(ms).slice(0, 5), x, height + 5);
  }
}
