/**
 * Stores a block that ClickHouse refused without its bad rows: pieces of it are tried, smaller after a refusal and larger
 * after a success, until a refused piece is one item (or few, where many were refused). That goes to dead letters, the rest is stored.
 *
 * A pure walk but for the two functions it is given. Each step is reported, and committed by the caller, before the next is taken: where a
 * crash interrupts it, the next owner goes on from there, with at most one piece tried again under the same token.
 */
import type { Block } from '../core/native/block.ts';
import { ClickHouseRefusedError } from '../platform/clickhouse/errors.ts';
import { itemCount, type Batch } from './batch.ts';
import type { RefusalProgress } from './intent.ts';
import type { RecordRows, Unstorable } from './record_rows.ts';

/** After as many refused pieces the smallest that is tried is twice as large: where the fault is in all rows, the search ends. */
export const REFUSALS_A_STEP = 100;

export interface RefusalWalk {
  readonly batch: Batch;
  readonly progress: RefusalProgress;
  /** Columns to build pieces in; nobody else uses them meanwhile. */
  readonly rows: RecordRows;
  /** Stores the block of the items `[from, to)`; false where it is no longer wanted. Throws ClickHouseRefusedError. */
  readonly insert: (block: Block, from: number, to: number) => Promise<boolean>;
  readonly report: (progress: RefusalProgress, refused: readonly Unstorable[]) => Promise<void>;
}

/** True when the table is done, false where the walk was given up because `insert` was. */
export async function storeAroundRefusals(walk: RefusalWalk): Promise<boolean> {
  const { batch, rows } = walk;
  const { table } = walk.progress;
  const total = itemCount(batch, table);
  let { item, size } = walk.progress;
  let refusals = 0;
  let smallest = 1;
  while (item < total) {
    const to = Math.min(item + size, total);
    const refused: Unstorable[] = [];
    try {
      const block = buildPiece(batch, rows, table, item, to);
      if (block.rows > 0 && !(await walk.insert(block, item, to))) return false;
      item = to;
      size = Math.min(2 * size, total);
    } catch (error) {
      if (!(error instanceof ClickHouseRefusedError)) throw error;
      if (to - item <= smallest) {
        refusals++;
        refused.push(...originalsOf(batch, rows, table, item, to, error.message));
        item = to;
      } else {
        size = Math.ceil((to - item) / 2);
      }
    }
    smallest = 2 ** Math.floor(refusals / REFUSALS_A_STEP);
    // Reported as it will be tried: a piece that was stored and not reported is tried again only under the same token.
    size = Math.max(size, smallest);
    await walk.report({ table, item, size }, refused);
  }
  return true;
}

function buildPiece(batch: Batch, rows: RecordRows, table: number, from: number, to: number): Block {
  rows.reset();
  for (const part of partsOf(batch, table, from, to)) {
    rows.appendItems(part.record, table, part.from, part.to);
  }
  const target = rows.tables[table];
  if (target === undefined) throw new Error(`there is no table ${table}`);
  return target.encode();
}

function originalsOf(
  batch: Batch,
  rows: RecordRows,
  table: number,
  from: number,
  to: number,
  message: string,
): Unstorable[] {
  const name = batch.blocks[table]?.table ?? '';
  return partsOf(batch, table, from, to).flatMap(({ record, ...part }) =>
    rows.originals(record, table, part.from, part.to).map((original) => ({
      reason: 'refused' as const,
      error: `${name}: ${message}`,
      offset: record.offset,
      ...original,
    })),
  );
}

/** The items `[from, to)` of the batch as ranges of its records' own items. */
function partsOf(batch: Batch, table: number, from: number, to: number) {
  const parts: { record: Batch['records'][number]; from: number; to: number }[] = [];
  let first = 0;
  for (const [i, record] of batch.records.entries()) {
    const count = batch.items[i]?.[table] ?? 0;
    const start = Math.max(from - first, 0);
    const end = Math.min(to - first, count);
    if (start < end) parts.push({ record, from: start, to: end });
    first += count;
  }
  return parts;
}
