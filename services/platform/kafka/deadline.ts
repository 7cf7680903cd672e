/** Waiting no longer than a time limit: for calls into a client that has none of its own. */
import { setTimeout as delay } from 'node:timers/promises';

export class DeadlineError extends Error {
  override name = 'DeadlineError';
}

/** The outcome of `work`, or DeadlineError. What the work comes to later is nobody's concern any more. */
export function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new DeadlineError(`no outcome within ${Math.ceil(timeoutMs)} ms`)),
      timeoutMs,
    );
    work.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}

/** Whether `work` settles within the time. Its outcome stays its own. */
export async function settlesWithin(timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  try {
    await within(timeoutMs, work);
    return true;
  } catch (error) {
    return !(error instanceof DeadlineError);
  }
}

export interface RetryOptions {
  readonly timeoutMs: number;
  readonly pauseMs: number;
  readonly retriable: (error: unknown) => boolean;
}

/** Tries again until it succeeds, an error is not retriable, or the time is over: then throws the last error. */
export async function retrying<T>(options: RetryOptions, attempt: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + options.timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!options.retriable(error) || performance.now() >= giveUpAt) throw error;
      await delay(options.pauseMs);
    }
  }
}
