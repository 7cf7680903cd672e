/**
 * How fast each tenant may send: one bucket of spans and one of bytes, filled by time.
 *
 * A request is let in while there is anything in the bucket, and may leave it in debt: so what is refused is refused before its
 * body is read, a request larger than the burst still passes, and over time a tenant gets its rate to the span.
 */
import type { TenantLimits } from '../platform/auth/tenant_file.ts';
import type { Clock } from '../platform/clock.ts';

export interface TenantRatesOptions {
  readonly limitsOf: (tenant: string) => TenantLimits;
  readonly clock: Clock;
}

/** What a request costs. */
export interface Cost {
  readonly spans: number;
  /** After decompression. */
  readonly bytes: number;
}

interface Buckets extends Record<keyof Cost, number> {
  atMs: number;
}

/** One span or byte, but for what sums of fractions lose. */
const ENOUGH = 1 - 1e-6;
const USUAL_SPAN_BYTES = 512;
const RATES = { spans: 'spansPerSecond', bytes: 'bytesPerSecond' } as const;

export class TenantRates {
  private readonly options: TenantRatesOptions;
  /** Of tenants that have a limit. */
  private readonly buckets = new Map<string, Buckets>();

  constructor(options: TenantRatesOptions) {
    this.options = options;
  }

  /** 0 when it may send now, else in how many milliseconds. */
  waitMs(tenant: string): number {
    const limits = this.options.limitsOf(tenant);
    const buckets = this.filled(tenant, limits);
    if (buckets === null) return 0;
    return Math.max(
      waitFor(buckets.spans, limits.spansPerSecond),
      waitFor(buckets.bytes, limits.bytesPerSecond),
    );
  }

  /** The same, and takes the cost where it is 0. */
  take(tenant: string, cost: Cost): number {
    const waitMs = this.waitMs(tenant);
    if (waitMs === 0) this.change(tenant, -cost.spans, -cost.bytes);
    return waitMs;
  }

  /**
   * For bytes that were read in vain: they cost as much as spans of the usual size would have, or what is worst to read would be
   * the cheapest to send. No deeper into debt than a burst: one broken client is not to keep its tenant out for long.
   */
  charge(tenant: string, bytes: number): void {
    const limits = this.options.limitsOf(tenant);
    const buckets = this.filled(tenant, limits);
    if (buckets === null) return;
    const floor = (perSecond: number | null): number => -Math.max(1, (perSecond ?? 0) * limits.burstSeconds);
    const spans = 1 + Math.floor(bytes / USUAL_SPAN_BYTES);
    buckets.spans = Math.max(buckets.spans - spans, Math.min(buckets.spans, floor(limits.spansPerSecond)));
    buckets.bytes = Math.max(buckets.bytes - bytes, Math.min(buckets.bytes, floor(limits.bytesPerSecond)));
  }

  /** For what was not stored after all. */
  giveBack(tenant: string, cost: Cost): void {
    this.change(tenant, cost.spans, cost.bytes);
  }

  private change(tenant: string, spans: number, bytes: number): void {
    const buckets = this.buckets.get(tenant);
    if (buckets === undefined) return;
    buckets.spans += spans;
    buckets.bytes += bytes;
  }

  /** As of now; null where nothing is limited. */
  private filled(tenant: string, limits: TenantLimits): Buckets | null {
    if (limits.spansPerSecond === null && limits.bytesPerSecond === null) {
      this.buckets.delete(tenant);
      return null;
    }
    const nowMs = this.options.clock.now();
    const known = this.buckets.get(tenant);
    const buckets = known ?? { spans: Infinity, bytes: Infinity, atMs: nowMs };
    if (known === undefined) this.buckets.set(tenant, buckets);
    const elapsedSeconds = Math.max(0, nowMs - buckets.atMs) / 1000;
    buckets.atMs = nowMs;
    for (const [unit, rate] of Object.entries(RATES) as [keyof Cost, (typeof RATES)[keyof Cost]][]) {
      const perSecond = limits[rate];
      const most = perSecond === null ? Infinity : Math.max(1, perSecond * limits.burstSeconds);
      buckets[unit] = Math.min(most, buckets[unit] + (perSecond ?? 0) * elapsedSeconds);
    }
    return buckets;
  }
}

function waitFor(level: number, perSecond: number | null): number {
  const missing = ENOUGH - level;
  return perSecond === null || missing <= 0 ? 0 : Math.ceil((missing * 1000) / perSecond);
}
