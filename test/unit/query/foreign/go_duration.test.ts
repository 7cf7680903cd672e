import { describe, expect, it } from '@jest/globals';
import { formatGoDuration, parseGoDuration } from '../../../../services/query/foreign/go_duration.ts';

describe('parseGoDuration', () => {
  it.each([
    ['0', 0n],
    ['100ms', 100_000_000n],
    ['1.5s', 1_500_000_000n],
    ['1h30m', 5_400_000_000_000n],
    ['2us', 2_000n],
    ['2µs', 2_000n],
    ['7ns', 7n],
    ['.5s', 500_000_000n],
  ])('reads %s', (text, ns) => {
    expect(parseGoDuration(text)).toBe(ns);
  });

  it.each(['', '5', '5 ms', 'ms', '-1s', '1d', '1s1', '99999999999h', '1s'.repeat(40)])(
    'has none of %j',
    (text) => {
      expect(parseGoDuration(text)).toBeNull();
    },
  );
});

describe('formatGoDuration', () => {
  it.each([
    [0n, '0s'],
    [-1n, '-1ns'],
    [1_500n, '1.5µs'],
    [20_000_000n, '20ms'],
    [1_000_000_000n, '1s'],
    [61_250_000_000n, '1m1.25s'],
    [3_600_000_000_000n, '1h0m0s'],
  ])('writes %s ns as Go does', (ns, text) => {
    expect(formatGoDuration(ns)).toBe(text);
  });
});
