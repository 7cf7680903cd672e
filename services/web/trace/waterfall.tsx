/** The spans of a trace as rows; only those in sight are in the document, so that ten thousand scroll like ten. */
import './waterfall.css';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { formatDuration } from '../format/duration.ts';
import { linearTicks } from '../format/ticks.ts';
import { placeIn } from './time_window.ts';
import type { TraceState } from './use_trace_state.ts';
import { rowId, WaterfallRow, type RowActions } from './waterfall_row.tsx';

interface WaterfallProps {
  readonly state: TraceState;
  readonly hues: ReadonlyMap<string, number>;
}

const [ROW_HEIGHT, RULER] = [26, 24];

export function Waterfall({ state, hues }: WaterfallProps) {
  const { rows, selected, model } = state;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollMargin: RULER,
    scrollPaddingStart: RULER,
  });
  const actions = useLatestActions(state);
  const at = selected === null ? -1 : rows.indexOf(selected);
  useEffect(() => {
    if (at >= 0) virtualizer.scrollToIndex(at, { align: 'auto' });
  }, [at, virtualizer]);
  return (
    <div className="waterfall">
      <div
        ref={scroller}
        style={{ '--rows-height': `${virtualizer.getTotalSize() + RULER + 2}px` } as React.CSSProperties}
        className="waterfall-rows"
        role="treegrid"
        aria-label="Spans of the trace"
        aria-rowcount={rows.length}
        aria-activedescendant={selected === null ? undefined : rowId(selected)}
        tabIndex={0}
        onFocus={() => {
          if (selected === null && rows[0] !== undefined) state.select(rows[0]);
        }}
      >
        <Ruler state={state} />
        <div role="rowgroup" className="waterfall-canvas" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const index = rows[item.index] ?? 0;
            const span = model.spans[index];
            return span === undefined ? null : (
              <WaterfallRow
                key={index}
                span={span}
                row={item.index}
                top={item.start - RULER}
                hue={hues.get(span.span.service) ?? 11}
                fromNs={state.window.fromNs}
                toNs={state.window.toNs}
                selected={index === selected}
                collapsed={state.collapsed.has(index)}
                matched={state.matches.size > 0 ? state.matches.has(index) : null}
                actions={actions}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** One object for the life of the view, which does what the latest state says. */
function useLatestActions(state: TraceState): RowActions {
  const latest = useRef(state);
  useEffect(() => {
    latest.current = state;
  });
  return useMemo(
    () => ({
      select: (index) => latest.current.select(index),
      toggle: (index) => latest.current.toggle(index),
      setDetailsOpen: (open) => latest.current.setDetailsOpen(open),
    }),
    [],
  );
}

function Ruler({ state: { window } }: { readonly state: TraceState }) {
  return (
    <div className="ruler" aria-hidden="true">
      <span className="ruler-name">Span</span>
      <span className="ruler-scale">
        {linearTicks(window.fromNs, window.toNs, 5).map((ns) => {
          const place = placeIn(window, ns, ns);
          return place === null ? null : (
            <span
              key={ns}
              className={place.left > 0.93 ? 'ruler-tick last' : 'ruler-tick'}
              style={{ left: `${place.left * 100}%` }}
            >
              {formatDuration(ns)}
            </span>
          );
        })}
      </span>
    </div>
  );
}
