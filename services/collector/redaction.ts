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
import type { AuditLog } from '../platform/audit_log.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { loadPolicy, type PolicySource } from '../platform/redaction_policy.ts';
import { WatchedFile } from '../platform/watched_file.ts';
import type { CollectorMetrics } from './metrics.ts';

export interface RedactionOptions extends PolicySource {
  readonly maxRequestBytes: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly audit: AuditLog;
  readonly metrics: CollectorMetrics;
}

const LOOK_EVERY_MS = 5_000;

interface InForce {
  readonly redactor: Redactor;
  /** Of one request; emptied for the next. */
  readonly tally: Tally;
}

/** A policy with its key, as the files have them. */
type Found = Awaited<ReturnType<typeof loadPolicy>>;

export class Redaction implements Part {
  readonly name = 'redaction policy';
  private readonly options: RedactionOptions;
  private readonly watched: WatchedFile<Found>;
  private inForce: InForce | null = null;
  private problem: string | null = null;

  constructor(options: RedactionOptions) {
    this.options = options;
    this.watched = new WatchedFile({
      ...{ everyMs: LOOK_EVERY_MS, timers: options.timers },
      look: () => loadPolicy(options),
      versionOf: ({ from }) => JSON.stringify(from),
      take: (found) => this.use(found),
      refused: (error, isNew) => {
        if (!(error instanceof PolicyError)) throw error;
        if (isNew) this.complain(error.message);
      },
      restored: () => {
        this.problem = null;
      },
    });
  }

  /** Throws PolicyError where the policy is faulty. */
  start(): Promise<void> {
    return this.watched.start();
  }

  stop(): Promise<void> {
    return this.watched.stop();
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

  private use({ policy, hash }: Found): void {
    const { audit, clock, file, log, maxRequestBytes, metrics } = this.options;
    const redactor = new Redactor(policy, { hash, maxGrowth: maxRequestBytes });
    this.inForce = { redactor, tally: emptyTally(policy) };
    this.problem = null;
    metrics.redactionPolicyLoaded.set(clock.now() / 1000);
    const rules = policy.ids.length;
    log.info({ file, rules }, 'redaction policy in force');
    audit.record({ who: 'file', what: 'redaction.reload', outcome: 'done', details: { path: file, rules } });
  }

  private complain(problem: string): void {
    const { audit, file, log, metrics } = this.options;
    const faults = problem.split('\n');
    this.problem = problem;
    metrics.redactionPolicyFailures.add(1);
    log.error({ file, faults }, 'the redaction policy is faulty: the one before stays');
    audit.record({
      ...{ who: 'file', what: 'redaction.reload', outcome: 'failed' },
      details: { path: file, faults },
    });
  }
}
