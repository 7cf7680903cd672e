/**
 * Sees a request through: tries the collectors in turn, waits as they say, and gives up where a repetition could come twice.
 *
 * Spans that are repeated count once only while the trace is remembered (`forget`). So the first attempt whose end is not known
 * starts a clock; what was turned away for certain may wait for as long as it takes.
 */
import type { Ledger, RequestOutcome } from '../ledger.ts';
import type { Attempt, Target } from './targets.ts';
import type { TrafficRequest } from './traffic.ts';

export interface DeliveryRules {
  readonly timeoutMs: number;
  /** No repetition begins later than this after the first attempt of which the end is not known. */
  readonly repeatWithinMs: number;
  /** Of requests that were answered with success, the share that is sent once more. */
  readonly repeatShare: number;
  /** The longest that these wait. */
  readonly repeatPauseMs: number;
}

export interface DeliveryContext {
  readonly targets: readonly Target[];
  readonly ledger: Ledger;
  readonly rules: DeliveryRules;
  readonly random: () => number;
  readonly now: () => number;
  /** Share of attempts whose client leaves before the answer. */
  readonly disconnectEarly: () => number;
  /** Unix ms after which nothing is tried any more. */
  readonly endsAtMs: () => number;
  /** Resolves after so many ms, or when the end is moved forward. */
  readonly sleep: (ms: number) => Promise<void>;
}

const FIRST_BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 3_000;
const LONGEST_STAY_MS = 30;

export async function deliver(
  request: TrafficRequest,
  first: number,
  context: DeliveryContext,
): Promise<void> {
  const { ledger, rules, sleep, now } = context;
  let [sentAtMs, attempts, ambiguous] = [0, 0, 0];
  let ambiguousSinceMs = Infinity;
  const finish = (outcome: RequestOutcome) => {
    const answeredAtMs = outcome === 'answered' ? now() : 0;
    const spans = request.spans.length;
    ledger.onDelivered({
      ...{ request: request.number, spans, sentAtMs, answeredAtMs, outcome, attempts, ambiguous },
    });
  };
  while (now() < context.endsAtMs()) {
    const nowMs = now();
    if (nowMs - ambiguousSinceMs > rules.repeatWithinMs) break;
    if (attempts === 0) sentAtMs = nowMs;
    const attempt = await tryOnce(request, first + attempts++, context);
    if (attempt.kind === 'answered') {
      finish('answered');
      return repeat(request, first + attempts, context);
    }
    if (attempt.kind === 'rejected') {
      finish('rejected');
      return;
    }
    if (attempt.kind === 'ambiguous') {
      ambiguous++;
      ambiguousSinceMs = Math.min(ambiguousSinceMs, nowMs);
    }
    await sleep(pauseAfter(attempt, attempts, context.random));
  }
  finish(ambiguous > 0 ? 'unknown' : 'refused');
}

async function tryOnce(request: TrafficRequest, turn: number, context: DeliveryContext): Promise<Attempt> {
  const { targets, random, rules, disconnectEarly } = context;
  const target = targets[turn % targets.length];
  if (target === undefined) throw new Error('there is no collector to send to');
  const leaveAfterMs = random() < disconnectEarly() ? Math.ceil(random() * LONGEST_STAY_MS) : null;
  return target.send(request.bytes, { timeoutMs: rules.timeoutMs, leaveAfterMs });
}

/** Some clients miss the answer and send once more. */
async function repeat(request: TrafficRequest, turn: number, context: DeliveryContext): Promise<void> {
  const { random, rules, sleep, now, endsAtMs } = context;
  if (random() >= rules.repeatShare) return;
  await sleep(random() * rules.repeatPauseMs);
  if (now() < endsAtMs()) await tryOnce(request, turn, context);
}

function pauseAfter(
  { retryAfterMs }: { retryAfterMs: number | null },
  attempts: number,
  random: () => number,
) {
  const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(attempts - 1, 10), LONGEST_BACKOFF_MS);
  return retryAfterMs ?? backoffMs * (0.5 + random() / 2);
}
