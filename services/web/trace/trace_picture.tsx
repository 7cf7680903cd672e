/** The picture of a trace with its tools, its keys and the details of the chosen span. */
import './trace_picture.css';
import { useEffect, useRef, useState, type RefObject } from 'react';
import type { Trace } from '../api/trace_answer.ts';
import { FlameGraph } from './flame_graph.tsx';
import { KeyHelp } from './key_help.tsx';
import { actionOf, isOfRows, type KeyAction } from './keys.ts';
import { Minimap } from './minimap.tsx';
import { SpanDetails } from './span_details.tsx';
import { wholeWindow, zoomed } from './time_window.ts';
import type { TraceModel } from './trace_model.ts';
import { TraceTools } from './trace_tools.tsx';
import { useTraceState, type TraceState } from './use_trace_state.ts';
import { Waterfall } from './waterfall.tsx';

interface TracePictureProps {
  readonly trace: Trace;
  readonly model: TraceModel;
  readonly hues: ReadonlyMap<string, number>;
}

export function TracePicture({ trace, model, hues }: TracePictureProps) {
  const state = useTraceState(model);
  const [help, setHelp] = useState(false);
  const find = useRef<HTMLInputElement>(null);
  useKeys(state, find, help, setHelp);
  const chosen = state.selected === null ? null : (model.spans[state.selected] ?? null);
  return (
    <section className="trace-picture" aria-label="Spans">
      <div className="panel trace-main">
        <TraceTools trace={trace} state={state} hues={hues} find={find} onHelp={() => setHelp(true)} />
        {state.picture === 'flame' ? (
          <FlameGraph state={state} hues={hues} />
        ) : (
          <>
            <Minimap state={state} hues={hues} />
            <Waterfall state={state} hues={hues} />
          </>
        )}
      </div>
      {chosen !== null && state.detailsOpen && (
        <SpanDetails
          key={chosen.index}
          trace={trace}
          chosen={chosen}
          hues={hues}
          onClose={() => state.setDetailsOpen(false)}
        />
      )}
      <KeyHelp open={help} onClose={() => setHelp(false)} />
    </section>
  );
}

function useKeys(
  state: TraceState,
  find: RefObject<HTMLInputElement | null>,
  help: boolean,
  setHelp: (open: boolean) => void,
): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        help ||
        target.closest('input, select, textarea, dialog')
      )
        return;
      if (isOfRows(event.key) && target.closest('[role=treegrid]') === null) return;
      const action = actionOf(event.key);
      if (action === null) return;
      event.preventDefault();
      if (action === 'find') find.current?.focus();
      else if (action === 'help') setHelp(true);
      else act(state, action);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  });
}

function act(state: TraceState, action: Exclude<KeyAction, 'find' | 'help'>): void {
  const { model, rows, selected } = state;
  const at = selected === null ? -1 : rows.indexOf(selected);
  const to = (row: number): void => state.select(rows[Math.max(0, Math.min(rows.length - 1, row))] ?? null);
  if (typeof action === 'object') return to(at + action.move);
  const chosen = selected === null ? undefined : model.spans[selected];
  switch (action) {
    case 'first':
      return to(0);
    case 'last':
      return to(rows.length - 1);
    case 'in':
      if (chosen !== undefined && state.collapsed.has(chosen.index)) return state.toggle(chosen.index);
      return chosen !== undefined && chosen.size > 1 ? to(at + 1) : undefined;
    case 'out':
      if (chosen !== undefined && chosen.size > 1 && !state.collapsed.has(chosen.index))
        return state.toggle(chosen.index);
      return chosen === undefined || chosen.parent === null ? undefined : state.select(chosen.parent);
    case 'details':
      return state.setDetailsOpen(!state.detailsOpen);
    case 'next-match':
      return state.nextMatch(1);
    case 'previous-match':
      return state.nextMatch(-1);
    case 'next-error':
      return state.nextError();
    case 'flame':
      return state.setPicture(state.picture === 'flame' ? 'waterfall' : 'flame');
    case 'close':
      return state.setDetailsOpen(false);
    default:
      return zoom(state, action);
  }
}

function zoom(
  { model, window, selected, setWindow }: TraceState,
  action: 'zoom-in' | 'zoom-out' | 'zoom-all',
): void {
  if (action === 'zoom-all') return setWindow(wholeWindow(model.durationNs));
  const chosen = selected === null ? undefined : model.spans[selected];
  const middle =
    chosen === undefined ? (window.fromNs + window.toNs) / 2 : chosen.startNs + chosen.durationNs / 2;
  setWindow(zoomed(window, middle, action === 'zoom-in' ? 0.5 : 2, model.durationNs));
}
