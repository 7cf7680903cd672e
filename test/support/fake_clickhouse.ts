/**
 * ClickHouse in memory, as far as the sink sees it: blocks of one String column, stored once a token, and failures at a chosen
 * moment. A row that holds `bad` is refused, with its whole block. Checks what the real one takes on trust: that a token which comes
 * again brings the same rows.
 */
import type { BlockInsert, ClickHouse } from '../../services/platform/clickhouse/client.ts';
import {
  ClickHouseRefusedError,
  ClickHouseUnavailableError,
} from '../../services/platform/clickhouse/errors.ts';

export type InsertFault = 'before' | 'after';

export class FakeClickHouse implements ClickHouse {
  readonly stored = new Map<string, string[]>();
  /** Inserts that were tried, successful or not. */
  attempts = 0;
  isAway = false;
  private readonly tokens = new Map<string, string>();
  private readonly faults: (InsertFault | null)[] = [];
  private isMended = false;

  /** The next insert, or the one behind `others` others, throws ClickHouseUnavailableError, before or after what it does. */
  failNextInsert(when: InsertFault, others = 0): void {
    this.faults.push(...Array<null>(others).fill(null), when);
  }

  /** From now on it takes any row. */
  mend(): void {
    this.isMended = true;
  }

  rows(table: string): string[] {
    return this.stored.get(table) ?? [];
  }

  async insertBlock({ table, bytes, token }: BlockInsert): Promise<void> {
    await Promise.resolve();
    this.attempts++;
    const fault = this.faults.shift();
    if (this.isAway || fault === 'before') throw new ClickHouseUnavailableError('away');
    const rows = rowsOf(bytes);
    if (!this.isMended && rows.some((row) => row.includes('bad'))) {
      throw new ClickHouseRefusedError('bad row', 469, 'VIOLATED_CONSTRAINT', {});
    }
    this.store(table, token, rows);
    if (fault === 'after') throw new ClickHouseUnavailableError('gone before it answered');
  }

  query(): Promise<never> {
    return Promise.reject(new Error('the sink does not query'));
  }

  text(): Promise<never> {
    return Promise.reject(new Error('the sink does not query'));
  }

  command(): Promise<never> {
    return Promise.reject(new Error('the sink sends no statements'));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private store(table: string, token: string, rows: readonly string[]): void {
    const key = `${table} ${token}`;
    const content = rows.join(',');
    const known = this.tokens.get(key);
    if (known !== undefined && known !== content) {
      throw new Error(`token ${key} came with ${content} after ${known}`);
    }
    if (known !== undefined) return;
    this.tokens.set(key, content);
    this.stored.set(table, [...this.rows(table), ...rows]);
  }
}

/** Block { 1 column, rows; name, type; strings }, all shorter than 128. */
function rowsOf(block: Buffer): string[] {
  const rows: string[] = [];
  const count = block[1] ?? 0;
  let at = 2;
  const next = (): string => {
    const start = at + 1;
    at = start + (block[at] ?? 0);
    return block.toString('utf8', start, at);
  };
  next();
  next();
  for (let row = 0; row < count; row++) rows.push(next());
  return rows;
}
