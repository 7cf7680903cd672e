import { describe, expect, test } from '@jest/globals';
import { FAULTS, faultNamed, SHORT_DRILL } from '../../chaos/faults/all.ts';
import { estimateMs, makeSchedule, stepName, type ScheduleOptions } from '../../chaos/schedule.ts';

const options: ScheduleOptions = {
  ...{ seed: 7, minutes: null, faults: FAULTS, isShort: false, outageSeconds: null },
};
const names = (overrides: Partial<ScheduleOptions>): string[] =>
  makeSchedule({ ...options, ...overrides }).map(stepName);

describe('the schedule of a drill', () => {
  test('is the same for the same seed, to the last detail', () => {
    expect(makeSchedule({ ...options, minutes: 90 })).toEqual(makeSchedule({ ...options, minutes: 90 }));
  });

  test('differs for another seed', () => {
    expect(names({ seed: 8 })).not.toEqual(names({ seed: 7 }));
  });

  test('has each fault once and alone in its first round, for any seed', () => {
    for (let seed = 0; seed < 50; seed++) {
      expect(names({ seed }).sort()).toEqual(FAULTS.map(({ name }) => name).sort());
    }
  });

  test('fills its minutes, and no more', () => {
    const total = makeSchedule({ ...options, minutes: 120 }).reduce((sum, step) => sum + estimateMs(step), 0);
    expect(total).toBeLessThanOrEqual(120 * 60_000);
    expect(total).toBeGreaterThan(116 * 60_000);
  });

  test('has one step where there is no time for any', () => {
    expect(names({ minutes: 0 })).toHaveLength(1);
  });

  test('overlaps only faults that have nothing in common', () => {
    const pairs = makeSchedule({ ...options, minutes: 600 }).filter(({ faults }) => faults.length > 1);
    expect(pairs.length).toBeGreaterThan(20);
    for (const { faults } of pairs) {
      const [one, other] = faults.map(({ name }) => faultNamed(name).touches);
      expect(one?.filter((part) => other?.includes(part))).toEqual([]);
      // The second begins while the first lasts.
      expect(faults[1]?.afterMs).toBeLessThan(faults[0]?.holdMs ?? 0);
    }
  });

  test('holds the outage of ClickHouse for as long as asked', () => {
    const faults = [faultNamed('clickhouse-outage')];
    const [step] = makeSchedule({ ...options, faults, outageSeconds: 600 });
    expect(step?.faults[0]?.holdMs).toBe(600_000);
  });

  test('is shorter in a short drill', () => {
    const lengths = [true, false].map((isShort) =>
      makeSchedule({ ...options, isShort }).reduce((sum, step) => sum + estimateMs(step), 0),
    );
    expect(lengths[0]).toBeLessThan(lengths[1] ?? 0);
  });
});

describe('the faults', () => {
  test('have names of their own', () => {
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
  });

  test('that the short drill has are there', () => {
    expect(SHORT_DRILL.map((name) => faultNamed(name).name)).toEqual(SHORT_DRILL);
  });
});
