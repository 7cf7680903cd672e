import { expect, test } from '@jest/globals';
import { restartDelayMs } from '../../../services/local/restart_delay.ts';

test('each failure in a row doubles the pause, up to half a minute', () => {
  expect([0, 1, 2, 3].map(restartDelayMs)).toEqual([500, 1000, 2000, 4000]);
  expect(restartDelayMs(6)).toBe(30_000);
  expect(restartDelayMs(10_000)).toBe(30_000);
});
