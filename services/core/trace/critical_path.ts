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
import type { SpanFacts } from './span_facts.ts';

/** Start and duration, as SpanFacts has them. */
export type SpanTimes = Pick<SpanFacts, 'startLow' | 'startHigh' | 'durationNs'>;

/** In place of a position. */
const NONE = -1;
const FIRST_SPANS = 64;
/** Up to so many a plain insertion sorts faster than a call. */
const FEW = 16;

/** Keeps its room from trace to trace: MEASURED, three arrays a trace took longer than the walk. */
export class CriticalPath {
  private onPath = new Float64Array(FIRST_SPANS);
  /** Nanoseconds since the root's start, clipped to the span above, by position. */
  private from = new Float64Array(FIRST_SPANS);
  private to = new Float64Array(FIRST_SPANS);
  /** Children of a span, as a chain: the first of them, and the next of the same parent. */
  private firstChild = new Int32Array(FIRST_SPANS);
  private nextChild = new Int32Array(FIRST_SPANS);
  /** Spans on the path whose own share is not yet known. */
  private open = new Int32Array(FIRST_SPANS);
  /** Children of the span that is looked at, those that ended last first. */
  private clipped = new Int32Array(FIRST_SPANS);

  /**
   * Nanoseconds of each span, by position, on the path of the span at `root`; good until the next call. `parents` holds for each
   * span the position of its parent, or -1.
   */
  of(spans: readonly SpanTimes[], parents: readonly number[], root: number): Float64Array {
    this.reserve(spans.length);
    const { from, to, firstChild, open, clipped } = this;
    const onPath = this.onPath.subarray(0, spans.length).fill(0);
    const rootTimes = spans[root];
    if (rootTimes === undefined) return onPath;
    this.chainChildren(parents, root);
    from[root] = 0;
    to[root] = rootTimes.durationNs;
    open[0] = root;
    for (let waiting = 1; waiting > 0;) {
      const span = open[--waiting] ?? NONE;
      const begin = from[span] ?? 0;
      let busyUntil = to[span] ?? 0;
      let selfNs = 0;
      const count = (firstChild[span] ?? NONE) === NONE ? 0 : this.clipChildren(spans, span, rootTimes);
      for (let i = 0; i < count; i++) {
        const child = clipped[i] ?? NONE;
        const end = to[child] ?? 0;
        if (end > busyUntil) continue;
        selfNs += busyUntil - end;
        busyUntil = from[child] ?? 0;
        open[waiting++] = child;
      }
      onPath[span] = selfNs + busyUntil - begin;
    }
    return onPath;
  }

  /** The root is nobody's child, even where ids run in a circle through it. */
  private chainChildren(parents: readonly number[], root: number): void {
    const { firstChild, nextChild } = this;
    firstChild.fill(NONE, 0, parents.length);
    for (let child = parents.length - 1; child >= 0; child--) {
      const parent = parents[child] ?? NONE;
      if (parent < 0 || child === root) continue;
      nextChild[child] = firstChild[parent] ?? NONE;
      firstChild[parent] = child;
    }
  }

  /** Fills `clipped` with those of its children that ran while it did, those that ended last first; returns how many. */
  private clipChildren(spans: readonly SpanTimes[], span: number, root: SpanTimes): number {
    const { from, to, firstChild, nextChild, clipped } = this;
    const least = from[span] ?? 0;
    const most = to[span] ?? 0;
    let count = 0;
    for (let child = firstChild[span] ?? NONE; child !== NONE; child = nextChild[child] ?? NONE) {
      const times = spans[child];
      if (times === undefined) continue;
      const start = nsBetween(root, times);
      const begin = Math.max(start, least);
      const end = Math.min(start + times.durationNs, most);
      if (end <= begin) continue;
      from[child] = begin;
      to[child] = end;
      clipped[count++] = child;
    }
    this.sortClipped(count);
    return count;
  }

  private sortClipped(count: number): void {
    const { clipped } = this;
    if (count > FEW) {
      clipped.subarray(0, count).sort((a, b) => this.lastEndFirst(a, b));
      return;
    }
    for (let sorted = 1; sorted < count; sorted++) {
      const child = clipped[sorted] ?? NONE;
      let at = sorted;
      for (; at > 0 && this.lastEndFirst(clipped[at - 1] ?? NONE, child) > 0; at--) {
        clipped[at] = clipped[at - 1] ?? NONE;
      }
      clipped[at] = child;
    }
  }

  /** Where two children end together, the longer one is what was waited for. */
  private lastEndFirst(a: number, b: number): number {
    const { from, to } = this;
    return (to[b] ?? 0) - (to[a] ?? 0) || (from[a] ?? 0) - (from[b] ?? 0) || a - b;
  }

  private reserve(spans: number): void {
    if (spans <= this.onPath.length) return;
    const room = Math.max(spans, 2 * this.onPath.length);
    this.onPath = new Float64Array(room);
    this.from = new Float64Array(room);
    this.to = new Float64Array(room);
    this.firstChild = new Int32Array(room);
    this.nextChild = new Int32Array(room);
    this.open = new Int32Array(room);
    this.clipped = new Int32Array(room);
  }
}

function nsBetween(a: SpanTimes, b: SpanTimes): number {
  return (b.startHigh - a.startHigh) * 0x1_0000_0000 + (b.startLow - a.startLow);
}
