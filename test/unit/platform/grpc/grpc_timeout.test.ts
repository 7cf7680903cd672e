import { expect, test } from '@jest/globals';
import { parseGrpcTimeout } from '../../../../services/platform/grpc/grpc_timeout.ts';

test.each([
  ['1H', 3_600_000],
  ['2M', 120_000],
  ['30S', 30_000],
  ['29999m', 29_999],
  ['500u', 0.5],
  ['1000000n', 1],
  ['0S', 0],
  ['99999999H', 2 ** 31 - 1],
])('%s is %d ms', (text, ms) => {
  expect(parseGrpcTimeout(text)).toBe(ms);
});

test.each(['', 'S', '1', '1 S', '-1S', '1.5S', '123456789S', '1s', '1S, 2S', '1constructor'])(
  '%j is no time',
  (text) => {
    expect(parseGrpcTimeout(text)).toBeNull();
  },
);
