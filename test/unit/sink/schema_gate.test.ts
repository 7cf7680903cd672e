import { describe, expect, it } from '@jest/globals';
import type { ClickHouse, Row } from '../../../services/platform/clickhouse/client.ts';
import {
  ClickHouseStatementError,
  ClickHouseUnavailableError,
} from '../../../services/platform/clickhouse/errors.ts';
import { SchemaGate } from '../../../services/sink/schema_gate.ts';
import { ManualTime } from '../../support/manual_time.ts';
import { quietLog } from '../../support/quiet_log.ts';

const FILES = [
  { version: 1, name: '0001_a', sql: '' },
  { version: 2, name: '0002_b', sql: '' },
  { version: 0, name: 'views', sql: '' },
];

function gateOver(answers: (() => Row[])[]) {
  const time = new ManualTime();
  let closed = false;
  const clickhouse = {
    query: () => Promise.resolve().then(() => answers.shift()?.() ?? []),
    close: () => Promise.resolve(void (closed = true)),
  } as unknown as ClickHouse;
  const gate = new SchemaGate({
    clickhouse,
    files: () => Promise.resolve(FILES),
    timers: time,
    log: quietLog,
  });
  const pass = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    time.advance(1_000);
  };
  return { gate, pass, isClosed: () => closed };
}

const applied =
  (...names: string[]) =>
  () =>
    names.map((name) => ({ name, checksum: '', at: '' }));
const fails = (error: Error) => () => {
  throw error;
};

describe('the schema gate', () => {
  it('opens at once where the tables are there', async () => {
    const { gate } = gateOver([applied('0001_a', '0002_b')]);
    await gate.start();
    expect(gate.notReady()).toBeNull();
  });

  it('waits for ClickHouse, then for the migrations, and says what it waits for', async () => {
    const { gate, pass } = gateOver([
      fails(new ClickHouseUnavailableError('ClickHouse: connect ECONNREFUSED')),
      fails(new ClickHouseStatementError('no such table')),
      applied('0001_a'),
      applied('0001_a', '0002_b'),
    ]);
    const started = gate.start();
    const reasons: (string | null)[] = [];
    for (let i = 0; i < 4; i++) {
      await pass();
      reasons.push(gate.notReady());
    }
    await started;
    expect(reasons).toEqual([
      'ClickHouse: connect ECONNREFUSED',
      'the database has no tables of Spanmill yet: run `spanmill migrate`',
      'the database lacks 0002_b: run `spanmill migrate`',
      null,
    ]);
  });

  it('stops waiting when it is told to stop', async () => {
    const { gate, pass, isClosed } = gateOver([]);
    const started = expect(gate.start()).rejects.toThrow('stopped while waiting');
    await pass();
    await gate.stop();
    await pass();
    await started;
    expect(isClosed()).toBe(true);
  });
});
