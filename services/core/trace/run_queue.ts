/**
 * Open runs in an order: a doubly linked list through the runs themselves, so that a run moves or leaves in one step.
 * A run may stand in several queues at once, in each once; each queue uses a slot of its own.
 */
import type { OpenRun } from './open_run.ts';

/** The orders that assembly keeps: by first record, by last span, by last span of those that wait to settle. */
export const SLOTS = 3;
export type Slot = 0 | 1 | 2;

export class RunQueue {
  head: OpenRun | null = null;
  tail: OpenRun | null = null;
  private readonly previous: number;
  private readonly following: number;

  constructor(slot: Slot) {
    this.previous = slot;
    this.following = slot + SLOTS;
  }

  /** Puts a run that is not in this queue at its end. */
  append(run: OpenRun): void {
    run.links[this.previous] = this.tail;
    run.links[this.following] = null;
    if (this.tail === null) this.head = run;
    else this.tail.links[this.following] = run;
    this.tail = run;
  }

  /** Takes a run that is in this queue out of it. */
  remove(run: OpenRun): void {
    const previous = run.links[this.previous] ?? null;
    const following = run.links[this.following] ?? null;
    if (previous === null) this.head = following;
    else previous.links[this.following] = following;
    if (following === null) this.tail = previous;
    else following.links[this.previous] = previous;
    run.links[this.previous] = run.links[this.following] = null;
  }

  next(run: OpenRun): OpenRun | null {
    return run.links[this.following] ?? null;
  }
}
