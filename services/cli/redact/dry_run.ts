/** What a policy does to spans: how often each rule and limit acts, and some of what it changes. */
import { emptyTally, type Change, type Tally } from '../../core/redaction/pass.ts';
import type { KeyedHash, Policy } from '../../core/redaction/policy.ts';
import { Redactor } from '../../core/redaction/redactor.ts';

export interface DryRun {
  readonly policy: Policy;
  readonly spans: number;
  readonly changedSpans: number;
  readonly tally: Tally;
  /** Of each rule and limit a few, from different names. */
  readonly samples: readonly Change[];
}

const SAMPLES_OF_A_RULE = 3;

export async function dryRun(
  policy: Policy,
  hash: KeyedHash,
  requests: AsyncIterable<Uint8Array>,
): Promise<DryRun> {
  const changes: Change[] = [];
  const redactor = new Redactor(policy, { hash, changes });
  const tally = emptyTally(policy);
  const samples = new Map<string, Change>();
  const taken = new Map<string, number>();
  let spans = 0;
  let changedSpans = 0;
  for await (const request of requests) {
    spans++;
    if (redactor.redact(request, tally) !== request) changedSpans++;
    for (const change of changes) {
      const key = JSON.stringify([change.cause, change.place, change.name]);
      const count = taken.get(change.cause) ?? 0;
      if (samples.has(key) || count >= SAMPLES_OF_A_RULE) continue;
      samples.set(key, change);
      taken.set(change.cause, count + 1);
    }
  }
  return { policy, spans, changedSpans, tally, samples: [...samples.values()] };
}
