/** What the log does not decide is first written to the log: the passing of time, and the end of endless traces. */
import { CUT_HEADER, TENANT_HEADER } from '../core/contracts.ts';
import type { Assembly } from '../core/trace/assembly.ts';
import { keyBytes } from '../core/wire/keys.ts';
import type { Clock } from '../platform/clock.ts';
import type { HeldOwnership } from '../platform/kafka/held_ownership.ts';
import type { Producer } from '../platform/kafka/port.ts';
import type { Log } from '../platform/log.ts';
import type { ProcessorMetrics } from './metrics.ts';

export interface ControlRecordsOptions {
  readonly topic: string;
  readonly partition: number;
  readonly ownership: HeldOwnership;
  readonly assembly: Assembly;
  readonly maxRunAgeMs: number;
  readonly producer: Producer;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: ProcessorMetrics;
}

/** A silent partition gets a tick after this long. Below `maxStepMs`, so that each tick counts in full. */
const TICK_AFTER_MS = 1_000;

/** Of one tenure. */
export class ControlRecords {
  private readonly options: ControlRecordsOptions;
  /** When a record was last read or a tick written. */
  private heardAtMs: number;
  private sinceMs: number | null = null;

  constructor(options: ControlRecordsOptions) {
    this.options = options;
    this.heardAtMs = options.clock.now();
  }

  /** Null where none is being written. */
  get appendingSinceMs(): number | null {
    return this.sinceMs;
  }

  onRead(nowMs: number): void {
    this.heardAtMs = nowMs;
  }

  /**
   * `isAtEnd`: whether all of the partition is read, as far as is known. `isPastFormer`: whether all is that former owners wrote: a
   * run that one of them has named is cut there, and to name it again would end the run that follows.
   */
  async writeDue(isAtEnd: boolean, isPastFormer: boolean): Promise<void> {
    const { assembly, clock, log, metrics } = this.options;
    try {
      if (isPastFormer) await this.writeCuts();
      const isSilent = clock.now() - this.heardAtMs >= TICK_AFTER_MS && isAtEnd;
      if (!isSilent || !assembly.needsTime) return;
      await this.append({});
      this.heardAtMs = clock.now();
      metrics.ticks.add(1);
    } catch (error) {
      log.warn({ error }, 'control record not written; it is tried again');
    }
  }

  private async writeCuts(): Promise<void> {
    const { assembly, maxRunAgeMs, metrics } = this.options;
    const byTenant = Map.groupBy(assembly.overdueRuns(maxRunAgeMs), (run) => run.tenant);
    for (const [tenant, runs] of byTenant) {
      const traceIds = Buffer.concat(runs.map((run) => keyBytes(run.traceId)));
      await this.append({ [CUT_HEADER]: traceIds, [TENANT_HEADER]: tenant });
      for (const run of runs) run.cutAsked = true;
      metrics.cuts.add(runs.length);
    }
  }

  private async append(headers: Readonly<Record<string, Buffer | string>>): Promise<void> {
    const { producer, topic, partition, ownership, clock } = this.options;
    const records = [{ value: Buffer.alloc(0), headers }];
    this.sinceMs = clock.now();
    try {
      await ownership.whileHeld(producer.append({ topic, partition, records }));
    } finally {
      this.sinceMs = null;
    }
  }
}
