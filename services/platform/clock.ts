/** Wall time and waiting, as parameters: tests pass their own. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

export interface Timers {
  /** Calls `task` each `ms` until the returned function is called. */
  every(ms: number, task: () => void): () => void;
  /** Of 0: until the event loop has turned. */
  sleep(ms: number): Promise<void>;
}

export const systemTimers: Timers = {
  every: (ms, task) => {
    const timer = setInterval(task, ms);
    return () => clearInterval(timer);
  },
  sleep: (ms) =>
    new Promise((resolve) => {
      if (ms === 0) setImmediate(resolve);
      else setTimeout(resolve, ms);
    }),
};
