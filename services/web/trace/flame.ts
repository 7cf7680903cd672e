/**
 * A trace as a flame graph: spans with the same way from the root are one frame. Pure.
 *
 * The width is self time, of the span and of all below it: spans that run side by side do not overlap then, and the root's width is
 * the work that was done, not the time that passed.
 */
import type { TraceModel } from './trace_model.ts';

export interface Frame {
  readonly key: string;
  readonly service: string;
  readonly name: string;
  readonly depth: number;
  readonly spans: number;
  readonly errors: number;
  readonly selfNs: number;
  /** Self time of it and of all below. */
  readonly totalNs: number;
  /** Where it begins, on the same scale. */
  readonly fromNs: number;
  /** The longest span in it, by its position. */
  readonly longest: number;
  readonly parent: string | null;
}

interface Growing {
  key: string;
  service: string;
  name: string;
  depth: number;
  spans: number;
  errors: number;
  selfNs: number;
  totalNs: number;
  longest: number;
  parent: Growing | null;
  children: Map<string, Growing>;
}

export function flameFrames({ order, spans }: TraceModel): Frame[] {
  const roots = new Map<string, Growing>();
  const frameOf = new Map<number, Growing>();
  for (const index of order) {
    const model = spans[index];
    if (model === undefined) continue;
    const parent = model.parent === null ? null : (frameOf.get(model.parent) ?? null);
    const frame = frameIn(parent?.children ?? roots, parent, model.span.service, model.span.name);
    frameOf.set(index, frame);
    frame.spans += 1;
    frame.errors += model.failed ? 1 : 0;
    const selfNs = Number(model.span.selfTimeNs);
    frame.selfNs += selfNs;
    if (frame.longest < 0 || model.durationNs > (spans[frame.longest]?.durationNs ?? 0))
      frame.longest = index;
    for (let above: Growing | null = frame; above !== null; above = above.parent) above.totalNs += selfNs;
  }
  return laidOut(roots);
}

function frameIn(
  siblings: Map<string, Growing>,
  parent: Growing | null,
  service: string,
  name: string,
): Growing {
  const own = JSON.stringify([service, name]);
  const known = siblings.get(own);
  if (known !== undefined) return known;
  const made: Growing = {
    key: `${parent?.key ?? ''}/${own}`,
    service,
    name,
    depth: parent === null ? 0 : parent.depth + 1,
    spans: 0,
    errors: 0,
    selfNs: 0,
    totalNs: 0,
    longest: -1,
    parent,
    children: new Map(),
  };
  siblings.set(own, made);
  return made;
}

/** Siblings with most time first. */
function laidOut(roots: ReadonlyMap<string, Growing>): Frame[] {
  const frames: Frame[] = [];
  const open: { siblings: ReadonlyMap<string, Growing>; fromNs: number }[] = [{ siblings: roots, fromNs: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    let fromNs = next.fromNs;
    for (const growing of [...next.siblings.values()].sort((a, b) => b.totalNs - a.totalNs)) {
      const { children, parent, ...frame } = growing;
      frames.push({ ...frame, fromNs, parent: parent?.key ?? null });
      open.push({ siblings: children, fromNs });
      fromNs += growing.totalNs;
    }
  }
  return frames;
}
