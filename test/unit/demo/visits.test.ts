import { describe, expect, test } from '@jest/globals';
import { Visits, type Visit } from '../../../demo/visits.ts';

/** The same numbers in every run. */
function pseudoRandom(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 48_271) >>> 0) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

describe('visits of the shop', () => {
  test('a checkout is only for somebody with a filled cart, and each cart is paid once', () => {
    const visits = new Visits(pseudoRandom());
    const filled: string[] = [];
    for (let i = 0; i < 5000; i++) {
      const visit = visits.next();
      if (visit.path === '/cart/items') {
        filled.push(visit.user);
        visits.done(visit, 201, {});
      }
      if (visit.path === '/checkout') expect(visit.user).toBe(filled.shift());
    }
  });

  test('a cart that was refused is not paid', () => {
    const visits = new Visits(pseudoRandom());
    for (let i = 0; i < 2000; i++) {
      const visit = visits.next();
      expect(visit.path).not.toBe('/checkout');
      visits.done(visit, 404, {});
    }
  });

  test('only orders that exist are asked for', () => {
    const visits = new Visits(pseudoRandom());
    let placed = 0;
    for (let i = 0; i < 5000; i++) {
      const visit: Visit = visits.next();
      const asked = /^\/orders\/(\d+)$/.exec(visit.path);
      if (asked !== null) expect(Number(asked[1])).toBeLessThanOrEqual(placed);
      if (visit.path === '/checkout') placed++;
      visits.done(visit, 201, { id: placed });
    }
    expect(placed).toBeGreaterThan(100);
  });
});
