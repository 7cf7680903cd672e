import { describe, expect, test } from '@jest/globals';
import { TenantRates } from '../../../services/collector/tenant_rates.ts';
import { NO_LIMITS, type TenantLimits } from '../../../services/platform/auth/tenant_file.ts';
import { ManualTime } from '../../support/manual_time.ts';

const time = new ManualTime();
const LIMITS: Readonly<Record<string, TenantLimits>> = {
  spans: { ...NO_LIMITS, spansPerSecond: 100, burstSeconds: 2 },
  bytes: { ...NO_LIMITS, bytesPerSecond: 1000, burstSeconds: 1 },
};
const rates = (limits = LIMITS) =>
  new TenantRates({ limitsOf: (tenant) => limits[tenant] ?? NO_LIMITS, clock: time });

describe('a tenant', () => {
  test('may send its burst at once, and is then told when its bucket has something again', () => {
    const tenant = rates();
    expect(tenant.take('spans', { spans: 199, bytes: 1e9 })).toBe(0);
    expect(tenant.take('spans', { spans: 41, bytes: 0 })).toBe(0);
    // 40 in debt, and one must be there: 41 at 100 a second.
    expect(tenant.waitMs('spans')).toBe(410);
    time.advance(409);
    expect(tenant.waitMs('spans')).toBe(1);
    time.advance(1);
    expect(tenant.take('spans', { spans: 1, bytes: 0 })).toBe(0);
  });

  test('gets its rate to the span over time, whatever it tries', () => {
    const tenant = rates();
    let stored = 0;
    for (let ms = 0; ms < 60_000; ms += 10) {
      if (tenant.take('spans', { spans: 37, bytes: 0 }) === 0) stored += 37;
      time.advance(10);
    }
    // 100 a second, the burst of 200 before, and at most one request of debt.
    expect(stored).toBeGreaterThanOrEqual(6_200);
    expect(stored).toBeLessThanOrEqual(6_200 + 37);
  });

  test('may send a request larger than its burst, and pays for it', () => {
    const tenant = rates();
    expect(tenant.take('bytes', { spans: 1, bytes: 5_000 })).toBe(0);
    expect(tenant.waitMs('bytes')).toBe(4_001);
  });

  test('is given back what was not stored', () => {
    const tenant = rates();
    tenant.take('bytes', { spans: 1, bytes: 5_000 });
    tenant.giveBack('bytes', { spans: 1, bytes: 5_000 });
    expect(tenant.waitMs('bytes')).toBe(0);
  });

  test('pays for what was read in vain, but not for longer than a burst', () => {
    const tenant = rates();
    tenant.charge('spans', 51_200);
    // 200 less 101: there is something left.
    expect(tenant.waitMs('spans')).toBe(0);
    tenant.charge('spans', 16_000_000);
    tenant.charge('spans', 16_000_000);
    expect(tenant.waitMs('spans')).toBe(2_010);
    tenant.charge('bytes', 16_000_000);
    expect(tenant.waitMs('bytes')).toBe(1_001);
    expect(tenant.waitMs('other')).toBe(0);
  });

  test('without limits, or beside one that is over them, is not held up', () => {
    const tenant = rates();
    tenant.take('spans', { spans: 10_000, bytes: 0 });
    expect(tenant.waitMs('spans')).toBeGreaterThan(0);
    expect(tenant.take('other', { spans: 1e9, bytes: 1e12 })).toBe(0);
    expect(tenant.waitMs('other')).toBe(0);
  });

  test('has new limits as soon as the file has', () => {
    const limits: Record<string, TenantLimits> = { ...LIMITS };
    const tenant = rates(limits);
    tenant.take('spans', { spans: 1_200, bytes: 0 });
    expect(tenant.waitMs('spans')).toBe(10_010);
    limits['spans'] = { ...NO_LIMITS, spansPerSecond: 1_000 };
    expect(tenant.waitMs('spans')).toBe(1_001);
    limits['spans'] = NO_LIMITS;
    expect(tenant.waitMs('spans')).toBe(0);
  });

  test('that had a limit of one kind is held to a second one that the file gets', () => {
    const limits: Record<string, TenantLimits> = { ...LIMITS };
    const tenant = rates(limits);
    expect(tenant.waitMs('bytes')).toBe(0);
    limits['bytes'] = { ...NO_LIMITS, bytesPerSecond: 1_000, spansPerSecond: 100, burstSeconds: 1 };
    expect(tenant.take('bytes', { spans: 200, bytes: 0 })).toBe(0);
    expect(tenant.waitMs('bytes')).toBe(1_010);
  });
});
