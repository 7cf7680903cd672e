/**
 * Turns at the event loop, for work that comes as many small steps in several places: whoever finds the slice of this turn used up
 * waits until heartbeats and answers have been looked after, and until those who waited before had a slice of their own. One slice
 * for all, since dozens of partitions with one each would still hold the loop for seconds.
 */
import type { Clock, Timers } from './clock.ts';

const SLICE_MS = 30;

export class Slices {
  private readonly clock: Clock;
  private readonly timers: Pick<Timers, 'sleep'>;
  /** When somebody first worked in this turn of the loop. */
  private startedMs: number | null = null;
  private waiting = 0;
  private last: Promise<void> = Promise.resolve();

  constructor(clock: Clock, timers: Pick<Timers, 'sleep'>) {
    this.clock = clock;
    this.timers = timers;
  }

  /** Whether the caller may work in this turn; to be asked before the first step and after each wait for something else. */
  begin(): boolean {
    if (this.waiting > 0 || this.isOver) return false;
    if (this.startedMs === null) this.start();
    return true;
  }

  /** Whether the next step has to wait for `next`. */
  get isOver(): boolean {
    return this.startedMs !== null && this.clock.now() - this.startedMs >= SLICE_MS;
  }

  /** Resolves when the caller may go on, in a slice that begins then. */
  async next(): Promise<void> {
    this.waiting++;
    const turn = this.last.then(() => this.timers.sleep(0));
    this.last = turn;
    await turn;
    this.waiting--;
    this.start();
  }

  private start(): void {
    const startedMs = this.clock.now();
    this.startedMs = startedMs;
    void this.timers.sleep(0).then(() => {
      if (this.startedMs === startedMs) this.startedMs = null;
    });
  }
}
