/**
 * Virtual time: what happens when, in one total order. Each step runs alone, with every promise turn that follows from it done
 * before the next, so that a run is the same each time.
 */
import type { Clock } from '../../services/platform/clock.ts';

interface Step {
  readonly atMs: number;
  /** Steps of one time happen in the order in which they were asked for. */
  readonly order: number;
  readonly task: () => void;
}

const EPOCH_MS = 1_700_000_000_000;

export class SimTime implements Clock {
  steps = 0;
  private nowMs = EPOCH_MS;
  private asked = 0;
  /** A binary heap: no step is before its parent. */
  private readonly heap: Step[] = [];

  now(): number {
    return this.nowMs;
  }

  /** Milliseconds since the beginning. */
  get elapsedMs(): number {
    return this.nowMs - EPOCH_MS;
  }

  after(ms: number, task: () => void): void {
    const { heap } = this;
    const step = { atMs: this.nowMs + ms, order: this.asked++, task };
    let at = heap.push(step) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, step)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = step;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Runs every step of the next `ms`. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    for (let next = this.heap[0]; next !== undefined && next.atMs <= untilMs; next = this.heap[0]) {
      this.takeFirst();
      this.nowMs = next.atMs;
      this.steps++;
      next.task();
      await turnsDone();
    }
    this.nowMs = untilMs;
  }

  private takeFirst(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      const left = heap[below];
      if (left === undefined) break;
      const right = heap[below + 1];
      let child = left;
      if (right !== undefined && isBefore(right, left)) {
        child = right;
        below++;
      }
      if (isBefore(last, child)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }
}

function isBefore(a: Step, b: Step): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** Everything that waits for nothing but promises has run: Node turns to its ticks when no promise turn is left. */
const turnsDone = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
