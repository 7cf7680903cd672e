import { describe, expect, it } from '@jest/globals';
import type { Block } from '../../../services/core/native/block.ts';
import type { BlockInsert, ClickHouse } from '../../../services/platform/clickhouse/client.ts';
import {
  ClickHouseRefusedError,
  ClickHouseUnavailableError,
} from '../../../services/platform/clickhouse/errors.ts';
import { createRegistry } from '../../../services/platform/metrics.ts';
import { BlockWriter, pauseMs } from '../../../services/sink/block_writer.ts';
import { METRICS } from '../../../services/sink/metrics.ts';
import { ManualTime } from '../../support/manual_time.ts';
import { quietLog } from '../../support/quiet_log.ts';

const block: Block = { table: 't', columns: ['n'], rows: 3, bytes: Buffer.from('block'), isDistinct: false };

interface Answer {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Inserts that are answered by hand. */
class HandledClickHouse {
  readonly open: { insert: BlockInsert; answer: Answer }[] = [];

  insertBlock(insert: BlockInsert): Promise<void> {
    return new Promise((resolve, reject) => {
      this.open.push({ insert, answer: { resolve, reject } });
    });
  }

  async answer(error?: Error): Promise<void> {
    const next = this.open.shift();
    if (error === undefined) next?.answer.resolve();
    else next?.answer.reject(error);
    await turns();
  }
}

const turns = () => new Promise((resolve) => setImmediate(resolve));

function bench(maxConcurrent: number) {
  const time = new ManualTime();
  const clickhouse = new HandledClickHouse();
  const registry = createRegistry('test');
  const writer = new BlockWriter({
    clickhouse: clickhouse as unknown as ClickHouse,
    maxConcurrent,
    clock: time,
    timers: time,
    random: () => 1,
    log: quietLog,
    metrics: registry.create(METRICS),
  });
  return { time, clickhouse, writer, registry };
}

const away = () => new ClickHouseUnavailableError('away');
const wanted = () => true;

describe('the block writer', () => {
  it('has no more inserts under way than it may', async () => {
    const { clickhouse, writer } = bench(2);
    const inserts = ['a', 'b', 'c', 'd'].map((token) => writer.insert(block, token, wanted));
    await turns();
    expect(clickhouse.open.map(({ insert }) => insert.token)).toEqual(['a', 'b']);
    await clickhouse.answer();
    expect(clickhouse.open.map(({ insert }) => insert.token)).toEqual(['b', 'c']);
    for (let i = 0; i < 3; i++) await clickhouse.answer();
    expect(await Promise.all(inserts)).toEqual([true, true, true, true]);
    const after = writer.insert(block, 'e', wanted);
    await turns();
    await clickhouse.answer();
    expect(await after).toBe(true);
  });

  it('tries again after longer and longer pauses, with the same token, and lets others in meanwhile', async () => {
    const { time, clickhouse, writer } = bench(1);
    const insert = writer.insert(block, 'a', wanted);
    for (const pause of [200, 400, 800]) {
      await turns();
      expect(clickhouse.open.map(({ insert: one }) => one.token)).toEqual(['a']);
      await clickhouse.answer(away());
      expect(writer.failure).toBe('away');
      time.advance(pause - 1);
      await turns();
      expect(clickhouse.open).toEqual([]);
      time.advance(1);
    }
    const other = writer.insert(block, 'b', wanted);
    await turns();
    await clickhouse.answer();
    await clickhouse.answer();
    expect(await Promise.all([insert, other])).toEqual([true, true]);
    expect(writer.failure).toBeNull();
  });

  it('gives up when the block is no longer wanted', async () => {
    const { time, clickhouse, writer } = bench(1);
    let isWanted = true;
    const insert = writer.insert(block, 'a', () => isWanted);
    await turns();
    await clickhouse.answer(away());
    isWanted = false;
    time.advance(60_000);
    expect(await insert).toBe(false);
  });

  it('makes no insert that is no longer wanted when a place is free, and hands the place on', async () => {
    const { clickhouse, writer } = bench(1);
    let isWanted = true;
    const first = writer.insert(block, 'a', wanted);
    const given = writer.insert(block, 'b', () => isWanted);
    const last = writer.insert(block, 'c', wanted);
    await turns();
    isWanted = false;
    await clickhouse.answer();
    expect(clickhouse.open.map(({ insert }) => insert.token)).toEqual(['c']);
    await clickhouse.answer();
    expect(await Promise.all([first, given, last])).toEqual([true, false, true]);
  });

  it('says no more that inserts fail once the failing one was given up', async () => {
    const { time, clickhouse, writer } = bench(1);
    let isWanted = true;
    const insert = writer.insert(block, 'a', () => isWanted);
    await turns();
    await clickhouse.answer(away());
    expect(writer.failure).toBe('away');
    isWanted = false;
    time.advance(60_000);
    await insert;
    expect(writer.failure).toBeNull();
  });

  it('hands a refusal on, and its place to the next', async () => {
    const { clickhouse, writer } = bench(1);
    const first = writer.insert(block, 'a', wanted);
    const second = writer.insert(block, 'b', wanted);
    await turns();
    const refusal = new ClickHouseRefusedError('no', 469, 'VIOLATED_CONSTRAINT', {});
    const refused = expect(first).rejects.toBe(refusal);
    await clickhouse.answer(refusal);
    await refused;
    await clickhouse.answer();
    expect(await second).toBe(true);
  });

  it('tells what it stored', async () => {
    const { clickhouse, writer, registry } = bench(1);
    const insert = writer.insert(block, 'a', wanted);
    await turns();
    await clickhouse.answer(away());
    expect(await registry.expose()).toContain(
      'spanmill_sink_insert_failures_total{table="t",service="test"} 1',
    );
    expect(await registry.expose()).not.toContain('spanmill_sink_rows_total{table="t"');
    const again = writer.insert(block, 'b', wanted);
    await turns();
    await clickhouse.answer();
    await again;
    expect(await registry.expose()).toContain('spanmill_sink_rows_total{table="t",service="test"} 3');
    void insert;
  });
});

describe('the pause between tries', () => {
  it('doubles up to a limit, and differs between sinks', () => {
    expect([1, 2, 3, 20].map((failures) => pauseMs(failures, 1))).toEqual([200, 400, 800, 15_000]);
    expect(pauseMs(3, 0)).toBe(400);
  });
});
