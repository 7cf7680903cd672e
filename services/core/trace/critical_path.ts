/**
 * The critical path of a trace: for each moment of the root's life, the one span that everything waited for.
 *
 * Walked backwards from the root's end, as in CRISP (Zhang et al., USENIX ATC 2022): a span waits for its child that ended
 * last; before that child began, for the one that had ended last by then; and in the gaps it was busy itself. A child that
 * was still running when its sibling began is passed over: the sibling did not wait for it. Children are clipped to their
 * parent, which takes care of work that outlives its caller and of clocks that differ.
 *
 * Invariant: the times of all spans sum exactly to the root's duration (below 2^53 ns, 104 days). O(n log n), no recursion;
 * whatever the parent ids say, each span is visited at most once.
 */
import { sortFew } from '../sort_few.ts';
import type { SpanFacts } from './span_facts.ts';

/** Start and duration, as SpanFacts has them. */
export type SpanTimes = Pick<SpanFacts, 'startLow' | 'startHigh' | 'durationNs'>;

interface Stretch {
  readonly span: number;
  /** Nanoseconds since the root's start, clipped to the span above. */
  readonly from: number;
  readonly to: number;
}

/**
 * Nanoseconds of each span, by position, on the path of the span at `root`. `parents` holds for each span the position of
 * its parent, or -1.
 */
export function criticalPath(
  spans: readonly SpanTimes[],
  parents: readonly number[],
  root: number,
): Float64Array {
  const onPath = new Float64Array(spans.length);
  const rootFacts = spans[root];
  if (rootFacts === undefined) return onPath;
  const children = childrenByParent(parents, root);
  const open: Stretch[] = [{ span: root, from: 0, to: rootFacts.durationNs }];
  for (let stretch = open.pop(); stretch !== undefined; stretch = open.pop()) {
    if ((children.first[stretch.span] ?? -1) < 0) {
      onPath[stretch.span] = stretch.to - stretch.from;
      continue;
    }
    const clipped: Stretch[] = [];
    for (let child = children.first[stretch.span] ?? -1; child >= 0; child = children.next[child] ?? -1) {
      const facts = spans[child];
      if (facts === undefined) continue;
      const start = nsBetween(rootFacts, facts);
      const from = Math.max(start, stretch.from);
      const to = Math.min(start + facts.durationNs, stretch.to);
      if (to > from) clipped.push({ span: child, from, to });
    }
    sortFew(clipped, lastEndFirst);
    let busyUntil = stretch.to;
    let selfNs = 0;
    for (const child of clipped) {
      if (child.to > busyUntil) continue;
      selfNs += busyUntil - child.to;
      busyUntil = child.from;
      open.push(child);
    }
    onPath[stretch.span] = selfNs + busyUntil - stretch.from;
  }
  return onPath;
}

/** Where two children end together, the longer one is what was waited for. */
function lastEndFirst(a: Stretch, b: Stretch): number {
  return b.to - a.to || a.from - b.from || a.span - b.span;
}

function nsBetween(a: SpanTimes, b: SpanTimes): number {
  return (b.startHigh - a.startHigh) * 0x1_0000_0000 + (b.startLow - a.startLow);
}

/** Lists of children as two arrays. The root is nobody's child, even where ids run in a circle through it. */
function childrenByParent(parents: readonly number[], root: number): { first: Int32Array; next: Int32Array } {
  const first = new Int32Array(parents.length).fill(-1);
  const next = new Int32Array(parents.length).fill(-1);
  for (let child = parents.length - 1; child >= 0; child--) {
    const parent = parents[child] ?? -1;
    if (parent < 0 || child === root) continue;
    next[child] = first[parent] ?? -1;
    first[parent] = child;
  }
  return { first, next };
}
