import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CriticalPath, type SpanTimes } from '../../../../services/core/trace/critical_path.ts';

/** The same for all tests: what a trace leaves behind must not show in the next. */
const criticalPath = new CriticalPath();
const BASE = 1_700_000_000_000_000_000n;

function times(start: number, durationNs: number): SpanTimes {
  const ns = BASE + BigInt(start);
  return { startLow: Number(ns & 0xffff_ffffn), startHigh: Number(ns >> 32n), durationNs };
}

/** Spans as [parent, start, end]; the first is the root. */
function pathOf(spans: readonly (readonly [number, number, number])[], root = 0): number[] {
  return [
    ...criticalPath.of(
      spans.map(([, start, end]) => times(start, end - start)),
      spans.map(([parent]) => parent),
      root,
    ),
  ];
}

describe('the critical path', () => {
  test('of a lone span is its whole duration', () => {
    expect(pathOf([[-1, 5, 105]])).toEqual([100]);
  });

  test('goes through children that follow each other, and leaves their gaps to the parent', () => {
    expect(pathOf([[-1, 0, 100], [0, 10, 30], [0, 40, 90]])).toEqual([30, 20, 50]); // prettier-ignore
  });

  test('takes the child that ended last of those that ran side by side', () => {
    expect(pathOf([[-1, 0, 100], [0, 10, 50], [0, 10, 90]])).toEqual([20, 0, 80]); // prettier-ignore
  });

  test('passes over a child that was still running when the next one began', () => {
    expect(pathOf([[-1, 0, 10], [0, 0, 6], [0, 5, 10]])).toEqual([5, 0, 5]); // prettier-ignore
  });

  test('clips a child that outlives its parent, and leaves out one that ran outside of it', () => {
    expect(pathOf([[-1, 0, 100], [0, 60, 500], [0, -50, 10], [0, 200, 300]])).toEqual([50, 40, 10, 0]); // prettier-ignore
  });

  test('clips grandchildren to what is left of their parent', () => {
    expect(pathOf([[-1, 0, 100], [0, 50, 300], [1, 80, 300]])).toEqual([50, 30, 20]); // prettier-ignore
  });

  test('takes the longer of two children that ended together', () => {
    expect(pathOf([[-1, 0, 10], [0, 5, 10], [0, 0, 10]])).toEqual([0, 0, 10]); // prettier-ignore
  });

  test('gives nothing to spans without duration', () => {
    expect(pathOf([[-1, 0, 10], [0, 5, 5], [0, 10, 10], [0, 0, 0]])).toEqual([10, 0, 0, 0]); // prettier-ignore
    expect(pathOf([[-1, 0, 0], [0, 0, 5]])).toEqual([0, 0]); // prettier-ignore
  });

  test('ends where parent ids run in a circle, through the root and beside it', () => {
    expect(pathOf([[1, 0, 10], [0, 2, 8]])).toEqual([4, 6]); // prettier-ignore
    expect(pathOf([[-1, 0, 10], [2, 0, 10], [1, 0, 10], [3, 0, 10]])).toEqual([10, 0, 0, 0]); // prettier-ignore
  });

  test('walks ten thousand spans, one under the other', () => {
    const depth = 10_000;
    const chain = Array.from({ length: depth }, (_, i) => [i - 1, i, 3 * depth - i] as const);
    const path = pathOf(chain);
    expect(path.slice(0, -1).every((ns) => ns === 2)).toBe(true);
    expect(path.at(-1)).toBe(3 * depth - 2 * (depth - 1));
  });

  test('follows a hundred children, in whatever order they came', () => {
    const children = Array.from({ length: 100 }, (_, i) => [0, 10 * i, 10 * i + 9] as const);
    const order = children.map((_, i) => (i * 37) % children.length);
    const shuffled = order.flatMap((i) => children.slice(i, i + 1));
    expect(pathOf([[-1, 0, 1_000], ...shuffled])).toEqual([100, ...shuffled.map(() => 9)]);
  });

  test('is exact where a double cannot hold the start times', () => {
    expect(pathOf([[-1, 1, 4], [0, 2, 3]])).toEqual([2, 1]); // prettier-ignore
  });

  test('sums exactly to the duration of the root, whatever the spans say', () => {
    const span = fc.tuple(
      fc.integer({ min: -1, max: 19 }),
      fc.integer({ min: -50, max: 150 }),
      fc.nat({ max: 120 }),
    );
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 20 }), fc.nat(), (spans, pick) => {
        const list = spans.map(
          ([parent, start, length]) => [parent % spans.length, start, start + length] as const,
        );
        const root = pick % list.length;
        const path = pathOf(list, root);
        const [, start, end] = list[root] ?? [0, 0, 0];
        expect(path.reduce((sum, ns) => sum + ns, 0)).toBe(end - start);
        expect(Math.min(...path)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 2_000 },
    );
  });

  test('gives every moment to one span that was running and whose ancestors all were', () => {
    const span = fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 30 }), fc.nat({ max: 30 }));
    fc.assert(
      fc.property(fc.array(span, { maxLength: 9 }), (spans) => {
        const list: (readonly [number, number, number])[] = [[-1, 0, 40]];
        for (const [parent, start, length] of spans) list.push([parent % list.length, start, start + length]);
        const path = pathOf(list);
        for (const [position, ns] of path.entries()) {
          let [from, to] = [-Infinity, Infinity];
          for (let at = position; at >= 0; at = list[at]?.[0] ?? -1) {
            from = Math.max(from, list[at]?.[1] ?? 0);
            to = Math.min(to, list[at]?.[2] ?? 0);
          }
          expect(ns).toBeLessThanOrEqual(Math.max(to - from, 0));
        }
      }),
    );
  });
});
