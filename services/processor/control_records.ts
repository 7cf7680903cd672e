/** What the log does not decide is first written to the log: the passing of time, and the end of endless traces. */
import { CUT_HEADER, TENANT_HEADER } from '../core/contracts.ts';
import type { Assembly } from '../core/trace/assembly.ts';
import { keyBytes } from '../core/wire/keys.ts';
import type { Clock } from '../platform/clock.ts';
import type { HeldOwnership } from '../platform/kafka/held_ownership.ts';
import type { PartitionRecords, Producer } from '../platform/kafka/port.ts';
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
/** So many ids are far less than a record may hold. */
const MAX_CUTS = 4_096;

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

  /** `isAtEnd`: whether all of the partition is read, as far as is known. */
  isTickDue(isAtEnd: boolean): boolean {
    const { assembly, clock } = this.options;
    return isAtEnd && assembly.needsTime && clock.now() - this.heardAtMs >= TICK_AFTER_MS;
  }

  async writeTick(isAtEnd: boolean): Promise<void> {
    if (!this.isTickDue(isAtEnd)) return;
    const { clock, log, metrics } = this.options;
    try {
      await this.append();
      this.heardAtMs = clock.now();
      metrics.ticks.add(1);
    } catch (error) {
      log.warn({ error }, 'tick not written; it is tried again');
    }
  }

  get areCutsDue(): boolean {
    return this.options.assembly.overdueRuns(this.options.maxRunAgeMs).length > 0;
  }

  /**
   * What ends runs that are overdue, each asked for once, the rest later. For the owner's own transaction: a cut ends whatever run of the trace
   * is open where it stands, so one that an earlier owner writes late would end the run that follows.
   */
  takeCuts(): PartitionRecords[] {
    const { assembly, maxRunAgeMs, metrics, topic, partition } = this.options;
    const overdue = assembly.overdueRuns(maxRunAgeMs).slice(0, MAX_CUTS);
    const byTenant = Map.groupBy(overdue, (run) => run.tenant);
    const records = [...byTenant].map(([tenant, runs]) => {
      for (const run of runs) run.cutAsked = true;
      metrics.cuts.add(runs.length);
      const traceIds = Buffer.concat(runs.map((run) => keyBytes(run.traceId)));
      return { value: Buffer.alloc(0), headers: { [CUT_HEADER]: traceIds, [TENANT_HEADER]: tenant } };
    });
    return records.length === 0 ? [] : [{ topic, partition, records }];
  }

  private async append(): Promise<void> {
    const { producer, topic, partition, ownership, clock } = this.options;
    const records = [{ value: Buffer.alloc(0) }];
    this.sinceMs = clock.now();
    try {
      await ownership.whileHeld(producer.append({ topic, partition, records }));
    } finally {
      this.sinceMs = null;
    }
  }
}
