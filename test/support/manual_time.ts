/** Wall time that passes when a test says so. */
import type { Clock, Timers } from '../../services/platform/clock.ts';

interface Due {
  atMs: number;
  readonly everyMs: number | null;
  readonly task: () => void;
}

export class ManualTime implements Clock, Timers {
  private nowMs: number;
  private readonly due = new Set<Due>();

  constructor(startMs = 1_700_000_000_000) {
    this.nowMs = startMs;
  }

  now(): number {
    return this.nowMs;
  }

  every(ms: number, task: () => void): () => void {
    const entry = { atMs: this.nowMs + ms, everyMs: ms, task };
    this.due.add(entry);
    return () => this.due.delete(entry);
  }

  sleep(ms: number): Promise<void> {
    if (ms === 0) return new Promise((resolve) => setImmediate(resolve));
    return new Promise((resolve) => this.due.add({ atMs: this.nowMs + ms, everyMs: null, task: resolve }));
  }

  /** Lets `ms` pass and calls what falls due, in the order of its time. */
  advance(ms: number): void {
    const until = this.nowMs + ms;
    for (;;) {
      const next = [...this.due].filter((one) => one.atMs <= until).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.nowMs = next.atMs;
      if (next.everyMs === null) this.due.delete(next);
      else next.atMs += next.everyMs;
      next.task();
    }
    this.nowMs = until;
  }
}
