import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newestFirst } from '../../../services/query/newest_first.ts';

const HOUR_MS = 3_600_000;
const UNTIL_MS = 1_795_255_200_000;

/** Looks through moments, and keeps from where it was asked to look. */
function table(moments: readonly number[], limit: number) {
  const looks: number[] = [];
  const look = (fromMs: number): Promise<number[]> => {
    looks.push(fromMs);
    const found = moments.filter((moment) => moment >= fromMs).sort((a, b) => b - a);
    return Promise.resolve(found.slice(0, limit));
  };
  return { look, looks };
}

describe('the newest first', () => {
  it('are those of the whole stretch, however they lie', async () => {
    const stretch = fc.integer({ min: 1, max: 400 * 24 * HOUR_MS });
    const ages = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(stretch, ages, fc.integer({ min: 1, max: 50 }), async (length, shares, limit) => {
        const sinceMs = UNTIL_MS - length;
        const moments = shares.map((share) => sinceMs + Math.floor((length - 1) * share));
        const { look, looks } = table(moments, limit);
        const found = await newestFirst({ sinceMs, untilMs: UNTIL_MS, limit }, look);
        expect(found).toEqual(moments.sort((a, b) => b - a).slice(0, limit));
        expect(looks.every((from) => from >= sinceMs)).toBe(true);
        expect([...looks].sort((a, b) => b - a)).toEqual(looks);
      }),
    );
  });

  it('are looked for in the last hour of a day where that has enough', async () => {
    const everyMinute = Array.from({ length: 1440 }, (_, i) => UNTIL_MS - i * 60_000 - 1);
    const { look, looks } = table(everyMinute, 20);
    await newestFirst({ sinceMs: UNTIL_MS - 24 * HOUR_MS, untilMs: UNTIL_MS, limit: 20 }, look);
    expect(looks).toEqual([UNTIL_MS - HOUR_MS]);
  });

  it('are looked for everywhere at once where the last stretch has nothing', async () => {
    const sinceMs = UNTIL_MS - 24 * HOUR_MS;
    const { look, looks } = table([sinceMs + 1], 20);
    expect(await newestFirst({ sinceMs, untilMs: UNTIL_MS, limit: 20 }, look)).toEqual([sinceMs + 1]);
    expect(looks).toEqual([UNTIL_MS - HOUR_MS, sinceMs]);
  });
});
