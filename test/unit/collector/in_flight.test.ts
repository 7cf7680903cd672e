import { expect, test } from '@jest/globals';
import { InFlight } from '../../../services/collector/in_flight.ts';

test('leases share one limit, and what does not fit changes nothing', () => {
  const inFlight = new InFlight(10);
  const [first, second] = [inFlight.lease(), inFlight.lease()];
  expect(first.grow(6)).toBe(true);
  expect(second.grow(5)).toBe(false);
  expect(second.grow(4)).toBe(true);
  expect(inFlight.bytes).toBe(10);
});

test('a released lease gives back all that it held, once', () => {
  const changes: number[] = [];
  const inFlight = new InFlight(10, (bytes) => changes.push(bytes));
  const lease = inFlight.lease();
  lease.grow(4);
  lease.grow(5);
  lease.shrink(4);
  lease.release();
  lease.release();
  expect(changes).toEqual([4, 9, 5, 0, 0]);
});
