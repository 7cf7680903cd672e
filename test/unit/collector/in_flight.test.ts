import { expect, test } from '@jest/globals';
import { InFlight } from '../../../services/collector/in_flight.ts';

const SHOP = { tenant: 'shop' };

test('leases share one limit, and what does not fit changes nothing', () => {
  const inFlight = new InFlight(10);
  const [first, second] = [inFlight.lease(SHOP), inFlight.lease(SHOP)];
  expect(first.grow(6)).toBe(true);
  expect(second.grow(5)).toBe(false);
  expect(second.grow(4)).toBe(true);
  expect(inFlight.bytes).toBe(10);
});

test('a released lease gives back all that it held, once', () => {
  const changes: number[] = [];
  const inFlight = new InFlight(10, { onChange: (bytes) => changes.push(bytes) });
  const lease = inFlight.lease(SHOP);
  lease.grow(4);
  lease.grow(5);
  lease.shrink(4);
  lease.release();
  lease.release();
  expect(changes).toEqual([4, 9, 5, 0, 0]);
});

test('a tenant at its own limit leaves the rest to others', () => {
  const refused: string[] = [];
  const inFlight = new InFlight(10, { limitOf: () => 5, onRefused: (tenant) => refused.push(tenant) });
  const lease = inFlight.lease(SHOP);
  expect(lease.grow(5)).toBe(true);
  expect(inFlight.lease(SHOP).grow(1)).toBe(false);
  expect(inFlight.lease({ tenant: 'bank' }).grow(5)).toBe(true);
  lease.release();
  expect(inFlight.lease(SHOP).grow(5)).toBe(true);
  expect(refused).toEqual(['shop']);
});
