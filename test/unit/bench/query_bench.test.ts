import { describe, expect, it } from '@jest/globals';
import { readArguments } from '../../bench/query/arguments.ts';
import { QUESTIONS, type Draw } from '../../bench/query/questions.ts';
import { report, tooSlow } from '../../bench/query/report.ts';
import { ArgumentsError } from '../../support/command_line.ts';
import { seeded } from '../../support/known_load.ts';

const HOUR_MS = 3_600_000;

describe('the command line of the query bench', () => {
  it('loads ten million spans of a day unless told otherwise', () => {
    expect(readArguments([])).toEqual({
      spans: 10_000_000,
      hours: 24,
      rounds: 60,
      keepsData: false,
      wantsHelp: false,
    });
    expect(readArguments(['--spans', '5000', '--keep'])).toMatchObject({ spans: 5000, keepsData: true });
  });

  it.each([['--spans', 'many'], ['--spans', '1'], ['--rounds', '0'], ['--hours', '-1'], ['--colour']])(
    'refuses %s %s',
    (...argv) => {
      expect(() => readArguments(argv)).toThrow(ArgumentsError);
    },
  );
});

describe('its questions', () => {
  it.each([1, 24])('stay within what is loaded, %i hours of it', (hours) => {
    const untilMs = 1_795_299_370_000;
    const draw: Draw = {
      ...{ random: seeded(3), untilMs, sinceMs: untilMs - hours * HOUR_MS },
      ...{ traceIds: ['ab'], users: [{ user: 'u7', atMs: untilMs - 60_000 }] },
    };
    const ranges = Array.from({ length: 50 }, () => QUESTIONS.flatMap(({ paths }) => paths(draw)))
      .flat()
      .map((path) => new URL(path, 'http://x').searchParams)
      .filter((params) => params.has('since'))
      .map((params) => [Number(params.get('since')), Number(params.get('until'))] as const);
    expect(ranges.length).toBeGreaterThan(0);
    for (const [since, until] of ranges) {
      expect(since).toBeGreaterThanOrEqual(Math.floor(draw.sinceMs / 1000));
      expect(until).toBeLessThanOrEqual(untilMs / 1000);
      expect(until).toBeGreaterThan(since);
    }
  });
});

describe('its report', () => {
  const answered = { name: 'trace by id', target: 25, p50: 25, p95: 30, max: 40, bytes: 2048 };
  const late = { ...answered, name: 'a search', p50: 25.1 };

  it('counts a median at its target as good, and names those above', () => {
    expect(tooSlow([answered, late, { ...late, target: null }])).toEqual([late]);
    const plain = { color: false, unicode: false };
    expect(report([answered], plain).at(-1)).toBe('every median is within its target');
    expect(report([answered, late], plain).at(-1)).toBe('too slow: a search');
  });
});
