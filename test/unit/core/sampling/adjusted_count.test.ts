import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { adjustedCount, adjustedCountOf } from '../../../../services/core/sampling/adjusted_count.ts';

describe('the adjusted count', () => {
  test.each([
    ['ot=th:0', 1],
    ['ot=th:8', 2],
    ['ot=th:c', 4],
    ['ot=th:fd70a3d70a3d71', 100],
    ['ot=rv:abcdef01234567;th:c', 4],
    ['vendor=x:y, ot=th:8;rv:0 ,other=1', 2],
    ['ot=th:ffffffffffffff', 2 ** 56],
  ])('is what the threshold says: %s', (traceState, count) => {
    expect(adjustedCountOf(traceState)).toBeCloseTo(count, 10);
  });

  test.each([
    '',
    'ot',
    'ot=',
    'ot=th',
    'ot=th:',
    'ot=th:g',
    'ot=th:C',
    'ot=th:123456789012345',
    'ot=rv:8',
    'xot=th:8',
    'th:8',
  ])('is 1 where there is no threshold or none that can be read: %s', (traceState) => {
    expect(adjustedCountOf(traceState)).toBe(1);
  });

  test('equals 2^56 / (2^56 - T) for every threshold', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 56n - 1n }), (threshold) => {
        const digits = threshold.toString(16).padStart(14, '0').replace(/0+$/, '');
        const expected = 2 ** 56 / Number(2n ** 56n - threshold);
        expect(adjustedCountOf(`ot=th:${digits === '' ? '0' : digits}`)).toBeCloseTo(expected, 6);
      }),
    );
  });

  test('is read from the bytes where they lie', () => {
    const bytes = Buffer.from('xxot=th:8yy');
    expect(adjustedCount(bytes, 2, 9)).toBe(2);
    expect(adjustedCount(bytes, 2, 2)).toBe(1);
  });

  test('of any text is a number of at least 1', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(adjustedCountOf(text)).toBeGreaterThanOrEqual(1)));
  });
});
