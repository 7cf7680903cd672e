/**
 * How often an address may fail to log in: ten times at once, then once in six seconds. It holds up nobody who is known: a
 * right token passes from any address, since many may come by way of the same proxy.
 */
import type { Clock } from '../clock.ts';

const BURST = 10;
const REFILL_MS = 6_000;
/** The address that was heard of least recently is forgotten. */
const MAX_ADDRESSES = 10_000;

interface Bucket {
  /** Failures left, at `atMs`. */
  left: number;
  atMs: number;
}

export class LoginLimits {
  private readonly clock: Clock;
  private readonly buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get size(): number {
    return this.buckets.size;
  }

  /** Counts one attempt: 0 when it may go on, else in how many milliseconds it may. */
  take(address: string): number {
    const key = networkOf(address);
    const nowMs = this.clock.now();
    const bucket = this.buckets.get(key) ?? { left: BURST, atMs: nowMs };
    bucket.left = Math.min(BURST, bucket.left + Math.max(0, nowMs - bucket.atMs) / REFILL_MS);
    bucket.atMs = nowMs;
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    if (this.buckets.size > MAX_ADDRESSES) this.forgetOldest();
    if (bucket.left < 1) return Math.ceil((1 - bucket.left) * REFILL_MS);
    bucket.left -= 1;
    return 0;
  }

  /** It was no failure after all. */
  giveBack(address: string): void {
    const bucket = this.buckets.get(networkOf(address));
    if (bucket !== undefined) bucket.left = Math.min(BURST, bucket.left + 1);
  }

  private forgetOldest(): void {
    for (const key of this.buckets.keys()) {
      this.buckets.delete(key);
      return;
    }
  }
}

/** Who has one IPv6 address has 2^64 of them. */
function networkOf(address: string): string {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  if (!plain.includes(':')) return plain;
  const [head = ''] = plain.split('::');
  return head.split(':').slice(0, 4).join(':');
}
