/**
 * The redaction policy in force, read again when its file or its key changes.
 *
 * Not for what a policy does (core/redaction). Invariants: spans are never taken without a policy where one is wanted: a
 * collector does not start on a faulty one, and keeps the one before when a new one is faulty, which it says in its log
 * (once), in a metric and on /readyz. No line of log holds a value of a span or a key.
 */
import { PolicyError } from '../core/redaction/located.ts';
import { emptyTally, type Tally } from '../core/redaction/pass.ts';
import { Redactor } from '../core/redaction/redactor.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { loadPolicy, type PolicySource } from '../platform/redaction_policy.ts';
import type { CollectorMetrics } from './metrics.ts';

export interface RedactionOptions extends PolicySource {
  readonly maxRequestBytes: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly metrics: CollectorMetrics;
}

/** By looking, since what replaces files (links of mounted configuration) tells no watcher of files. */
const LOOK_EVERY_MS = 5_000;

interface InForce {
  readonly redactor: Redactor;
  /** Of one request; emptied for the next. */
  readonly tally: Tally;
  readonly from: string;
}

export class Redaction implements Part {
  readonly name = 'redaction policy';
  private readonly options: RedactionOptions;
  private inForce: InForce | null = null;
  private problem: string | null = null;
  private stopLooking: () => void = () => undefined;
  private looking: Promise<void> = Promise.resolve();

  constructor(options: RedactionOptions) {
    this.options = options;
  }

  /** Throws PolicyError where the policy is faulty. */
  async start(): Promise<void> {
    await this.load();
    this.stopLooking = this.options.timers.every(LOOK_EVERY_MS, () => {
      this.looking = this.looking.then(() => this.reload());
    });
  }

  async stop(): Promise<void> {
    this.stopLooking();
    await this.looking;
  }

  /** That the policy of the file is not the one in force. */
  remark(): string | null {
    return this.problem === null ? null : `the redaction policy is an older one: ${this.problem}`;
  }

  /** Throws WireError, GrowthError. */
  readonly redact = (request: Uint8Array): Uint8Array => {
    if (this.inForce === null) throw new Error('there is no redaction policy yet');
    const { redactor, tally } = this.inForce;
    const result = redactor.redact(request, tally);
    this.count(redactor.policy.ids, tally);
    return result;
  };

  private count(ids: readonly string[], tally: Tally): void {
    const { metrics } = this.options;
    for (const [number, values] of tally.rules.entries()) {
      if (values > 0) metrics.redactedValues.add(values, { rule: ids[number] ?? '' });
      tally.rules[number] = 0;
    }
    for (const [limit, count] of Object.entries(tally.limits)) {
      if (count > 0) metrics.redactionLimited.add(count, { limit });
      tally.limits[limit as keyof Tally['limits']] = 0;
    }
  }

  /** Looks whether there is another policy by now. */
  private async reload(): Promise<void> {
    const { file, log, metrics } = this.options;
    try {
      await this.load();
      this.problem = null;
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      if (error.message === this.problem) return;
      this.problem = error.message;
      metrics.redactionPolicyFailures.add(1);
      log.error(
        { file, faults: error.message.split('\n') },
        'the redaction policy is faulty: the one before stays',
      );
    }
  }

  private async load(): Promise<void> {
    const { clock, file, log, maxRequestBytes, metrics } = this.options;
    const { policy, hash, from } = await loadPolicy(this.options);
    const id = JSON.stringify(from);
    if (id === this.inForce?.from) return;
    const redactor = new Redactor(policy, { hash, maxGrowth: maxRequestBytes });
    this.inForce = { redactor, tally: emptyTally(policy), from: id };
    metrics.redactionPolicyLoaded.set(clock.now() / 1000);
    log.info({ file, rules: policy.ids.length }, 'redaction policy in force');
  }
}
