/** How far each partition's owner is, seen from outside: the positions that it commits, asked for again and again. */
import type { Admin } from 'kafkajs';
import { decodePosition } from '../../../services/processor/position.ts';

export interface ProgressOptions {
  readonly admin: Admin;
  readonly group: string;
  readonly topic: string;
  readonly partitions: number;
}

/** A step of one partition: when it was first seen. */
interface Step {
  readonly atMs: number;
  readonly offset: number;
}

const POLL_MS = 50;

export class Progress {
  /** The longest time between two answers: no gap is known better than this. */
  longestPollMs = 0;
  private readonly options: ProgressOptions;
  private readonly steps: Step[][];
  private answeredAtMs: number | null = null;
  private isStopped = false;
  private readonly polling: Promise<void>;

  constructor(options: ProgressOptions) {
    this.options = options;
    this.steps = Array.from({ length: options.partitions }, () => []);
    this.polling = this.poll();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.polling;
  }

  /** When the partition was first seen to advance after `fromMs`; null where it was not yet. */
  firstStepAfter(partition: number, fromMs: number): number | null {
    return this.steps[partition]?.find(({ atMs }) => atMs > fromMs)?.atMs ?? null;
  }

  /** The longest time within which the partition did not advance, of those that touch `[fromMs, toMs]`. */
  longestGap(partition: number, fromMs: number, toMs: number): number {
    const steps = this.steps[partition] ?? [];
    let longest = 0;
    for (const [i, { atMs }] of steps.entries()) {
      const before = steps[i - 1];
      if (before !== undefined && atMs > fromMs && before.atMs < toMs) {
        longest = Math.max(longest, atMs - before.atMs);
      }
    }
    return longest;
  }

  private async poll(): Promise<void> {
    while (!this.isStopped) {
      const startedMs = Date.now();
      await this.ask().catch(() => undefined);
      const tookMs = Date.now() - startedMs;
      await new Promise((resolve) => setTimeout(resolve, Math.max(POLL_MS - tookMs, 0)));
    }
  }

  private async ask(): Promise<void> {
    const { admin, group, topic } = this.options;
    const answers = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    const atMs = Date.now();
    if (this.answeredAtMs !== null) {
      this.longestPollMs = Math.max(this.longestPollMs, atMs - this.answeredAtMs);
    }
    this.answeredAtMs = atMs;
    for (const { partition, offset, metadata } of answers.flatMap(({ partitions }) => partitions)) {
      if (Number(offset) < 0) continue;
      const { publishFrom } = decodePosition({ offset: Number(offset), metadata: metadata ?? '' });
      const steps = this.steps[partition];
      const known = steps?.at(-1)?.offset ?? -1;
      if (publishFrom > known) steps?.push({ atMs, offset: publishFrom });
    }
  }
}
