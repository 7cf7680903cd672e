/**
 * An ownership as a tenure holds it: it says how long a commit has been under way, and its release ends every wait that belongs
 * to it. The outcome is then not known, which is what the next claim is for; without this a call that hangs would hold up whoever
 * stops or claims anew.
 */
import type { Clock } from '../clock.ts';
import {
  UnknownOutcomeError,
  type CommittedOffset,
  type OffsetCommit,
  type Ownership,
  type PartitionRecords,
} from './port.ts';

export class HeldOwnership implements Ownership {
  readonly committed: CommittedOffset | null;
  private readonly ownership: Ownership;
  private readonly clock: Clock;
  private readonly onCommitted: () => void;
  private readonly giveUps = new Set<() => void>();
  private sinceMs: number | null = null;

  constructor(ownership: Ownership, clock: Clock, onCommitted: () => void) {
    this.committed = ownership.committed;
    this.ownership = ownership;
    this.clock = clock;
    this.onCommitted = onCommitted;
  }

  /** Null where no commit is under way. */
  get committingSinceMs(): number | null {
    return this.sinceMs;
  }

  async commit(outputs: readonly PartitionRecords[], offsets: readonly OffsetCommit[]): Promise<void> {
    this.sinceMs = this.clock.now();
    try {
      await this.whileHeld(this.ownership.commit(outputs, offsets));
    } finally {
      this.sinceMs = null;
    }
    this.onCommitted();
  }

  async release(): Promise<void> {
    for (const giveUp of this.giveUps) giveUp();
    await this.ownership.release();
  }

  /** The outcome of `work`, or UnknownOutcomeError once this is released. */
  whileHeld<T>(work: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const giveUp = (): void => reject(new UnknownOutcomeError('the partition was given up meanwhile'));
    this.giveUps.add(giveUp);
    work.then(resolve, reject).finally(() => this.giveUps.delete(giveUp));
    return promise;
  }
}
