import { describe, expect, it } from '@jest/globals';
import {
  countText,
  durationText,
  momentText,
  plural,
  rateText,
  shareText,
} from '../../../services/cli/units.ts';

describe('durationText', () => {
  it.each([
    [0, '0 ns'],
    [999, '999 ns'],
    [1000, '1 µs'],
    [12_345, '12.3 µs'],
    [999_499, '999 µs'],
    [999_500, '1 ms'],
    [1_234_567, '1.23 ms'],
    [182_000_000, '182 ms'],
    [999_600_000, '1 s'],
    [59_940_000_000, '59.9 s'],
    [59_960_000_000, '1 m 0 s'],
    [200_000_000_000, '3 m 20 s'],
    [7_500_000_000_000, '2 h 5 m'],
    [180_000_000_000_000, '2 d 2 h'],
  ])('writes %d ns as %s', (ns, text) => {
    expect(durationText(ns)).toBe(text);
  });
});

describe('figures', () => {
  it('groups thousands and keeps two decimals of weighted counts', () => {
    expect([1_234_567, 0.5, 12.345, 0].map((count) => countText(count))).toEqual([
      '1,234,567',
      '0.5',
      '12.35',
      '0',
    ]);
  });

  it('never shows a small share or rate as none', () => {
    expect([0, 0.00001, 0.0345, 0.99999, 1].map((share) => shareText(share))).toEqual([
      '0 %',
      '<0.01 %',
      '3.45 %',
      '100 %',
      '100 %',
    ]);
    expect([0, 0.0001, 0.0123, 1.5, 1234.5].map((rate) => rateText(rate))).toEqual([
      '0',
      '<0.001',
      '0.012',
      '1.5',
      '1,230',
    ]);
  });

  it('counts one and many', () => {
    expect([plural(1, 'span'), plural(0, 'span'), plural(2000, 'entry', 'entries')]).toEqual([
      '1 span',
      '0 spans',
      '2,000 entries',
    ]);
  });

  it('writes moments to the microsecond, up to the last that OTLP can say', () => {
    expect(momentText(1_700_000_000_123_456_789n)).toBe('2023-11-14 22:13:20.123456 UTC');
    expect(momentText(18_446_744_073_709_551_615n)).toBe('2554-07-21 23:34:33.709551 UTC');
  });
});
