/**
 * The tenures of one partition in this process, one after another: claim, begin, and after a failure pause, drop, wait and claim
 * anew, until the partition goes elsewhere. Never two at a time.
 *
 * After any failed commit nobody knows what Kafka has. A tenure therefore ends with its first error, and the next begins with
 * what the claim reads. Not for what is done in a tenure: that is the service's, which asks `isCurrent` after each wait.
 */
import type { Timers } from '../clock.ts';
import type { Log } from '../log.ts';
import { FencedError, isKafkaTrouble, type Input, type Kafka, type Ownership } from './port.ts';
import { revocable } from './revocable_ownership.ts';

/** What is held between a claim and the next, at the least. */
export interface Tenure {
  readonly ownership: Ownership;
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
  readonly timers: Timers;
  readonly log: Log;
  /** What has to be asked before the claim shuts another owner out. */
  readonly before: () => Promise<B>;
  /** Makes of a claim what is held; reading starts at its `next`. */
  readonly begin: (ownership: Ownership, before: B) => Promise<T>;
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

export class Tenures<T extends Tenure, B = void> {
  private readonly options: TenureOptions<T, B>;
  private held: T | null = null;
  private closed = false;
  private readonly whenClosed = Promise.withResolvers<undefined>();
  /** Claiming, or dropping and claiming. Never rejects. */
  private changing: Promise<void> = Promise.resolve();

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
    this.changing = this.claimUntilHeld();
    return this.changing;
  }

  /** Ends a tenure in which something failed; where that was Kafka's trouble the partition is claimed anew. */
  abandon(tenure: T, error: unknown): void {
    if (this.held !== tenure) return;
    this.held = null;
    this.changing = this.replace(tenure, error);
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

  private async replace(tenure: T, error: unknown): Promise<void> {
    const { input, partition, log, fail } = this.options;
    const joined = await input;
    // The pause of one who was closed would stop whoever reads the partition now, who never asked for it.
    if (!this.closed) joined.pause(partition);
    await this.drop(tenure);
    if (!isKafkaTrouble(error)) {
      fail(error);
      return;
    }
    log.warn({ error }, 'commit failed; the partition is claimed anew');
    await this.pauseAfter(error);
    await this.claimUntilHeld();
  }

  private async claimUntilHeld(): Promise<void> {
    const { log, fail } = this.options;
    while (!this.closed) {
      try {
        await this.claim();
        return;
      } catch (error) {
        if (!isKafkaTrouble(error)) {
          fail(error);
          return;
        }
        log.warn({ error }, 'claim failed, trying again');
        await this.pauseAfter(error);
      }
    }
  }

  private async claim(): Promise<void> {
    const { kafka, topic, partition, group, before, begin, end } = this.options;
    const known = await before();
    // With the topic: pipelines that share a Kafka by their prefix may have groups of one name.
    const transactionalId = `${group}-${topic}-${partition}`;
    const ownership = revocable(await kafka.claim({ topic, partition, group, transactionalId }));
    try {
      const input = await this.options.input;
      const tenure = await begin(ownership, known);
      if (this.closed) {
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
  }

  private async pauseAfter(error: unknown): Promise<void> {
    const pauseMs = error instanceof FencedError ? FENCED_PAUSE_MS : RETRY_PAUSE_MS;
    await Promise.race([this.options.timers.sleep(pauseMs), this.whenClosed.promise]);
  }

  private async drop(tenure: T): Promise<void> {
    const { end, log } = this.options;
    end?.(tenure);
    await tenure.ownership.release().catch((error: unknown) => log.debug({ error }, 'release failed'));
  }
}
