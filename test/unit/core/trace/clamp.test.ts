import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  clampStartMs,
  isWildClock,
  MAX_AGE_MS,
  MAX_AHEAD_MS,
} from '../../../../services/core/trace/clamp.ts';
import { addNs, compareTimes, fromMs, LATEST, toMs } from '../../../../services/core/trace/unix_time.ts';
import type { UnixTime } from '../../../../services/core/trace/unix_time.ts';

const RECEIVED = 1_700_000_000_000;

describe('a wild clock', () => {
  test('is one more than a week behind or more than an hour ahead', () => {
    for (const startMs of [RECEIVED, RECEIVED - MAX_AGE_MS, RECEIVED + MAX_AHEAD_MS]) {
      expect(isWildClock(startMs, RECEIVED)).toBe(false);
      expect(clampStartMs(startMs, RECEIVED)).toBe(startMs);
    }
    for (const startMs of [0, RECEIVED - MAX_AGE_MS - 1, RECEIVED + MAX_AHEAD_MS + 1, 1.8e13]) {
      expect(isWildClock(startMs, RECEIVED)).toBe(true);
      expect(clampStartMs(startMs, RECEIVED)).toBe(RECEIVED);
    }
  });
});

const later = (time: UnixTime, ns: number): UnixTime => {
  const moved = { ...time };
  addNs(moved, ns);
  return moved;
};
const asBigInt = ({ low, high }: UnixTime): bigint => (BigInt(high) << 32n) + BigInt(low);
const half = fc.nat({ max: 0xffff_ffff });
const time = fc.record({ low: half, high: fc.nat({ max: 0x7fff_ffff }) });

describe('times in two halves', () => {
  test('are whole milliseconds without rounding up', () => {
    fc.assert(fc.property(time, (at) => expect(BigInt(toMs(at))).toBe(asBigInt(at) / 1_000_000n)));
    const justBefore = later(fromMs(RECEIVED - 1), 999_999);
    expect(toMs(justBefore)).toBe(RECEIVED - 1);
    expect(toMs(later(justBefore, 1))).toBe(RECEIVED);
  });

  test('are made of milliseconds', () => {
    fc.assert(
      fc.property(fc.nat({ max: 9e12 }), (ms) => expect(asBigInt(fromMs(ms))).toBe(BigInt(ms) * 1_000_000n)),
    );
    expect(fromMs(-1)).toEqual({ low: 0, high: 0 });
  });

  test('add up as whole numbers do, up to the last moment that ClickHouse can hold', () => {
    fc.assert(
      fc.property(time, fc.maxSafeInteger().map(Math.abs), (at, ns) => {
        const sum = asBigInt(at) + BigInt(ns);
        const latest = asBigInt(LATEST);
        expect(asBigInt(later(at, ns))).toBe(sum > latest ? latest : sum);
      }),
    );
    expect(later({ low: 0, high: 1 }, 2 ** 64)).toEqual(LATEST);
  });

  test('compare as whole numbers do', () => {
    fc.assert(
      fc.property(time, time, (a, b) => {
        const difference = asBigInt(a) - asBigInt(b);
        expect(Math.sign(compareTimes(a, b))).toBe(Number(difference > 0n) - Number(difference < 0n));
      }),
    );
  });
});
