/**
 * ClickHouse as the simulation needs it: each block once a token, and answers that come late or not at all. Blocks are kept as
 * they came and read when the ledger is audited.
 */
import type { BlockInsert, ClickHouse } from '../../services/platform/clickhouse/client.ts';
import {
  ClickHouseRefusedError,
  ClickHouseUnavailableError,
} from '../../services/platform/clickhouse/errors.ts';
import { readNativeBlock, type NativeBlock } from '../support/native_block.ts';
import type { FaultPlan } from './faults.ts';
import { FORBIDDEN } from './forbidden.ts';
import { AUDITED_COLUMNS } from './ledger.ts';
import type { SimProcess } from './sim_process.ts';

/** Columns that the audit reads, of any table; the others are walked over. */
const AUDITED = new Set(AUDITED_COLUMNS);

export class SimClickHouse {
  /** How many blocks. */
  refused = 0;
  /** What must not happen, and did. */
  readonly violations: string[] = [];
  private readonly stored: { table: string; bytes: Buffer; block: NativeBlock | null }[] = [];
  private readonly tokens = new Map<string, Buffer>();
  private readonly isTokenKept: boolean;

  constructor(isTokenKept: boolean) {
    this.isTokenKept = isTokenKept;
  }

  get blocks(): number {
    return this.stored.length;
  }

  /** The blocks of a table, with what the audit looks at. */
  tables(table: string): NativeBlock[] {
    return this.stored
      .filter((one) => one.table === table)
      .map((one) => (one.block ??= readNativeBlock(one.bytes, AUDITED)));
  }

  /** Throws ClickHouseRefusedError for a block with a row that the table's constraint forbids. */
  insert({ table, bytes, token }: BlockInsert): void {
    const forbidden = FORBIDDEN[table];
    if (forbidden !== undefined && bytes.includes(forbidden)) {
      this.refused++;
      throw new ClickHouseRefusedError(`no ${forbidden} here`, 469, 'VIOLATED_CONSTRAINT', { cause: null });
    }
    const key = `${table} ${token}`;
    const known = this.tokens.get(key);
    if (this.isTokenKept && known !== undefined) {
      if (!known.equals(bytes)) this.violations.push(`the token ${key} came again with another block`);
      return;
    }
    this.tokens.set(key, bytes);
    this.stored.push({ table, bytes, block: null });
  }

  /** As one process reaches it. */
  clientOf(process: SimProcess, faults: FaultPlan): ClickHouse {
    const never = (): Promise<never> => Promise.reject(new Error('the sink only inserts'));
    return {
      query: never,
      text: never,
      command: never,
      close: () => Promise.resolve(),
      insertBlock: (insert) =>
        process.call(
          async () => {
            await Promise.resolve();
            if (faults.isClickHouseAway()) throw new ClickHouseUnavailableError('away');
            this.insert(insert);
          },
          faults.take('insert', () => new ClickHouseUnavailableError('no answer to the insert')),
        ),
    };
  }
}
