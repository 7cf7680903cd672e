/** Rows for the audit's tables, as tab-separated lines, some megabytes at a time. */
import { createReadStream } from 'node:fs';
import type { ClickHouse } from '../../../services/platform/clickhouse/client.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;

export class RowBuffer {
  private readonly clickhouse: ClickHouse;
  private readonly table: string;
  private lines: string[] = [];
  private characters = 0;

  constructor(clickhouse: ClickHouse, table: string) {
    this.clickhouse = clickhouse;
    this.table = table;
  }

  /** No value holds a tab, a line end or a backslash. */
  add(...values: readonly (string | number)[]): void {
    const line = values.join('\t');
    this.lines.push(line);
    this.characters += line.length;
  }

  async flushIfLarge(): Promise<void> {
    if (this.characters >= CHUNK_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    const { clickhouse, table, lines } = this;
    if (lines.length === 0) return;
    this.lines = [];
    this.characters = 0;
    await insertText(clickhouse, table, `${lines.join('\n')}\n`);
  }
}

/** A file of lines, as it is. */
export async function loadFile(clickhouse: ClickHouse, table: string, path: string): Promise<void> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: CHUNK_BYTES })) {
    const text = rest + String(chunk);
    const end = text.lastIndexOf('\n') + 1;
    rest = text.slice(end);
    if (end > 0) await insertText(clickhouse, table, text.slice(0, end));
  }
  if (rest !== '') throw new Error(`${path} ends within a line: was the ledger written to its end?`);
}

function insertText(clickhouse: ClickHouse, table: string, lines: string): Promise<void> {
  return clickhouse.command(`INSERT INTO ${table} SETTINGS async_insert = 0 FORMAT TabSeparated\n${lines}`);
}
