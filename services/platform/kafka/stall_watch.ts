/**
 * Finds partitions that stand still: something that they wait for takes longer than the limit. Says so once, with the cause, and
 * what may help: to claim the partition anew, or to join the group anew. What is being tried again anyway, and what lies outside
 * (ClickHouse, brokers that are away), is named and left alone.
 *
 * That nothing is delivered is no standstill where nothing is there, so the end of the log is asked of the brokers: an input that
 * fell silent cannot tell it.
 */
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Admin } from './port.ts';

/** Waiting for the outcome of something. */
export interface WorkWait {
  readonly cause: 'claim' | 'commit' | 'append' | 'insert';
  readonly sinceMs: number;
  /** Why it is tried again; null while the first answer is awaited. */
  readonly error: unknown;
}

/** Waiting for records, with all that came before done. */
export interface FetchWait {
  readonly cause: 'fetch';
  readonly sinceMs: number;
  readonly error: null;
  /** The offset that is waited for. */
  readonly next: number;
  /** Whether any record came since the partition was claimed. */
  readonly wasHeard: boolean;
}

export type Wait = WorkWait | FetchWait;
export type StallCause = Wait['cause'];

export interface WatchedPartition {
  /** What it waits for at this moment. */
  waits(): readonly Wait[];
}

export interface Remedies {
  /** Partitions to drop and to claim anew. */
  readonly restart: readonly number[];
  readonly rejoin: boolean;
}

export interface StallWatchOptions {
  readonly topic: string;
  readonly limitMs: number;
  readonly admin: Admin;
  readonly clock: Clock;
  readonly log: Log;
  readonly count: (cause: StallCause) => void;
}

interface Behind {
  /** The wait in which it was seen. */
  readonly waitSinceMs: number;
  readonly seenMs: number;
}

/** The brokers are asked so often within the limit. */
const LOOKS = 9;
/** A group is joined anew after one limit, two, four and so on up to this many, while it does not help. */
const MOST_LIMITS = 16;

/** What may end a wait that lasts too long. */
export function remedyOf(wait: Wait): 'restart' | 'rejoin' | null {
  // A partition that heard nothing since it was claimed would hear nothing after the next claim.
  if (wait.cause === 'fetch') return wait.wasHeard ? 'restart' : 'rejoin';
  return wait.error !== null || wait.cause === 'insert' ? null : 'restart';
}

export class StallWatch {
  private readonly options: StallWatchOptions;
  private readonly reported = new Map<number, string>();
  private behind: ReadonlyMap<number, Behind> = new Map();
  private askedMs = -Infinity;
  private rejoins = 0;
  private rejoinedMs = -Infinity;

  constructor(options: StallWatchOptions) {
    this.options = options;
  }

  /** Whether a look could find more than the one before. */
  get isDue(): boolean {
    const { clock, limitMs } = this.options;
    return clock.now() - this.askedMs >= limitMs / LOOKS;
  }

  /** Looks at all partitions at hand. Never rejects. */
  async look(partitions: ReadonlyMap<number, WatchedPartition>): Promise<Remedies> {
    await this.findBehind(partitions);
    const restart: number[] = [];
    let rejoin = false;
    for (const [partition, watched] of partitions) {
      const stalled = watched.waits().find((wait) => this.isStalled(partition, wait));
      if (stalled === undefined) continue;
      const remedy = remedyOf(stalled);
      if (remedy === 'rejoin') rejoin = true;
      if (this.wasReported(partition, stalled)) continue;
      this.report(partition, stalled, remedy);
      if (remedy === 'restart') restart.push(partition);
    }
    return { restart, rejoin: rejoin && this.mayRejoin() };
  }

  /** Asks the brokers now and then whether there is something to read for those who wait for it. */
  private async findBehind(partitions: ReadonlyMap<number, WatchedPartition>): Promise<void> {
    const { admin, topic, clock, limitMs, log } = this.options;
    if (!this.isDue) return;
    const now = clock.now();
    this.askedMs = now;
    const silent = fetchWaits(partitions).filter(({ wait }) => now - wait.sinceMs >= limitMs / LOOKS);
    if (silent.length === 0) {
      this.setBehind([], now);
      return;
    }
    try {
      const marks = await admin.watermarks(topic);
      const ends = new Map(marks.map(({ partition, high }) => [partition, high]));
      const behind = silent.filter(({ partition, wait }) => (ends.get(partition) ?? 0) > wait.next);
      this.setBehind(behind, now);
    } catch (error) {
      log.debug({ error }, 'it is not known where the log ends');
    }
  }

  private setBehind(found: readonly { partition: number; wait: FetchWait }[], now: number): void {
    const before = this.behind;
    const behind = new Map<number, Behind>();
    for (const { partition, wait } of found) {
      const known = before.get(partition);
      const isKnown = known?.waitSinceMs === wait.sinceMs;
      behind.set(partition, isKnown ? known : { waitSinceMs: wait.sinceMs, seenMs: now });
    }
    this.behind = behind;
    // It helped, or it was over by itself.
    if (found.length === 0 && now - this.rejoinedMs >= this.options.limitMs) this.rejoins = 0;
  }

  private isStalled(partition: number, wait: Wait): boolean {
    const { clock, limitMs } = this.options;
    if (wait.cause !== 'fetch') return clock.now() - wait.sinceMs >= limitMs;
    const behind = this.behind.get(partition);
    return behind?.waitSinceMs === wait.sinceMs && clock.now() - behind.seenMs >= limitMs;
  }

  private wasReported(partition: number, { cause, sinceMs }: Wait): boolean {
    const key = `${cause} ${sinceMs}`;
    const wasReported = this.reported.get(partition) === key;
    this.reported.set(partition, key);
    return wasReported;
  }

  private report(partition: number, { cause, sinceMs, error }: Wait, remedy: string | null): void {
    const { clock, log, count, topic } = this.options;
    const forMs = clock.now() - sinceMs;
    log.error({ topic, partition, cause, forMs, remedy, error }, 'the partition stands still');
    count(cause);
  }

  private mayRejoin(): boolean {
    const { clock, limitMs } = this.options;
    const patienceMs = limitMs * Math.min(2 ** this.rejoins, MOST_LIMITS);
    if (this.rejoins > 0 && clock.now() - this.rejoinedMs < patienceMs) return false;
    this.rejoins++;
    this.rejoinedMs = clock.now();
    return true;
  }
}

function fetchWaits(
  partitions: ReadonlyMap<number, WatchedPartition>,
): { partition: number; wait: FetchWait }[] {
  const found: { partition: number; wait: FetchWait }[] = [];
  for (const [partition, watched] of partitions) {
    for (const wait of watched.waits()) if (wait.cause === 'fetch') found.push({ partition, wait });
  }
  return found;
}
