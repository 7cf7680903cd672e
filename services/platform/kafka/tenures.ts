/**
 * The tenures of one partition in this process, one after another: claim, begin, and after a failure pause, drop, wait and claim
 * anew, until the partition goes elsewhere. Never two at a time.
 *
 * After any failed commit nobody knows what Kafka has. A tenure therefore ends with its first error, and the next begins with
 * what the claim reads. Not for what is done in a tenure: that is the service's, which asks `isCurrent` after each wait.
 */
import type { Clock, Timers } from '../clock.ts';
import type { Log } from '../log.ts';
import { HeldOwnership } from './held_ownership.ts';
import { FencedError, isKafkaTrouble, type Input, type Kafka } from './port.ts';
import type { WorkWait } from './stall_watch.ts';

/** What is held between a claim and the next, at the least. */
export interface Tenure {
  readonly ownership: HeldOwnership;
  /** Next offset to read. */
  readonly next: number;
}

export interface TenureOptions<T extends Tenure, B> {
  readonly topic: string;
  readonly partition: number;
  readonly group: string;
  readonly kafka: Kafka;
  /** Resolves once the group is joined, which may be after its first partitions are given. */
  readonly input: Promise<Input>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** What has to be asked before the claim shuts another owner out. */
  readonly before: () => Promise<B>;
  /** Makes of a claim what is held; reading starts at its `next`. */
  readonly begin: (ownership: HeldOwnership, before: B) => Promise<T>;
  /** Frees what a tenure that has ended held; its ownership is released besides. */
  readonly end?: (tenure: T) => void;
  /** The process cannot go on: wrong configuration or a bug. */
  readonly fail: (error: unknown) => void;
}

/** A partition is claimed again this long after Kafka did not take a commit or a claim, */
const RETRY_PAUSE_MS = 500;
/** and this long after another owner shut it out: two that think they own it take turns, not blows. */
const FENCED_PAUSE_MS = 1_500;
/** Longest wait for what is under way when the partition is given up; the next owner's claim ends what is left then. */
const CLOSE_TIMEOUT_MS = 10_000;
/** Failures that follow each other within this time are one trouble. */
const TROUBLE_MS = 60_000;

/** Claims or commits that fail, again and again. */
interface Trouble {
  readonly cause: 'claim' | 'commit';
  readonly error: unknown;
  readonly sinceMs: number;
  readonly lastMs: number;
}

export class Tenures<T extends Tenure, B = void> {
  private readonly options: TenureOptions<T, B>;
  private held: T | null = null;
  private closed = false;
  private readonly whenClosed = Promise.withResolvers<undefined>();
  /** Claiming, or dropping and claiming. Never rejects. */
  private changing: Promise<void> = Promise.resolve();
  /** The claims that count; those of an earlier run come to nothing. */
  private run = 0;
  private claimingSinceMs: number | null = null;
  /** Since the last commit that succeeded. */
  private trouble: Trouble | null = null;

  constructor(options: TenureOptions<T, B>) {
    this.options = options;
  }

  /** Null while the partition is being claimed. */
  get current(): T | null {
    return this.held;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** Whether anything may still begin in it. After a close nothing may. */
  isCurrent(tenure: T): boolean {
    return !this.closed && this.held === tenure;
  }

  /** Claims the partition and starts reading; tries again until it is closed. Never rejects. */
  open(): Promise<void> {
    this.changing = this.claimUntilHeld(++this.run);
    return this.changing;
  }

  /** What a claim or a commit is waited for. */
  waits(): WorkWait[] {
    const waits: WorkWait[] = [];
    const { held, trouble, claimingSinceMs } = this;
    const committingSinceMs = held?.ownership.committingSinceMs ?? null;
    if (claimingSinceMs !== null) waits.push({ cause: 'claim', sinceMs: claimingSinceMs, error: null });
    if (committingSinceMs !== null) waits.push({ cause: 'commit', sinceMs: committingSinceMs, error: null });
    if (held === null && trouble !== null) waits.push(trouble);
    return waits;
  }

  /** Drops what does not come on, be it a tenure or a claim, and claims anew. */
  restart(): void {
    if (this.closed) return;
    const tenure = this.held;
    this.held = null;
    this.changing = this.reclaim(tenure, RETRY_PAUSE_MS);
  }

  /** Ends a tenure in which something failed; where that was Kafka's trouble the partition is claimed anew. */
  abandon(tenure: T, error: unknown): void {
    if (this.held !== tenure) return;
    this.held = null;
    if (isKafkaTrouble(error)) {
      this.options.log.warn({ error }, 'commit failed; the partition is claimed anew');
      this.changing = this.reclaim(tenure, this.failed('commit', error));
    } else {
      this.options.fail(error);
      this.changing = this.letGo(tenure);
    }
  }

  /** Ends it all, once `busy` has settled or after a while. */
  async close(busy: Promise<unknown>): Promise<void> {
    this.closed = true;
    this.whenClosed.resolve(undefined);
    const late = Promise.withResolvers<undefined>();
    const stopTimer = this.options.timers.every(CLOSE_TIMEOUT_MS, () => late.resolve(undefined));
    await Promise.race([Promise.all([busy, this.changing]), late.promise]);
    const tenure = this.held;
    this.held = null;
    if (tenure !== null) await Promise.race([this.drop(tenure), late.promise]);
    stopTimer();
  }

  private async reclaim(tenure: T | null, pauseMs: number): Promise<void> {
    const run = ++this.run;
    if (tenure !== null) await this.letGo(tenure);
    await this.pause(pauseMs);
    await this.claimUntilHeld(run);
  }

  private async letGo(tenure: T): Promise<void> {
    const joined = await this.options.input;
    // The pause of one who was closed would stop whoever reads the partition now, who never asked for it.
    if (!this.closed) joined.pause(this.options.partition);
    await this.drop(tenure);
  }

  private async claimUntilHeld(run: number): Promise<void> {
    const { log, fail } = this.options;
    while (this.isWanted(run)) {
      try {
        await this.claim(run);
        return;
      } catch (error) {
        if (!this.isWanted(run)) return;
        if (!isKafkaTrouble(error)) {
          fail(error);
          return;
        }
        log.warn({ error }, 'claim failed, trying again');
        await this.pause(this.failed('claim', error));
      }
    }
  }

  private async claim(run: number): Promise<void> {
    const { begin, end, partition } = this.options;
    this.claimingSinceMs = this.options.clock.now();
    try {
      const [ownership, known] = await this.takeOwnership();
      try {
        const input = await this.options.input;
        const tenure = await begin(ownership, known);
        if (!this.isWanted(run)) {
          end?.(tenure);
          await ownership.release();
          return;
        }
        this.held = tenure;
        input.startAt(partition, tenure.next);
        input.resume(partition);
      } catch (error) {
        await ownership.release();
        throw error;
      }
    } finally {
      if (run === this.run) this.claimingSinceMs = null;
    }
  }

  private async takeOwnership(): Promise<[HeldOwnership, B]> {
    const { kafka, topic, partition, group, clock, before } = this.options;
    const known = await before();
    // With the topic: pipelines that share a Kafka by their prefix may have groups of one name.
    const transactionalId = `${group}-${topic}-${partition}`;
    const ownership = await kafka.claim({ topic, partition, group, transactionalId });
    const onCommitted = (): void => {
      this.trouble = null;
    };
    return [new HeldOwnership(ownership, clock, onCommitted), known];
  }

  private isWanted(run: number): boolean {
    return !this.closed && run === this.run;
  }

  /** Remembers a failure; how long to wait before the next try. */
  private failed(cause: Trouble['cause'], error: unknown): number {
    const now = this.options.clock.now();
    const { trouble } = this;
    const isSame = trouble !== null && now - trouble.lastMs < TROUBLE_MS;
    this.trouble = { cause, error, sinceMs: isSame ? trouble.sinceMs : now, lastMs: now };
    return error instanceof FencedError ? FENCED_PAUSE_MS : RETRY_PAUSE_MS;
  }

  private async pause(pauseMs: number): Promise<void> {
    await Promise.race([this.options.timers.sleep(pauseMs), this.whenClosed.promise]);
  }

  private async drop(tenure: T): Promise<void> {
    const { end, log } = this.options;
    end?.(tenure);
    await tenure.ownership.release().catch((error: unknown) => log.debug({ error }, 'release failed'));
  }
}
