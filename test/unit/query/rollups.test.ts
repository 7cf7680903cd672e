import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rollupRange, rollupStep } from '../../../services/query/rollups.ts';

const NOW = Date.UTC(2026, 10, 21, 10, 7, 33);
const HOUR = 3_600_000;
const RETENTION = { tenSecondDays: 2, minuteDays: 30 };
const ago = (hours: number, length = hours) => ({
  sinceMs: NOW - hours * HOUR,
  untilMs: NOW - (hours - length) * HOUR,
});

describe('rollupStep', () => {
  it.each<[string, number, number, string]>([
    ['an hour', 1, 1, ''],
    ['more than an hour', 1.1, 1.1, '_1m'],
    ['two days', 48, 48, '_1m'],
    ['more than two days', 49, 49, '_1h'],
    ['an hour of yesterday', 30, 1, ''],
    ['an hour of last week, whose ten-second rows have expired', 150, 1, '_1m'],
    ['an hour of two months ago', 1500, 1, '_1h'],
  ])('reads %s', (_, age, length, suffix) => {
    expect(rollupStep(ago(age, length), NOW, RETENTION).suffix).toBe(suffix);
  });
});

describe('rollupRange', () => {
  it('covers what was asked by few points of whole windows', () => {
    const arbitrary = fc.record({
      ageMs: fc.integer({ min: 1000, max: 400 * 24 * HOUR }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      maxPoints: fc.constantFrom(1, 60, 100, 200),
    });
    fc.assert(
      fc.property(arbitrary, ({ ageMs, share, maxPoints }) => {
        const sinceMs = NOW - ageMs;
        const untilMs = sinceMs + Math.max(1, Math.floor(ageMs * share));
        const range = rollupRange({ sinceMs, untilMs }, NOW, RETENTION, maxPoints);
        expect(range.pointSeconds % range.stepSeconds).toBe(0);
        expect(range.since % range.stepSeconds).toBe(0);
        expect(range.firstPoint).toBeLessThanOrEqual(range.since);
        expect(range.since * 1000).toBeLessThanOrEqual(sinceMs);
        expect((range.since + range.stepSeconds) * 1000).toBeGreaterThan(sinceMs);
        expect((range.firstPoint + range.points * range.pointSeconds) * 1000).toBeGreaterThanOrEqual(untilMs);
        expect(range.points).toBeGreaterThanOrEqual(1);
        // A stretch over the end of a point is of two, however short it is.
        expect(range.points).toBeLessThanOrEqual(Math.max(maxPoints, 2));
      }),
    );
  });

  it('stops at minutes where there are no hours', () => {
    expect(rollupRange(ago(500), NOW, RETENTION, 1, '_1m').suffix).toBe('_1m');
  });
});
