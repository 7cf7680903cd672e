/**
 * When everything waited for a span alone: the critical path as stretches of time, for drawing.
 *
 * The same walk as core/trace/critical_path.ts, which has only the sums; a test holds that the stretches add up to them.
 */
import type { Span } from '../api/trace_answer.ts';

export interface Segment {
  readonly fromNs: number;
  readonly toNs: number;
}

interface Stretch extends Segment {
  readonly index: number;
}

/** By the span's position. Spans off the path are left out. */
export function criticalSegments(
  spans: readonly Span[],
  root: number,
): ReadonlyMap<number, readonly Segment[]> {
  const segments = new Map<number, Segment[]>();
  const first = spans[root];
  if (first === undefined) return segments;
  const children = childrenOf(spans, root);
  const open: Stretch[] = [{ index: root, ...timesOf(first) }];
  for (let stretch = open.pop(); stretch !== undefined; stretch = open.pop()) {
    const own: Segment[] = [];
    let busyUntil = stretch.toNs;
    for (const child of clipped(children.get(stretch.index) ?? [], spans, stretch)) {
      if (child.toNs > busyUntil) continue;
      if (busyUntil > child.toNs) own.push({ fromNs: child.toNs, toNs: busyUntil });
      busyUntil = child.fromNs;
      open.push(child);
    }
    if (busyUntil > stretch.fromNs) own.push({ fromNs: stretch.fromNs, toNs: busyUntil });
    if (own.length > 0) segments.set(stretch.index, own.reverse());
  }
  return segments;
}

/** The child that ended last comes first; where two end together, the longer one is what was waited for. */
function clipped(children: readonly number[], spans: readonly Span[], within: Segment): Stretch[] {
  const stretches: Stretch[] = [];
  for (const index of children) {
    const span = spans[index];
    if (span === undefined) continue;
    const times = timesOf(span);
    const fromNs = Math.max(times.fromNs, within.fromNs);
    const toNs = Math.min(times.toNs, within.toNs);
    if (toNs > fromNs) stretches.push({ index, fromNs, toNs });
  }
  return stretches.sort((a, b) => b.toNs - a.toNs || a.fromNs - b.fromNs || a.index - b.index);
}

function timesOf({ startOffsetNs, durationNs }: Span): Segment {
  const fromNs = Number(startOffsetNs);
  return { fromNs, toNs: fromNs + Number(durationNs) };
}

function childrenOf(spans: readonly Span[], root: number): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const [index, { parent }] of spans.entries()) {
    if (parent === null || index === root) continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [index]);
    else siblings.push(index);
  }
  return children;
}
