/** Which calls go wrong, and how: filled by the schedule's events, used up by the calls of any process. */
import type { SimTime } from './sim_time.ts';
import type { Fate } from './sim_process.ts';

export const OPERATIONS = ['append', 'claim', 'commit', 'insert'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** lost: it never takes place. unanswered: it does, and nobody hears of it. late: it does when the caller has given up. halfway: a commit stays open. */
export const FAULTS = ['lost', 'unanswered', 'late', 'halfway'] as const;
export type Fault = (typeof FAULTS)[number];

const GIVE_UP_MS = 60;

export class FaultPlan {
  private readonly time: SimTime;
  private readonly random: () => number;
  private readonly planned = new Map<Operation, Fault[]>();
  private nextIsHalfway = false;
  private kafkaAwayUntilMs = 0;
  private clickhouseAwayUntilMs = 0;

  constructor(time: SimTime, random: () => number) {
    this.time = time;
    this.random = random;
  }

  plan(operation: Operation, fault: Fault): void {
    if (fault === 'halfway') {
      this.nextIsHalfway = true;
      return;
    }
    const faults = this.planned.get(operation) ?? [];
    faults.push(fault);
    this.planned.set(operation, faults);
  }

  /** From here on all goes well. */
  clear(): void {
    this.planned.clear();
    this.nextIsHalfway = false;
    this.kafkaAwayUntilMs = this.clickhouseAwayUntilMs = 0;
  }

  leaveKafka(ms: number): void {
    this.kafkaAwayUntilMs = this.time.now() + ms;
  }

  leaveClickHouse(ms: number): void {
    this.clickhouseAwayUntilMs = this.time.now() + ms;
  }

  isKafkaAway(): boolean {
    return this.time.now() < this.kafkaAwayUntilMs;
  }

  isClickHouseAway(): boolean {
    return this.time.now() < this.clickhouseAwayUntilMs;
  }

  /** Whether the commit that is being made stays half done. */
  isHalfway(): boolean {
    const is = this.nextIsHalfway;
    this.nextIsHalfway = false;
    return is;
  }

  toss(): boolean {
    return this.random() < 0.5;
  }

  /** What becomes of the next call; null where nothing is wrong. */
  take(operation: Operation, errorOf: () => Error): Fate | null {
    const fault = this.planned.get(operation)?.shift();
    if (fault === undefined) return null;
    const error = errorOf();
    const givesUp = { afterMs: GIVE_UP_MS, error };
    if (fault === 'lost') return { landsAfterMs: null, givesUp };
    if (fault === 'unanswered') return { landsAfterMs: 1, givesUp: { afterMs: 2, error } };
    // Some of them after the caller has tried again, or somebody else has.
    return { landsAfterMs: GIVE_UP_MS + Math.floor(this.random() ** 2 * 1_000), givesUp };
  }
}
