import { describe, expect, it } from '@jest/globals';
import type { Pause } from '../../chaos/rebalance/cases.ts';
import { quantile } from '../../chaos/rebalance/drill.ts';
import { brokenDemands, doubt, resultTable } from '../../chaos/rebalance/report.ts';

const stayed = (ms: number): Pause => ({ which: 'added', partition: 0, moved: false, ms, replayMs: 0 });
const moved = (which: Pause['which'], ms: number, replayMs: number): Pause => ({
  which,
  partition: 1,
  moved: true,
  ms,
  replayMs,
});
const resultOf = (...pauses: Pause[]) => ({ pauses, usualGapsMs: [300, 250, 200], ownAgainMs: [900] });

describe('the report of the rebalance drill', () => {
  it('demands half a second of partitions that stay', () => {
    expect(brokenDemands(resultOf(stayed(500)))).toEqual([]);
    expect(brokenDemands(resultOf(stayed(501)))).toHaveLength(1);
  });

  it('leaves the replay of a partition that moves out of account, and after a kill the session', () => {
    expect(brokenDemands(resultOf(moved('stopped', 2_400, 900)))).toEqual([]);
    expect(brokenDemands(resultOf(moved('stopped', 2_401, 900)))).toHaveLength(1);
    expect(brokenDemands(resultOf(moved('killed', 7_900, 900)))).toEqual([]);
    expect(brokenDemands(resultOf(moved('restarted', 7_901, 900)))).toHaveLength(1);
  });

  it('has a row for each case, with what was measured in seconds', () => {
    const table = resultTable(resultOf(stayed(100), stayed(300), moved('added', 700, 50)));
    expect(table).toContain(
      '| member added | 2 | 0.10 / 0.30 / 0.30 | 1 | 0.70 / 0.70 / 0.70 | 0.05 / 0.05 / 0.05 |',
    );
    expect(table).toContain('| killed member back | 0 | – | 0 | – | – |');
    expect(table).toContain('the usual gap, 0.25 s');
  });

  it('doubts what was measured while partitions paused for no reason', () => {
    expect(doubt(resultOf())).toBeNull();
    expect(doubt({ ...resultOf(), usualGapsMs: [200, 200, 900] })).toContain('0.90 s at worst');
    expect(doubt({ ...resultOf(), usualGapsMs: [1_100] })).toContain('The machine was busy');
  });

  it('takes quantiles from what was measured', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([3, 1, 2], 1)).toBe(3);
    expect(quantile([], 0.5)).toBe(0);
  });
});
