/** The records of a topic as the sink stores them, without the Kafka between: block after block, with as few to merge as may be. */
import type { ClickHouse } from '../../../services/platform/clickhouse/client.ts';
import type { OutgoingRecord } from '../../../services/platform/kafka/port.ts';
import { BatchBuilder } from '../../../services/sink/batch.ts';
import type { RecordRows } from '../../../services/sink/record_rows.ts';

/** More than a live sink stores at once, so that there is less to merge. */
const LIMITS = { maxRows: 100_000, maxBytes: 128 * 1024 * 1024, intervalMs: Infinity };

export class TopicRows {
  private readonly clickhouse: ClickHouse;
  private readonly name: string;
  private readonly builder: BatchBuilder;
  private offset = 0;

  /** `name` is no other's: blocks are told apart by it. */
  constructor(clickhouse: ClickHouse, name: string, rows: RecordRows) {
    this.clickhouse = clickhouse;
    this.name = name;
    this.builder = new BatchBuilder(rows, 0);
  }

  async add({ value, headers }: OutgoingRecord, timestampMs: number): Promise<void> {
    const bytes = Object.entries(headers ?? {}).map(([key, text]) => [key, Buffer.from(text)] as const);
    const record = {
      ...{ offset: this.offset++, timestampMs },
      ...{ value: Buffer.from(value), headers: Object.fromEntries(bytes) },
    };
    this.builder.add(record, timestampMs);
    if (this.builder.isFull(LIMITS)) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.builder.isEmpty) return;
    const { start, blocks, unstorable } = this.builder.take(this.offset, 0);
    if (unstorable.length > 0) throw new Error(`not to be stored: ${unstorable[0]?.error}`);
    for (const block of blocks) {
      if (block.rows > 0) await this.clickhouse.insertBlock({ ...block, token: `${this.name}/${start}` });
    }
  }
}
