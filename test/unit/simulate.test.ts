/** The simulation of the whole way (test/simulate): that the guarantees hold, and that it would see it if they did not. */
import { describe, expect, test } from '@jest/globals';
import { PROTECTIONS } from '../simulate/protections.ts';
import { makeSchedule, type Schedule } from '../simulate/schedule.ts';
import { shrink } from '../simulate/shrink.ts';
import { runSchedule } from '../simulate/world.ts';

const SCHEDULES = 1_000;
const MUTATED_SCHEDULES = 2_000;

const TIMEOUT_MS = 300_000;

async function firstBroken(without: (typeof PROTECTIONS)[number]): Promise<Schedule | null> {
  for (let seed = 1; seed <= MUTATED_SCHEDULES; seed++) {
    const schedule = makeSchedule(seed);
    const { violations } = await runSchedule(schedule, { without });
    if (violations.length > 0) return schedule;
  }
  return null;
}

async function traceOf(seed: number): Promise<string[]> {
  const lines: string[] = [];
  await runSchedule(makeSchedule(seed), { trace: (line) => lines.push(line) });
  return lines;
}

describe('the simulated pipeline', () => {
  test(
    'keeps every guarantee under every schedule',
    async () => {
      for (let seed = 1; seed <= SCHEDULES; seed++) {
        const { violations } = await runSchedule(makeSchedule(seed));
        expect({ seed, violations }).toEqual({ seed, violations: [] });
      }
    },
    TIMEOUT_MS,
  );

  test('runs the same each time', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const first = await traceOf(seed);
      expect(await traceOf(seed)).toEqual(first);
      expect(first.length).toBeGreaterThan(10);
    }
  });

  test.each(PROTECTIONS)(
    'is seen to break a guarantee without %s, and with it keeps it under the same schedule',
    async (without) => {
      const schedule = await firstBroken(without);
      expect(schedule).not.toBeNull();
      if (schedule !== null) expect((await runSchedule(schedule)).violations).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test('makes a schedule that fails smaller', async () => {
    const schedule = await firstBroken('fencing');
    if (schedule === null) throw new Error('nothing broke');
    const fails = async (candidate: Schedule): Promise<boolean> =>
      (await runSchedule(candidate, { without: 'fencing' })).violations.length > 0;
    const smallest = await shrink(schedule, fails);
    expect(smallest.events.length).toBeLessThan(schedule.events.length);
    expect(await fails(smallest)).toBe(true);
  });
});
