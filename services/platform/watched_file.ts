/**
 * A file, or several that belong together, of which a process uses what was good last: it is looked at now and then, and taken over when
 * it has changed. What cannot be used is refused, and what was taken before stays in force until there is something good again.
 *
 * Not for what a file holds, nor for log and metrics: its owner has its own words for them. By looking rather than by notifications,
 * which do not come over network file systems, nor for mounted secrets and configuration, which change by way of links.
 */
import type { Timers } from './clock.ts';

export interface Watched<T> {
  readonly everyMs: number;
  readonly timers: Pick<Timers, 'every'>;
  /** Reads as much as tells whether there is something new. Where it throws, that is refused. */
  readonly look: () => Promise<T>;
  /** The same text where nothing has changed. */
  readonly versionOf: (found: T) => string;
  /** Puts it in force, or throws and changes nothing. */
  readonly take: (found: T) => void | Promise<void>;
  /** What is there cannot be used. Not `isNew` where it was refused for the same reason before, with nothing good in between. */
  readonly refused: (error: unknown, isNew: boolean) => void;
  /** After something was refused, what is in force is there again. */
  readonly restored: () => void;
}

export class WatchedFile<T> {
  private readonly watched: Watched<T>;
  private inForce: string | null = null;
  /** Null where what was refused could not even be looked at: it is tried again each time. */
  private refusedVersion: string | null = null;
  private trouble: string | null = null;
  private isDue = false;
  private looking: Promise<void> | null = null;
  private stopLooking: () => void = () => undefined;

  constructor(watched: Watched<T>) {
    this.watched = watched;
  }

  /** Throws where what is there cannot be used. */
  async start(): Promise<void> {
    const { everyMs, look, take, timers, versionOf } = this.watched;
    const found = await look();
    await take(found);
    this.inForce = versionOf(found);
    this.stopLooking = timers.every(everyMs, () => void this.look());
  }

  /** Nothing is taken over after it. */
  async stop(): Promise<void> {
    this.stopLooking();
    await this.looking;
  }

  /** One look at a time; one that is asked for meanwhile follows it. Rejects only where `refused` throws. */
  look(): Promise<void> {
    this.isDue = true;
    this.looking ??= this.lookWhileDue();
    return this.looking;
  }

  private async lookWhileDue(): Promise<void> {
    try {
      while (this.isDue) {
        this.isDue = false;
        await this.lookOnce();
      }
    } finally {
      this.looking = null;
    }
  }

  private async lookOnce(): Promise<void> {
    const { look, restored, take, versionOf } = this.watched;
    let version: string | null = null;
    try {
      const found = await look();
      version = versionOf(found);
      if (version === this.refusedVersion) return;
      if (version !== this.inForce) await take(found);
      else if (this.trouble !== null) restored();
      this.inForce = version;
      this.refusedVersion = null;
      this.trouble = null;
    } catch (error) {
      this.refuse(error, version);
    }
  }

  private refuse(error: unknown, version: string | null): void {
    const trouble = String(error);
    const isNew = trouble !== this.trouble;
    this.refusedVersion = version;
    this.trouble = trouble;
    this.watched.refused(error, isNew);
  }
}
