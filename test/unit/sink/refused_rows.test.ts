import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TableRows } from '../../../services/core/native/block.ts';
import { uint32Column } from '../../../services/core/native/number_columns.ts';
import { ClickHouseRefusedError } from '../../../services/platform/clickhouse/errors.ts';
import type { Batch } from '../../../services/sink/batch.ts';
import type { RefusalProgress } from '../../../services/sink/intent.ts';
import type { RecordRows, SinkRecord } from '../../../services/sink/record_rows.ts';
import { REFUSALS_A_STEP, storeAroundRefusals } from '../../../services/sink/refused_rows.ts';

/** Records of `value[0]` items; an item is known by the record's offset and its position. */
class CountedRows implements RecordRows {
  private readonly column = uint32Column();
  readonly tables = [new TableRows('t', [['n', this.column]])];
  readonly receivedMs = [];
  readonly items: number[] = [];

  append(): never {
    throw new Error('not asked for here');
  }

  appendItems(record: SinkRecord, _: number, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      this.column.append(record.offset + i);
      this.items.push(record.offset + i);
    }
  }

  originals(record: SinkRecord, _: number, from: number, to: number) {
    const items = Array.from({ length: to - from }, (__, i) => String(record.offset + from + i));
    return [{ value: Buffer.from(items.join()), headers: {} }];
  }

  reset(): void {
    for (const table of this.tables) table.reset();
    this.items.length = 0;
  }
}

/** Records of these sizes, whose items are numbered through. */
function batchOf(sizes: readonly number[]): Batch {
  let offset = 0;
  const records = sizes.map((size) => {
    const record = { offset, timestampMs: 0, value: Buffer.from([size]), headers: {} };
    offset += size;
    return record;
  });
  const items = sizes.map((size) => [size]);
  return { start: 0, end: offset, records, items, blocks: [], unstorable: [], receivedMs: [] };
}

/** Walks over a batch where `bad` items are refused; gives what was stored and what was not. */
async function walk(sizes: readonly number[], bad: ReadonlySet<number>) {
  const rows = new CountedRows();
  const stored: number[] = [];
  const refused: string[] = [];
  const reports: RefusalProgress[] = [];
  const pieces: string[] = [];
  let attempts = 0;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const done = await storeAroundRefusals({
    batch: batchOf(sizes),
    progress: { table: 0, item: 0, size: Math.ceil(total / 2) },
    rows,
    insert: (block, from, to) => {
      attempts++;
      pieces.push(`${from}-${to}`);
      expect(block.rows).toBe(to - from);
      if (rows.items.some((item) => bad.has(item))) {
        return Promise.reject(new ClickHouseRefusedError('bad', 469, 'VIOLATED_CONSTRAINT', {}));
      }
      stored.push(...rows.items);
      return Promise.resolve(true);
    },
    report: (progress, letters) => {
      reports.push(progress);
      refused.push(...letters.flatMap(({ value }) => value.toString().split(',')));
      return Promise.resolve();
    },
  });
  return { done, stored, refused: refused.map(Number), attempts, reports, pieces };
}

/** The piece that whoever goes on from there tries first. */
async function firstPiece(batch: Batch, progress: RefusalProgress): Promise<string> {
  let piece = '';
  await storeAroundRefusals({
    batch,
    progress,
    rows: new CountedRows(),
    insert: (_, from, to) => {
      piece = `${from}-${to}`;
      return Promise.resolve(false);
    },
    report: () => Promise.resolve(),
  });
  return piece;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('the search for refused rows', () => {
  it('stores every good item and sends every bad one, in order', async () => {
    const cases = fc.array(fc.nat(9), { minLength: 1, maxLength: 20 }).chain((sizes) => {
      const total = sizes.reduce((sum, size) => sum + size, 0);
      return fc.tuple(fc.constant(sizes), fc.subarray(range(total)));
    });
    await fc.assert(
      fc.asyncProperty(cases, async ([sizes, bad]) => {
        const { done, stored, refused } = await walk(sizes, new Set(bad));
        const total = sizes.reduce((sum, size) => sum + size, 0);
        expect(done).toBe(true);
        expect(refused).toEqual(bad);
        expect(stored).toEqual(range(total).filter((item) => !bad.includes(item)));
      }),
    );
  });

  it('needs few inserts for one bad item among many', async () => {
    const { attempts, refused } = await walk(Array<number>(200).fill(250), new Set([31_415]));
    expect(refused).toEqual([31_415]);
    expect(attempts).toBeLessThan(60);
  });

  it('gives up on single items when the fault is in all of them', async () => {
    const all = range(20_000);
    const { attempts, stored, refused } = await walk(Array<number>(80).fill(250), new Set(all));
    expect(stored).toEqual([]);
    expect(refused).toEqual(all);
    expect(attempts).toBeLessThan(REFUSALS_A_STEP * 10);
  });

  it('reports each step before the next, going forward only', async () => {
    const { reports } = await walk([10, 10], new Set([4, 5, 17]));
    for (const [i, { item }] of reports.entries())
      expect(item).toBeGreaterThanOrEqual(reports[i - 1]?.item ?? 0);
    expect(reports.at(-1)?.item).toBe(20);
  });

  it('tries the same piece again after a crash, also where many were refused before', async () => {
    const bad = new Set(range(2_000).filter((item) => item % 3 === 0));
    const sizes = Array<number>(20).fill(100);
    const { pieces, reports } = await walk(sizes, bad);
    for (const [i, progress] of reports.slice(0, -1).entries()) {
      expect(await firstPiece(batchOf(sizes), progress)).toBe(pieces[i + 1]);
    }
  });

  it('ends where the partition is given up', async () => {
    const done = await storeAroundRefusals({
      batch: batchOf([4]),
      progress: { table: 0, item: 0, size: 2 },
      rows: new CountedRows(),
      insert: () => Promise.resolve(false),
      report: () => Promise.reject(new Error('nothing is reported')),
    });
    expect(done).toBe(false);
  });
});
