/** The whole trace in a strip: drag over it to look at a part, double-click or press 0 for all of it. */
import './minimap.css';
import { useEffect, useRef, useState, type PointerEvent } from 'react';
import { formatDuration } from '../format/duration.ts';
import { colourOf, useThemeTurn } from '../ui/use_theme.ts';
import { useWidth } from '../ui/use_width.ts';
import { HUES } from '../format/hues.ts';
import { moved, wholeWindow, windowBetween, zoomed } from './time_window.ts';
import type { TraceModel } from './trace_model.ts';
import type { TraceState } from './use_trace_state.ts';

const HEIGHT = 64;

interface MinimapProps {
  readonly state: TraceState;
  readonly hues: ReadonlyMap<string, number>;
}

export function Minimap({ state, hues }: MinimapProps) {
  const { model, window, setWindow } = state;
  const [place, width] = useWidth<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useThemeTurn();
  const [draggedFrom, setDraggedFrom] = useState<number | null>(null);
  useEffect(() => {
    if (canvas.current !== null && width > 0) draw(canvas.current, width, model, hues);
  }, [model, hues, width, theme]);
  const nsAt = (event: PointerEvent): number => {
    const box = event.currentTarget.getBoundingClientRect();
    return ((event.clientX - box.left) / box.width) * model.durationNs;
  };
  const left = (window.fromNs / model.durationNs) * 100;
  const right = 100 - (window.toNs / model.durationNs) * 100;
  const whole = left === 0 && right === 0;
  return (
    <div className="minimap">
      <p className="minimap-note muted">
        <span className="critical-key" aria-hidden="true" /> Critical path
      </p>
      <div
        ref={place}
        className="minimap-strip"
        role="slider"
        tabIndex={0}
        aria-label="Part of the trace that is shown"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(left)}
        aria-valuetext={`from ${formatDuration(Math.round(window.fromNs))} to ${formatDuration(Math.round(window.toNs))}`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDraggedFrom(nsAt(event));
        }}
        onPointerMove={(event) => {
          if (draggedFrom === null || Math.abs(nsAt(event) - draggedFrom) < model.durationNs * 0.004) return;
          setWindow(windowBetween(draggedFrom, nsAt(event), model.durationNs));
        }}
        onPointerUp={() => setDraggedFrom(null)}
        onDoubleClick={() => setWindow(wholeWindow(model.durationNs))}
        onKeyDown={(event) => {
          const middle = (window.fromNs + window.toNs) / 2;
          if (event.key === 'ArrowLeft') setWindow(moved(window, -0.2, model.durationNs));
          else if (event.key === 'ArrowRight') setWindow(moved(window, 0.2, model.durationNs));
          else if (event.key === 'ArrowUp') setWindow(zoomed(window, middle, 0.7, model.durationNs));
          else if (event.key === 'ArrowDown') setWindow(zoomed(window, middle, 1.4, model.durationNs));
          else return;
          event.preventDefault();
        }}
      >
        <canvas ref={canvas} style={{ width, height: HEIGHT }} />
        {!whole && (
          <>
            <span className="minimap-shade" style={{ left: 0, width: `${left}%` }} />
            <span className="minimap-shade" style={{ right: 0, width: `${right}%` }} />
          </>
        )}
      </div>
      {!whole && (
        <button
          type="button"
          className="button small minimap-all"
          onClick={() => setWindow(wholeWindow(model.durationNs))}
        >
          Whole trace
        </button>
      )}
    </div>
  );
}

/** Every span is a line of at least a pixel: rows share lines where there are more of them than pixels. */
function draw(
  canvas: HTMLCanvasElement,
  width: number,
  { order, spans, durationNs }: TraceModel,
  hues: ReadonlyMap<string, number>,
): void {
  const scale = devicePixelRatio;
  canvas.width = width * scale;
  canvas.height = HEIGHT * scale;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const colours = Array.from({ length: HUES }, (_, hue) =>
    colourOf(canvas.parentElement ?? canvas, `--hue-${hue}`),
  );
  const error = colourOf(canvas.parentElement ?? canvas, '--error');
  context.scale(scale, scale);
  const [top, inner] = [4, HEIGHT - 8];
  const step = Math.min(5, inner / order.length);
  for (const [row, index] of order.entries()) {
    const span = spans[index];
    if (span === undefined) continue;
    context.fillStyle = span.failed ? error : (colours[hues.get(span.span.service) ?? 0] ?? '');
    context.fillRect(
      (span.startNs / durationNs) * width,
      top + row * step,
      Math.max(1, (span.durationNs / durationNs) * width),
      Math.max(1, step - (step > 2 ? 1 : 0)),
    );
  }
}
