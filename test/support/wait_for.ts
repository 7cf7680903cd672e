/** Waits for what happens elsewhere, in another process or on a wire. */
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/** Resolves once the condition holds; throws after `timeoutMs`. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  what = 'what was waited for',
  timeoutMs = 60_000,
): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`${what} did not happen within ${timeoutMs} ms`);
    await delay(POLL_MS);
  }
}
