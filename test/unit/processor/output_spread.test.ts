import { expect, test } from '@jest/globals';
import { OutputSpread } from '../../../services/processor/output_spread.ts';

const COUNTS = { spans: 64, traces: 16, metrics: 4 };
const TRACES_RATE = 1_000;

/** Partitions of the traces that all owners together use, having published at these rates in all, each for ten seconds. */
function used(...rates: readonly number[]): number {
  const targets = Array.from({ length: COUNTS.spans }, (_, partition) => {
    const spread = new OutputSpread({ partition, counts: COUNTS, tracesRate: TRACES_RATE, nowMs: 5_000 });
    for (const [period, rate] of rates.entries()) {
      for (let second = 1; second <= 10; second++) {
        spread.add(rate / COUNTS.spans, 5_000 + (10 * period + second) * 1_000);
      }
    }
    expect(spread.metrics).toBe(partition % COUNTS.metrics);
    return spread.traces;
  });
  return new Set(targets).size;
}

test('all partitions are used until the load is known', () => {
  expect(used()).toBe(COUNTS.traces);
  expect(used(0, 0)).toBe(COUNTS.traces);
});

test.each([
  [0, 1],
  [1_000, 1],
  [1_100, 2],
  [2_000, 2],
  [3_900, 4],
  [8_100, 16],
  [1_000_000, 16],
])('%i spans/s fill %i of sixteen partitions', (rate, partitions) => {
  expect(used(rate, rate, rate)).toBe(partitions);
});

test('more load is followed within ten seconds, less after half a minute', () => {
  expect(used(500, 500, 500, 6_000)).toBe(8);
  expect(used(6_000, 500, 500)).toBe(8);
  expect(used(6_000, 500, 500, 500)).toBe(1);
});

test('a silence is a low load', () => {
  const spread = new OutputSpread({ partition: 35, counts: COUNTS, tracesRate: TRACES_RATE, nowMs: 0 });
  expect(spread.traces).toBe(3);
  for (const minute of [1, 2, 3]) spread.add(600, 60_000 * minute);
  expect(spread.traces).toBe(0);
});
