/** When a partition's rows are stored: often enough to be seen soon, and seldom enough to be many. */
import { describe, expect, it } from '@jest/globals';
import { TableRows } from '../../../services/core/native/block.ts';
import { StringColumn } from '../../../services/core/native/string_columns.ts';
import { BatchBuilder } from '../../../services/sink/batch.ts';
import type { RecordRows } from '../../../services/sink/record_rows.ts';

const LIMITS = { maxRows: 3, maxBytes: 1_000_000, intervalMs: 2_500 };

/** Each record a row of its value. */
function rows(): RecordRows {
  const column = new StringColumn();
  const table = new TableRows('rows', [['value', column]]);
  return {
    tables: [table],
    receivedMs: [],
    append: ({ value }) => {
      column.appendText(value.toString());
      return { items: [1], unstorable: [] };
    },
    appendItems: () => undefined,
    originals: () => [],
    reset: () => table.reset(),
  };
}

const record = (offset: number) => ({ offset, timestampMs: 0, value: Buffer.from('a'), headers: {} });

describe('a batch is due', () => {
  it('an interval after the first record of all', () => {
    const batch = new BatchBuilder(rows(), 0);
    expect(batch.isDue(LIMITS, 10_000)).toBe(false);
    batch.add(record(0), 10_000);
    expect(batch.isDue(LIMITS, 12_499)).toBe(false);
    expect(batch.isDue(LIMITS, 12_500)).toBe(true);
  });

  it('an interval after the last one, where records keep coming', () => {
    const batch = new BatchBuilder(rows(), 0);
    batch.add(record(0), 0);
    batch.take(1, 2_500);
    batch.add(record(1), 4_000);
    expect(batch.isDue(LIMITS, 4_999)).toBe(false);
    expect(batch.isDue(LIMITS, 5_000)).toBe(true);
  });

  it('at once after a silence', () => {
    const batch = new BatchBuilder(rows(), 0);
    batch.add(record(0), 0);
    batch.take(1, 2_500);
    expect(batch.isDue(LIMITS, 60_000)).toBe(false);
    batch.add(record(1), 60_000);
    expect(batch.isDue(LIMITS, 60_000)).toBe(true);
  });

  it('at once when it is full', () => {
    const batch = new BatchBuilder(rows(), 0);
    for (const offset of [0, 1, 2]) {
      expect(batch.isDue(LIMITS, 100)).toBe(false);
      batch.add(record(offset), 100);
    }
    expect(batch.isDue(LIMITS, 100)).toBe(true);
  });
});
