/** The parts of a drill that decide: what recovered means, what a lag curve says, what makes a drill fail. */
import { describe, expect, test } from '@jest/globals';
import type { AuditResult } from '../../chaos/audit.ts';
import { failuresOf } from '../../chaos/drill.ts';
import { lagCourse, lagTable, memoryTable } from '../../chaos/figures.ts';
import { javaHash } from '../../chaos/java_hash.ts';
import type { LagSample } from '../../chaos/lag.ts';
import { peakLimit } from '../../chaos/limits.ts';
import { isEndBy } from '../../chaos/members.ts';
import { statusLine } from '../../chaos/progress.ts';
import { normalLag } from '../../chaos/waiting.ts';

const sample = (second: number, processor: number, sink = 0): LagSample => ({
  ...{ atMs: second * 1000, processor, sink, position: '' },
});

describe('a lag curve', () => {
  const samples = [sample(0, 10), sample(10, 110), sample(12, 100), sample(15, 10)];

  test('says how far it went, how fast it grew and how fast it drained', () => {
    expect(lagCourse(samples, 'processor')).toEqual({ max: 110, grew: 10, drained: 20 });
  });

  test('says nothing where nobody could look', () => {
    expect(lagCourse([], 'sink')).toEqual({ max: 0, grew: null, drained: null });
  });

  test('is in the table beside what was hit', () => {
    const window = { fault: 'kill-sink', startedAtMs: 0, healedAtMs: 4_000, recoveredAtMs: null };
    const table = lagTable([{ window, samples, notes: ['sink-1'] }]);
    expect(table.split('\n').at(-1)).toMatch(/kill-sink .* 4\.0 .* NOT .* 110 .* 10 .* 20 .* sink-1/);
  });
});

test('a usual lag leaves room above the highest of the undisturbed time', () => {
  expect(normalLag([sample(0, 10, 40), sample(1, 20, 5)])).toBe(180);
  expect(normalLag([])).toBe(60);
});

test("a group's partition of the offsets topic is that of Java's hash", () => {
  // "polygenelubricants".hashCode() is Integer.MIN_VALUE, which has no positive twin.
  expect(javaHash('polygenelubricants')).toBe(0);
  expect(javaHash('hello')).toBe(99_162_322);
  expect(javaHash('chaos-processor.members.chaos.spans')).toBeGreaterThanOrEqual(0);
});

test('every kind of process has a limit of memory, and no other has', () => {
  for (const name of ['collector-1', 'processor-3', 'sink-2', 'kafka-1', 'clickhouse']) {
    expect(peakLimit(name)).toBeGreaterThan(0);
  }
  expect(() => peakLimit('query-1')).toThrow('no limit is stated');
  const table = memoryTable([{ process: 'sink-1', bytes: 300 * 1024 * 1024, limit: 200 * 1024 * 1024 }]);
  expect(table).toMatch(/sink-1 .* 300 .* 200 .* OVER/);
});

test.each([
  ['SIGKILL', 'SIGKILL', true],
  ['SIGKILL', 'exit code 1', false],
  ['SIGTERM', 'exit code 0', true],
  ['SIGTERM', 'SIGTERM', true],
  ['SIGTERM', 'exit code 1', false],
  ['SIGTERM', 'SIGKILL', false],
] as const)('after %s an end by %s is as it should be: %s', (signal, how, isRight) => {
  expect(isEndBy(signal, how)).toBe(isRight);
});

test('the line of progress has the time, the lag and the phase', () => {
  expect(statusLine('kill-sink (2 of 9)', 65_000, null, sample(0, 7, 3))).toBe(
    '1:05  lag 7 + 3 records  kill-sink (2 of 9)',
  );
  expect(statusLine('kafka-away', 0, null, null)).toContain('lag not known');
});

describe('a drill', () => {
  const sums = { sent: 10, answered: 9, unknown: 1, refused: 0, lost: 0, doubled: 0, doubledInLog: 0 };
  const rest = { strangers: 0, altered: 0, splits: 0, summaries: 0, metricWindows: 0, edges: 0 };
  const result = (changed: Partial<AuditResult['sums']>): AuditResult => ({
    sums: { ...sums, ...rest, poisonsUnexplained: 0, rejected: 0, ...changed },
    perWindow: [],
    outside: { sent: 0, answered: 0, unknown: 0, refused: 0, lost: 0, doubled: 0 },
    examples: [],
    database: '',
  });
  const good = { result: result({}), windows: [], isQuiet: true, peaks: [], surprises: [] };

  test('went well when everything that must be zero is', () => {
    expect(failuresOf(good)).toEqual([]);
  });

  test.each(['lost', 'rejected', 'doubled', 'strangers', 'splits', 'edges', 'poisonsUnexplained'] as const)(
    'fails for one span or row that is %s',
    (name) => {
      expect(failuresOf({ ...good, result: result({ [name]: 1 }) })).toEqual([`${name}: 1`]);
    },
  );

  test('tells examples of what it found, last, where whoever reads only the end finds them', () => {
    const found = { ...result({ doubled: 1 }), examples: ['doubled: abc/def, 2 rows'] };
    expect(failuresOf({ ...good, result: found })).toEqual([
      'doubled: 1',
      'for example doubled: abc/def, 2 rows',
    ]);
  });

  test('fails when nothing was answered, for then it proves nothing', () => {
    expect(failuresOf({ ...good, result: result({ answered: 0 }) })).toHaveLength(1);
  });

  test('fails when little was answered though nothing was wrong: what is unknown or refused cannot be lost', () => {
    const answering = (answered: number): AuditResult => ({
      ...result({}),
      outside: { sent: 1_000, answered, unknown: 1_000 - answered, refused: 0, lost: 0, doubled: 0 },
    });
    expect(failuresOf({ ...good, result: answering(900) })).toEqual([]);
    expect(failuresOf({ ...good, result: answering(899) })).toEqual([
      'only 899 of 1000 spans that were sent while nothing was wrong were answered',
    ]);
  });

  test('fails for what did not recover, did not come to rest, grew too large or ended by itself', () => {
    const failures = failuresOf({
      ...good,
      isQuiet: false,
      windows: [{ fault: 'kill-sink', startedAtMs: 0, healedAtMs: 1, recoveredAtMs: null }],
      peaks: [{ process: 'sink-1', bytes: 2, limit: 1 }],
      surprises: ['sink-2 ended by itself (exit code 1)'],
    });
    expect(failures).toEqual([
      'the pipeline did not come to rest',
      'not recovered from kill-sink',
      'sink-1 used 2 bytes, its limit is 1',
      'sink-2 ended by itself (exit code 1)',
    ]);
  });
});
