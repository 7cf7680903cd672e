/**
 * Stores the batches of one claimed partition, each exactly once in effect.
 *
 * Every batch is announced before it is stored: offset `start` is committed with the intent `end`, then each table gets its
 * block under the token `topic/partition/start-end`. Whoever comes after a crash reads the intent and stores the very same
 * again, and ClickHouse drops what it has. The commit that follows, at offset `end`, also sends to dead letters what could not be
 * stored. Good for one ownership: after an error of a commit it is of no use.
 */
import type { Block } from '../core/native/block.ts';
import type { Clock } from '../platform/clock.ts';
import { ClickHouseRefusedError } from '../platform/clickhouse/errors.ts';
import type { Ownership } from '../platform/kafka/port.ts';
import type { Log } from '../platform/log.ts';
import { itemCount, type Batch } from './batch.ts';
import type { BlockWriter } from './block_writer.ts';
import { deadLetterSends, type Source } from './dead_letters.ts';
import { encodeIntent, type Intent, type RefusalProgress } from './intent.ts';
import type { SinkMetrics } from './metrics.ts';
import type { RecordRows, Unstorable } from './record_rows.ts';
import { storeAroundRefusals } from './refused_rows.ts';

export interface BatchStoreOptions {
  readonly source: Source;
  readonly group: string;
  readonly ownership: Ownership;
  readonly writer: BlockWriter;
  readonly createRows: () => RecordRows;
  /** Whether the partition is still ours to store. */
  readonly isWanted: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: SinkMetrics;
}

export class BatchStore {
  private readonly options: BatchStoreOptions;
  /** What the next commit sends to dead letters. */
  private letters: Unstorable[] = [];
  /** The offset that the group has, and since when. */
  committed: number;
  committedAtMs: number;
  /** Since when a block is being inserted, tries that failed included. */
  insertingSinceMs: number | null = null;

  constructor(options: BatchStoreOptions, committed: number) {
    this.options = options;
    this.committed = committed;
    this.committedAtMs = options.clock.now();
  }

  get owesLetters(): boolean {
    return this.letters.length > 0;
  }

  /**
   * Announces and stores a batch; it still has to be acknowledged by a commit at its end. `announced` where the intent is
   * committed already. False where the partition was given up meanwhile. Throws what `Ownership.commit` does.
   */
  async store(batch: Batch, announced: Intent | null): Promise<boolean> {
    if (batch.blocks.some(({ rows }) => rows > 0)) {
      if (announced === null) await this.announce(batch, null);
      if (!(await this.insertAll(batch, announced?.refusal ?? null))) return false;
      this.tellStored(batch);
    }
    for (const letter of batch.unstorable) this.letters.push(letter);
    return true;
  }

  /** One transaction: the offset, what is to be known with it, and all dead letters that are owed. */
  async commit(offset: number, metadata = ''): Promise<void> {
    const { ownership, group, source, clock, metrics } = this.options;
    const { letters } = this;
    await ownership.commit(deadLetterSends(letters, source), [{ group, offset, metadata }]);
    this.letters = [];
    this.committed = offset;
    this.committedAtMs = clock.now();
    for (const { reason } of letters) metrics.deadLetters.add(1, { reason });
  }

  private announce(batch: Batch, refusal: RefusalProgress | null): Promise<void> {
    return this.commit(batch.start, encodeIntent({ end: batch.end, refusal }));
  }

  /** Table after table; `from` where an earlier owner was looking for refused rows. */
  private async insertAll(batch: Batch, from: RefusalProgress | null): Promise<boolean> {
    const { log, isWanted } = this.options;
    for (const [table, block] of batch.blocks.entries()) {
      if (from !== null && table < from.table) continue;
      const progress = from?.table === table ? from : await this.insertWhole(batch, table);
      if (!isWanted()) return false;
      if (progress === null) continue;
      log.warn({ ...progress, table: block.table }, 'looking for the rows that ClickHouse refuses');
      if (!(await this.insertPieces(batch, progress))) return false;
    }
    return true;
  }

  /** Null, or how to go on where ClickHouse refused the block. */
  private async insertWhole(batch: Batch, table: number): Promise<RefusalProgress | null> {
    const { log, metrics } = this.options;
    const block = batch.blocks[table];
    if (block === undefined || block.rows === 0) return null;
    try {
      await this.insert(block, this.token(batch));
      return null;
    } catch (error) {
      if (!(error instanceof ClickHouseRefusedError)) throw error;
      log.warn({ error, table: block.table, rows: block.rows }, 'ClickHouse refused a block');
      metrics.refusedBlocks.add(1, { table: block.table });
      const progress = { table, item: 0, size: Math.ceil(itemCount(batch, table) / 2) };
      await this.announce(batch, progress);
      return progress;
    }
  }

  private insertPieces(batch: Batch, progress: RefusalProgress): Promise<boolean> {
    const { createRows } = this.options;
    return storeAroundRefusals({
      batch,
      progress,
      rows: createRows(),
      insert: (block, from, to) => this.insert(block, `${this.token(batch)}/${from}-${to}`),
      report: async (reached, refused) => {
        for (const letter of refused) this.letters.push(letter);
        await this.announce(batch, reached);
      },
    });
  }

  private async insert(block: Block, token: string): Promise<boolean> {
    const { writer, isWanted, clock } = this.options;
    this.insertingSinceMs = clock.now();
    try {
      return await writer.insert(block, token, isWanted);
    } finally {
      this.insertingSinceMs = null;
    }
  }

  private token({ start, end }: Batch): string {
    const { topic, partition } = this.options.source;
    return `${topic}/${partition}/${start}-${end}`;
  }

  private tellStored(batch: Batch): void {
    const { metrics, clock, source } = this.options;
    const now = clock.now();
    for (const receivedMs of batch.receivedMs) {
      metrics.storageSeconds.observe(Math.max(now - receivedMs, 0) / 1000);
    }
    metrics.batches.add(1, { topic: source.topic });
  }
}
