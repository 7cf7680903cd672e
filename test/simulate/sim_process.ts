/**
 * One process of the simulated pipeline, as the world outside sees it: it may stop for a while or be gone without a word. Its
 * timers, and the answers to what it asked, reach it only while it runs; what it had asked may still take place without it.
 */
import type { Clock, Timers } from '../../services/platform/clock.ts';
import type { SimTime } from './sim_time.ts';

/** What becomes of one call. */
export interface Fate {
  /** Ms until it takes place; null where it never does. */
  readonly landsAfterMs: number | null;
  /** Ms until the caller gives up, with this error; null where it waits for the answer. */
  readonly givesUp: { readonly afterMs: number; readonly error: Error } | null;
}

export interface ProcessOptions {
  readonly name: string;
  readonly time: SimTime;
  /** Ms that something is on its way. */
  readonly latency: () => number;
  /** Whether what a killed process had sent arrives. */
  readonly lands: () => boolean;
  /** Services look after things ten times a second, here so many times slower. */
  readonly tendingSlowness: () => number;
}

export class SimProcess {
  readonly name: string;
  readonly clock: Clock;
  readonly timers: Timers;
  /** How far its clock is off. */
  clockOffMs = 0;
  private readonly options: ProcessOptions;
  private state: 'running' | 'paused' | 'gone' = 'running';
  private held: (() => void)[] = [];

  constructor(options: ProcessOptions) {
    const { time } = options;
    this.options = options;
    this.name = options.name;
    this.clock = { now: () => time.now() + this.clockOffMs };
    this.timers = {
      every: (ms, task) => this.every(ms, task),
      sleep: (ms) => new Promise((resolve) => this.after(ms, resolve)),
    };
  }

  get isGone(): boolean {
    return this.state === 'gone';
  }

  get isRunning(): boolean {
    return this.state === 'running';
  }

  kill(): void {
    this.state = 'gone';
    this.held = [];
  }

  pause(): void {
    if (this.state === 'running') this.state = 'paused';
  }

  /** Everything that was due meanwhile happens now, in its order. */
  wake(): void {
    if (this.state !== 'paused') return;
    this.state = 'running';
    const { held } = this;
    this.held = [];
    for (const task of held) this.after(0, task);
  }

  /** Something reaches the process after `ms`. */
  after(ms: number, task: () => void): void {
    this.options.time.after(ms, () => this.reach(task));
  }

  /** Asks somebody outside; both ways take time. */
  call<T>(effect: () => Promise<T>, fate: Fate | null = null): Promise<T> {
    const { time, latency, lands } = this.options;
    return new Promise((resolve, reject) => {
      if (fate?.givesUp != null) {
        const { afterMs, error } = fate.givesUp;
        this.after(afterMs, () => reject(error));
      }
      const landsAfterMs = fate === null ? latency() : fate.landsAfterMs;
      if (landsAfterMs === null) return;
      time.after(landsAfterMs, () => {
        if (this.isGone && !lands()) return;
        effect().then(
          (value) => this.after(latency(), () => resolve(value)),
          (error: unknown) => this.after(latency(), () => reject(asError(error))),
        );
      });
    });
  }

  /** Asks what changes nothing: the answer is of the moment, and old when it comes. */
  ask<T>(question: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const { latency } = this.options;
      question().then(
        (value) => this.after(latency() + latency(), () => resolve(value)),
        (error: unknown) => this.after(latency(), () => reject(asError(error))),
      );
    });
  }

  private every(ms: number, task: () => void): () => void {
    let isOn = true;
    const next = (): void => this.after(ms * this.options.tendingSlowness(), tick);
    const tick = (): void => {
      if (!isOn) return;
      task();
      next();
    };
    next();
    return () => {
      isOn = false;
    };
  }

  private reach(task: () => void): void {
    if (this.state === 'running') task();
    else if (this.state === 'paused') this.held.push(task);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('a call failed', { cause: error });
}
