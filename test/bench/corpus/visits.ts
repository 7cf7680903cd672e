/**
 * Visits of the shop as traces: 5 to 30 spans, times that differ as real ones do, one in seventy with an error that its callers
 * see as well. The same seed gives the same traces.
 */
import { PAGES, type Call } from './shop_calls.ts';

/** A span before it is bytes. */
export interface VisitSpan {
  readonly call: Call;
  /** Which of the service's processes. */
  readonly instance: number;
  readonly spanId: Uint8Array;
  /** Empty for the root. */
  readonly parentSpanId: Uint8Array;
  /** Unix milliseconds, with fractions. */
  readonly startMs: number;
  endMs: number;
  failed: boolean;
}

export interface Visit {
  readonly traceId: Uint8Array;
  /** One of 200,000. */
  readonly user: number;
  /** In the order in which they began. */
  readonly spans: readonly VisitSpan[];
}

export const INSTANCES = 3;
const USERS = 200_000;

const MAX_SPANS = 30;
const FAILING_SHARE = 1 / 70;
const NO_PARENT = new Uint8Array(0);
const TOTAL_WEIGHT = PAGES.reduce((sum, { weight }) => sum + weight, 0);

export class Visits {
  private readonly random: () => number;

  /** `random` from 0 up to 1. */
  constructor(random: () => number) {
    this.random = random;
  }

  next(startMs: number): Visit {
    const spans: VisitSpan[] = [];
    const pace = this.spread(0.5);
    this.place(this.page(), NO_PARENT, startMs, pace, spans);
    if (this.random() < FAILING_SHARE) this.fail(spans);
    return { traceId: this.id(16), user: this.below(USERS), spans };
  }

  /** Appends the spans of a call; returns when it ended. */
  private place(
    call: Call,
    parentSpanId: Uint8Array,
    startMs: number,
    pace: number,
    spans: VisitSpan[],
  ): number {
    const own = call.ms * pace * this.spread(0.7);
    const span: VisitSpan = {
      ...{ call, parentSpanId, startMs, endMs: startMs, failed: false },
      instance: this.below(INSTANCES),
      spanId: this.id(8),
    };
    spans.push(span);
    let atMs = startMs + own * 0.4;
    for (const inner of call.calls) {
      const count = inner.least + this.below(inner.most - inner.least + 1);
      for (let i = 0; i < count && spans.length < MAX_SPANS; i++) {
        atMs = this.place(inner, span.spanId, atMs, pace, spans);
      }
    }
    span.endMs = atMs + own * 0.6;
    return span.endMs;
  }

  /** One span fails, and those that wait for it fail with it, up to some point. */
  private fail(spans: readonly VisitSpan[]): void {
    let failed = spans[this.below(spans.length)];
    while (failed !== undefined) {
      const { parentSpanId } = failed;
      failed.failed = true;
      failed = this.random() < 0.8 ? spans.find(({ spanId }) => spanId === parentSpanId) : undefined;
    }
  }

  private page(): Call {
    let rest = this.random() * TOTAL_WEIGHT;
    for (const { root, weight } of PAGES) if ((rest -= weight) < 0) return root;
    throw new Error('no page has any weight');
  }

  /** A factor around 1, log-normal. */
  private spread(sigma: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random());
    return Math.exp(sigma * normal);
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private id(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.below(256);
    return bytes;
  }
}
