/**
 * A trace as its picture needs it: numbers, children in order, rows from top to bottom. Pure; no recursion, so depth costs nothing.
 *
 * Invariant: `order` holds every span once, depth first, siblings by start; a span's subtree is the `size` entries from its place.
 */
import type { Span, Trace } from '../api/trace_answer.ts';
import { criticalSegments, type Segment } from './critical_segments.ts';

export interface ModelSpan {
  /** Position in the answer's spans. */
  readonly index: number;
  readonly span: Span;
  readonly parent: number | null;
  readonly depth: number;
  readonly startNs: number;
  readonly durationNs: number;
  readonly failed: boolean;
  /** Spans in its subtree, itself too. */
  readonly size: number;
  /** Whether a span below it failed. */
  readonly failedBelow: boolean;
  /** When everything waited for it alone. */
  readonly critical: readonly Segment[];
}

export interface TraceModel {
  readonly spans: readonly ModelSpan[];
  readonly order: readonly number[];
  readonly durationNs: number;
}

export function traceModel({ spans, durationNs }: Pick<Trace, 'spans' | 'durationNs'>): TraceModel {
  const order = depthFirst(spans);
  const sizes = new Array<number>(spans.length).fill(1);
  const failures = spans.map(({ status }) => (status === 'Error' ? 1 : 0));
  const below = new Array<number>(spans.length).fill(0);
  for (const index of [...order].reverse()) {
    const parent = spans[index]?.parent ?? null;
    if (parent === null) continue;
    sizes[parent] = (sizes[parent] ?? 1) + (sizes[index] ?? 1);
    below[parent] = (below[parent] ?? 0) + (below[index] ?? 0) + (failures[index] ?? 0);
  }
  const critical = criticalSegments(spans, order[0] ?? -1);
  return {
    order,
    durationNs: Math.max(1, Number(durationNs)),
    spans: spans.map((span, index) => ({
      index,
      span,
      parent: span.parent,
      depth: span.depth,
      startNs: Number(span.startOffsetNs),
      durationNs: Number(span.durationNs),
      failed: failures[index] === 1,
      size: sizes[index] ?? 1,
      failedBelow: (below[index] ?? 0) > 0,
      critical: critical.get(index) ?? [],
    })),
  };
}

/** The spans are sorted by start, so children come in order by themselves. */
function depthFirst(spans: readonly Span[]): number[] {
  const children = new Map<number | null, number[]>();
  for (const [index, { parent }] of spans.entries()) {
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [index]);
    else siblings.push(index);
  }
  const order: number[] = [];
  const open = [...(children.get(null) ?? [])].reverse();
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    order.push(index);
    for (const child of [...(children.get(index) ?? [])].reverse()) open.push(child);
  }
  return order;
}

/** What is shown while some spans are collapsed: positions of spans, from top to bottom. */
export function visibleRows({ order, spans }: TraceModel, collapsed: ReadonlySet<number>): number[] {
  const rows: number[] = [];
  for (let at = 0; at < order.length;) {
    const index = order[at] ?? 0;
    rows.push(index);
    at += collapsed.has(index) ? (spans[index]?.size ?? 1) : 1;
  }
  return rows;
}

/** A span is reached again when everything above it is open. */
export function withAncestorsOpen(
  { spans }: TraceModel,
  collapsed: ReadonlySet<number>,
  index: number,
): ReadonlySet<number> {
  const open = new Set(collapsed);
  for (let above = spans[index]?.parent ?? null; above !== null; above = spans[above]?.parent ?? null) {
    open.delete(above);
  }
  return open.size === collapsed.size ? collapsed : open;
}

/** All spans of a service that have children: where a service is collapsed, its calls are one row each. */
export function parentsOf({ spans }: TraceModel, service: string): number[] {
  return spans.filter(({ span, size }) => span.service === service && size > 1).map(({ index }) => index);
}
