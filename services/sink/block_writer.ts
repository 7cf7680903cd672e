/**
 * Inserts blocks, some at a time, and waits as long as it takes for a ClickHouse that is away.
 *
 * Not for what to do with a block that is refused: that error goes to the caller. An insert whose end is not known is made again
 * with the same token, which counts once.
 */
import type { Block } from '../core/native/block.ts';
import type { ClickHouse } from '../platform/clickhouse/client.ts';
import { ClickHouseUnavailableError } from '../platform/clickhouse/errors.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { SinkMetrics } from './metrics.ts';

export interface BlockWriterOptions {
  readonly clickhouse: ClickHouse;
  readonly maxConcurrent: number;
  readonly clock: Clock;
  readonly timers: Timers;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: SinkMetrics;
}

const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 15_000;

/** How long to wait after so many failures in a row: twice as long each time, and never all sinks at once. */
export function pauseMs(failures: number, random: number): number {
  const full = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), MAX_PAUSE_MS);
  return full * (0.5 + random / 2);
}

export class BlockWriter {
  private readonly options: BlockWriterOptions;
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  /** Why each insert that is tried again was not taken. */
  private readonly failing = new Map<symbol, string>();

  constructor(options: BlockWriterOptions) {
    this.options = options;
  }

  /** Why nothing can be stored at the moment, or null. */
  get failure(): string | null {
    return this.failing.values().next().value ?? null;
  }

  /**
   * Resolves with true when the block is stored, with false when it is no longer wanted. Throws ClickHouseRefusedError.
   */
  async insert(block: Block, token: string, isWanted: () => boolean): Promise<boolean> {
    const { timers, random, log, metrics } = this.options;
    const insert = Symbol(token);
    try {
      for (let failures = 1; isWanted(); failures++) {
        try {
          return await this.attempt(block, token, isWanted);
        } catch (error) {
          if (!(error instanceof ClickHouseUnavailableError)) throw error;
          this.failing.set(insert, error.message);
          metrics.insertFailures.add(1, { table: block.table });
          const waitMs = pauseMs(failures, random());
          log.warn(
            { error, table: block.table, failures, waitMs },
            'ClickHouse takes no inserts, trying again',
          );
          await timers.sleep(waitMs);
        }
      }
      return false;
    } finally {
      this.failing.delete(insert);
    }
  }

  private async attempt(block: Block, token: string, isWanted: () => boolean): Promise<boolean> {
    const { clickhouse, clock, metrics } = this.options;
    const { table } = block;
    await this.enter();
    try {
      // The wait for a place may be long.
      if (!isWanted()) return false;
      const startedMs = clock.now();
      await clickhouse.insertBlock({ ...block, token });
      metrics.insertSeconds.observe((clock.now() - startedMs) / 1000, { table });
      // One that is taken speaks for the server.
      this.failing.clear();
    } finally {
      this.leave();
    }
    metrics.inserts.add(1, { table });
    metrics.rows.add(block.rows, { table });
    metrics.insertedBytes.add(block.bytes.length, { table });
    return true;
  }

  private async enter(): Promise<void> {
    if (this.running >= this.options.maxConcurrent) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running++;
    }
  }

  /** Hands the place on to who waits longest. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.running--;
    else next();
  }
}
