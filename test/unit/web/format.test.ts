/** Durations, numbers, moments and axes as the page writes them. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration } from '../../../services/web/format/duration.ts';
import { HUES, serviceHues } from '../../../services/web/format/hues.ts';
import { formatAge, formatMoment } from '../../../services/web/format/moment.ts';
import { formatBytes, formatCount, formatRate, formatShare } from '../../../services/web/format/number.ts';
import { linearTicks, logTicks, timeTicks } from '../../../services/web/format/ticks.ts';

describe('a duration', () => {
  test.each([
    [0, '0 ms'],
    [1, '1 ns'],
    [999, '999 ns'],
    [1500, '1.5 µs'],
    [999_700_000, '1 s'],
    [531_000_000, '531 ms'],
    [38_260_000, '38.3 ms'],
    [1_240_000_000, '1.24 s'],
    [60e9, '1m 00s'],
    [125e9, '2m 05s'],
    [3600e9, '1h 00m'],
    [7_799e9, '2h 10m'],
    [99 * 3600e9, '4d 3h'],
    [-5_000_000, '−5 ms'],
    ['9223372036854775807', '106752d 0h'],
  ])('of %s ns is %s', (ns, text) => expect(formatDuration(ns)).toBe(text));
});

describe('a number', () => {
  test('of things is whole up to 9,999 and short above', () => {
    expect([0, 9999, 10_000, 12_449, 999_960, 1.5e9].map(formatCount)).toEqual([
      '0',
      '9,999',
      '10k',
      '12.4k',
      '1M',
      '1.5G',
    ]);
  });

  test('of bytes has the unit of its size', () => {
    expect([0, 999, 999.6, 1000, 5_040, 268e6].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1 kB',
      '1 kB',
      '5.04 kB',
      '268 MB',
    ]);
  });

  test('that is small is not said to be none, nor all where something lacks', () => {
    expect([0, 0.0004, 0.095, 0.9999, 1].map(formatShare)).toEqual([
      '0 %',
      '<0.1 %',
      '9.5 %',
      '>99.9 %',
      '100 %',
    ]);
    expect([0, 0.001, 0.33, 12_300].map(formatRate)).toEqual(['0/s', '<0.01/s', '0.33/s', '12.3k/s']);
  });
});

describe('a moment', () => {
  test('has its time zone and its microseconds', () => {
    expect(formatMoment('1795258663230104999', 'UTC')).toBe('2026-11-21 10:57:43.230104 UTC');
    expect(formatMoment('1795258663230104999', 'Europe/Berlin')).toBe('2026-11-21 11:57:43.230104 GMT+1');
  });

  test('is so and so long ago', () => {
    expect([-5, 6_000, 300_000, 7_200_000, 200_000_000].map(formatAge)).toEqual([
      '0 s',
      '6 s',
      '5 min',
      '2 h',
      '2 d',
    ]);
  });
});

describe('ticks', () => {
  test('of an axis are round, in order, within it, and not too many', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 1e15, noNaN: true }),
        fc.integer({ min: 1, max: 12 }),
        (max, most) => {
          const ticks = linearTicks(0, max, most);
          expect(ticks.length).toBeLessThanOrEqual(most + 1);
          expect(ticks[0]).toBe(0);
          expect(
            ticks.every((tick, i) => tick <= max * (1 + 1e-9) && (i === 0 || tick > (ticks[i - 1] ?? 0))),
          ).toBe(true);
        },
      ),
    );
    expect(linearTicks(0, 531, 5)).toEqual([0, 200, 400]);
  });

  test('of a logarithmic axis are powers of ten, with 2 and 5 where few fit', () => {
    expect(logTicks(15, 800)).toEqual([20, 50, 100, 200, 500]);
    expect(logTicks(1, 1e6)).toEqual([1, 10, 100, 1000, 10_000, 100_000, 1_000_000]);
  });

  test('of time are at round moments of the zone', () => {
    const from = Date.parse('2026-11-21T10:07:00Z');
    expect(
      timeTicks(from, from + 3_600_000, 4).map((ms) => new Date(ms).toISOString().slice(11, 16)),
    ).toEqual(['10:15', '10:30', '10:45', '11:00']);
    const halfHourZone = timeTicks(from, from + 86_400_000, 2, 5.5 * 3_600_000);
    expect(halfHourZone.map((ms) => new Date(ms).toISOString().slice(11, 16))).toEqual(['18:30', '06:30']);
  });
});

describe('colours of services', () => {
  test('differ while there are colours, whatever the order of names', () => {
    const names = Array.from({ length: HUES }, (_, i) => `service-${i}`);
    expect(new Set(serviceHues(names).values()).size).toBe(HUES);
    expect(serviceHues([...names].reverse())).toEqual(serviceHues(names));
  });

  test('are there for more names than colours', () => {
    const names = Array.from({ length: 40 }, (_, i) => `s${i}`);
    expect([...serviceHues(names).values()].every((hue) => hue >= 0 && hue < HUES)).toBe(true);
  });
});
