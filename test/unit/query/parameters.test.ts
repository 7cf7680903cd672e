import { describe, expect, it } from '@jest/globals';
import { since, UNTIL } from '../../../services/query/declared_parameters.ts';
import type { QueryString } from '../../../services/query/parameters.ts';
import { rangeOf } from '../../../services/query/route.ts';

const NOW = 1_795_255_200_000;

const range = (query: QueryString) =>
  rangeOf({ since: since().read(query, 'since', NOW), until: UNTIL.read(query, 'until', NOW) });

describe('since and until', () => {
  it.each([
    ['15m', NOW - 900_000],
    ['90s', NOW - 90_000],
    ['24h', NOW - 86_400_000],
    ['7d', NOW - 604_800_000],
    ['1795251600', NOW - 3_600_000],
    ['1795251600.5', NOW - 3_599_500],
    ['2026-11-21T09:00:00Z', NOW - 3_600_000],
    ['2026-11-21T10:00:00.250+01:00', NOW - 3_599_750],
    ['2026-11-21 09:00Z', NOW - 3_600_000],
  ])('reads since=%s', (since, sinceMs) => {
    expect(range({ since })).toEqual({ sinceMs, untilMs: NOW });
  });

  it('takes the last hour where nothing is given, and an empty parameter as nothing', () => {
    const lastHour = { sinceMs: NOW - 3_600_000, untilMs: NOW };
    expect(range({})).toEqual(lastHour);
    expect(range({ since: '', until: '' })).toEqual(lastHour);
  });

  it.each(['-5m', '5', '5w', '2026-11-21', '2026-11-21T09:00:00', 'NaN', '99999999d', '9999999999999'])(
    'refuses since=%s or finds it out of range',
    (since) => {
      expect(() => range({ since })).toThrow(/since/);
    },
  );
});
