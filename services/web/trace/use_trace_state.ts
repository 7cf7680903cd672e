/** What the reader has done to the picture of a trace. The chosen span and the kind of picture are in the address. */
import { useMemo, useState } from 'react';
import { changeSearch, useAddress } from '../router/use_address.ts';
import { findSpans } from './find.ts';
import { nextAfter } from './keys.ts';
import { wholeWindow, type TimeWindow } from './time_window.ts';
import { parentsOf, visibleRows, withAncestorsOpen, type TraceModel } from './trace_model.ts';

export type Picture = 'waterfall' | 'flame';

export type TraceState = ReturnType<typeof useTraceState>;

export function useTraceState(model: TraceModel) {
  const { search } = useAddress();
  const spanId = search.get('span');
  const picture: Picture = search.get('view') === 'flame' ? 'flame' : 'waterfall';
  const [collapsed, setCollapsed] = useState<ReadonlySet<number>>(new Set());
  const [detailsOpen, setDetailsOpen] = useState(spanId !== null);
  const [window, setWindow] = useState<TimeWindow>(() => wholeWindow(model.durationNs));
  const [text, setText] = useState('');
  const byId = useMemo(() => new Map(model.spans.map(({ span, index }) => [span.spanId, index])), [model]);
  const selected = spanId === null ? null : (byId.get(spanId) ?? null);
  // The way to the chosen span is open, whoever chose it.
  const open = selected === null ? collapsed : withAncestorsOpen(model, collapsed, selected);
  const rows = useMemo(() => visibleRows(model, open), [model, open]);
  const found = useMemo(() => findSpans(model, text), [model, text]);
  const matches = useMemo(() => new Set(found), [found]);
  const select = (index: number | null): void => {
    changeSearch({ span: index === null ? null : (model.spans[index]?.span.spanId ?? null) });
  };
  return {
    model,
    rows,
    selected,
    select,
    collapsed: open,
    toggle: (index: number): void => {
      const next = new Set(open);
      if (!next.delete(index)) next.add(index);
      // What is chosen goes up to what is still shown.
      if (next.has(index) && selected !== null && isBelow(model, selected, index)) select(index);
      setCollapsed(next);
    },
    toggleService: (service: string): void => {
      const parents = parentsOf(model, service);
      const next = new Set(open);
      const all = parents.every((index) => next.has(index));
      for (const index of parents) {
        if (all) next.delete(index);
        else next.add(index);
      }
      if (selected !== null) select(null);
      setCollapsed(next);
    },
    setAllCollapsed: (value: boolean): void => {
      const roots = model.spans.filter(({ size, parent }) => size > 1 && parent !== null);
      if (value && selected !== null) select(null);
      setCollapsed(new Set(value ? roots.map(({ index }) => index) : []));
    },
    detailsOpen,
    setDetailsOpen,
    window,
    setWindow,
    text,
    setText,
    found,
    matches,
    nextMatch: (step: 1 | -1): void => {
      const next = nextAfter(model.order, matches, selected, step);
      if (next !== null) select(next);
    },
    nextError: (): void => {
      const failed = new Set(model.spans.filter(({ failed }) => failed).map(({ index }) => index));
      const next = nextAfter(model.order, failed, selected, 1);
      if (next !== null) select(next);
    },
    picture,
    setPicture: (next: Picture): void => changeSearch({ view: next === 'flame' ? 'flame' : null }),
  };
}

function isBelow({ spans }: TraceModel, index: number, above: number): boolean {
  for (let at = spans[index]?.parent ?? null; at !== null; at = spans[at]?.parent ?? null) {
    if (at === above) return true;
  }
  return false;
}
