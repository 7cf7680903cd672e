/** Which calls go wrong, and how: filled by the schedule's events, used up by the calls of any process. */
import type { SimTime } from './sim_time.ts';
import type { Fate } from './sim_process.ts';
import { count, type Tally } from './tally.ts';

export const OPERATIONS = ['append', 'claim', 'commit', 'insert'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** lost: it never takes place. unanswered: it does, and nobody hears of it. late: it does when the caller has given up. halfway: a commit stays open. */
export const FAULTS = ['lost', 'unanswered', 'late', 'halfway'] as const;
export type Fault = (typeof FAULTS)[number];

const GIVE_UP_MS = 60;
/** A transaction that was left open is ended within this time, unless a claim comes first. */
const OPEN_MS = 2_500;
/** Brokers that were away do not know for as long what was committed last. */
const RECOVERY_MS = 1_000;

export class FaultPlan {
  /** What went wrong so far. */
  readonly tally: Tally = {};
  private readonly time: SimTime;
  private readonly random: () => number;
  private readonly planned = new Map<Operation, Fault[]>();
  private nextIsHalfway = false;
  private diskFaults = 0;
  private kafkaAwayUntilMs = 0;
  private clickhouseAwayUntilMs = 0;
  private leaderAloneUntilMs = 0;

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
    this.diskFaults = 0;
    this.kafkaAwayUntilMs = this.clickhouseAwayUntilMs = this.leaderAloneUntilMs = 0;
  }

  leaveKafka(ms: number): void {
    this.kafkaAwayUntilMs = this.time.now() + ms;
  }

  leaveClickHouse(ms: number): void {
    this.clickhouseAwayUntilMs = this.time.now() + ms;
  }

  /** No replica follows the leaders for as long; then they die, with what only they had. */
  isolateLeaders(ms: number): void {
    this.leaderAloneUntilMs = this.time.now() + ms;
  }

  isKafkaAway(): boolean {
    return this.time.now() < this.kafkaAwayUntilMs;
  }

  /** Its high watermarks are still those of a while ago. */
  isKafkaRecovering(): boolean {
    const backForMs = this.time.now() - this.kafkaAwayUntilMs;
    return this.kafkaAwayUntilMs > 0 && backForMs >= 0 && backForMs < RECOVERY_MS;
  }

  isClickHouseAway(): boolean {
    return this.time.now() < this.clickhouseAwayUntilMs;
  }

  /** Ms until the leaders die alone; null where replicas follow them. */
  leadersDieInMs(): number | null {
    const ms = this.leaderAloneUntilMs - this.time.now();
    return ms > 0 ? ms : null;
  }

  /** Whether the commit that is being made stays half done. */
  isHalfway(): boolean {
    const is = this.nextIsHalfway;
    this.nextIsHalfway = false;
    return is;
  }

  /** How and when a transaction ends that was left open. */
  endOfOpen(): { afterMs: number; state: 'committed' | 'aborted' } {
    return { afterMs: Math.floor(this.random() * OPEN_MS), state: this.toss() ? 'committed' : 'aborted' };
  }

  /** The next thing that a spool asks of its disk fails. */
  failDisk(): void {
    this.diskFaults++;
  }

  takeDiskFault(): boolean {
    if (this.diskFaults === 0) return false;
    this.diskFaults--;
    return true;
  }

  toss(): boolean {
    return this.random() < 0.5;
  }

  /** What becomes of the next call; null where nothing is wrong. */
  take(operation: Operation, errorOf: () => Error): Fate | null {
    const fault = this.planned.get(operation)?.shift();
    if (fault === undefined) return null;
    count(this.tally, `${operation} ${fault}`);
    const error = errorOf();
    const givesUp = { afterMs: GIVE_UP_MS, error };
    if (fault === 'lost') return { landsAfterMs: null, givesUp };
    if (fault === 'unanswered') return { landsAfterMs: 1, givesUp: { afterMs: 2, error } };
    // Some of them after the caller has tried again, or somebody else has.
    return { landsAfterMs: GIVE_UP_MS + Math.floor(this.random() ** 2 * 1_000), givesUp };
  }
}
