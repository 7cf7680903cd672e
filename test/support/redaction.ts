/** Policies and redactors for tests. */
import { createHmac } from 'node:crypto';
import { emptyTally, type Tally } from '../../services/core/redaction/pass.ts';
import type { Policy } from '../../services/core/redaction/policy.ts';
import { Redactor } from '../../services/core/redaction/redactor.ts';
import { parsePolicy } from '../../services/platform/redaction_policy.ts';

export const testHash = (bytes: Uint8Array): Uint8Array =>
  createHmac('sha256', 'a key for tests only').update(bytes).digest();

export const policyOf = (yaml: string): Policy => parsePolicy(yaml, 'policy.yaml');

export interface Redacted {
  readonly bytes: Uint8Array;
  readonly tally: Tally;
}

export function redactWith(policy: Policy, request: Uint8Array): Redacted {
  const tally = emptyTally(policy);
  return { bytes: new Redactor(policy, { hash: testHash }).redact(request, tally), tally };
}
