/**
 * Makes traces at a rate and gives out their spans when they are due, shuffled and cut into requests. Time is the caller's: the
 * same seed and the same times give the same requests.
 */
import { seeded } from '../../support/known_load.ts';
import { tracesData } from '../../support/otlp_bytes.ts';
import { pickShape } from './shapes.ts';
import { hex, TraceBuilder, type PlannedSpan } from './trace_builder.ts';

export interface TrafficRequest {
  readonly number: number;
  readonly spans: readonly PlannedSpan[];
  /** ExportTraceServiceRequest. */
  readonly bytes: Buffer;
}

/** A request holds the spans of about so many ms, within these bounds. */
const REQUEST_MS = 50;
const MIN_SPANS_A_REQUEST = 10;
const MAX_SPANS_A_REQUEST = 500;
const SLOT_MS = 50;
/** More than a fragment holds by default. */
const LARGEST_TRACE = 6_000;
/** The services whose clocks go wrong; the others' are right. */
const SKEWED = new Set(['catalog', 'worker']);

export class Traffic {
  spansPerSecond: number;
  skewClockMs = 0;
  private readonly seed: number;
  private readonly random: () => number;
  /** Spans by the slot of time in which they are due. */
  private readonly due = new Map<number, PlannedSpan[]>();
  private traces = 0;
  private requests = 0;
  /** Spans that the rate allows and that no trace has been made of yet; below 0 after a large trace. */
  private allowance = 0;
  private lastMs: number | null = null;
  private nextSlot = 0;

  constructor(seed: number, spansPerSecond: number) {
    this.seed = seed;
    this.random = seeded(seed);
    this.spansPerSecond = spansPerSecond;
  }

  /** What is to be sent by now. `makesMore` is false where the senders can't keep up: then no trace is begun. */
  take(nowMs: number, makesMore: boolean): TrafficRequest[] {
    const elapsedMs = this.lastMs === null ? 0 : nowMs - this.lastMs;
    if (this.lastMs === null) this.nextSlot = Math.floor(nowMs / SLOT_MS);
    this.lastMs = nowMs;
    if (makesMore) this.allowance += (elapsedMs / 1000) * this.spansPerSecond;
    while (makesMore && this.allowance > 0) this.allowance -= this.makeTrace(nowMs);
    const spans: PlannedSpan[] = [];
    for (const last = Math.floor(nowMs / SLOT_MS); this.nextSlot <= last; this.nextSlot++) {
      spans.push(...(this.due.get(this.nextSlot) ?? []));
      this.due.delete(this.nextSlot);
    }
    return this.cut(spans);
  }

  /** What is still to come of the traces that were begun, at once. */
  takeRest(): TrafficRequest[] {
    const rest = [...this.due.values()].flat();
    this.due.clear();
    return this.cut(rest);
  }

  private makeTrace(nowMs: number): number {
    const { random, skewClockMs } = this;
    const shape = pickShape(random);
    const builder = new TraceBuilder({
      traceId: hex(this.seed >>> 0, 8) + hex(Math.floor(random() * 2 ** 32), 8) + hex(++this.traces, 16),
      startMs: nowMs,
      random,
      sampling: shape.sampling,
      skewOf: (service) => (SKEWED.has(service) ? skewClockMs : 0),
    });
    shape.build(builder, Math.min(LARGEST_TRACE, Math.ceil(this.spansPerSecond * 3)));
    for (const span of builder.spans) {
      const slot = Math.max(Math.floor((nowMs + span.afterMs) / SLOT_MS), this.nextSlot);
      const slotSpans = this.due.get(slot);
      if (slotSpans === undefined) this.due.set(slot, [span]);
      else slotSpans.push(span);
    }
    return builder.spans.length;
  }

  private cut(spans: PlannedSpan[]): TrafficRequest[] {
    shuffle(spans, this.random);
    const wanted = Math.ceil((this.spansPerSecond * REQUEST_MS) / 1000);
    const size = Math.min(Math.max(wanted, MIN_SPANS_A_REQUEST), MAX_SPANS_A_REQUEST);
    const requests: TrafficRequest[] = [];
    for (let at = 0; at < spans.length; at += size) {
      const part = spans.slice(at, at + size);
      requests.push({ number: ++this.requests, spans: part, bytes: bytesOf(part) });
    }
    return requests;
  }
}

function bytesOf(spans: readonly PlannedSpan[]): Buffer {
  const groups = Map.groupBy(spans, ({ service }) => service);
  return tracesData(
    [...groups].map(([service, of]) => ({
      service,
      spans: of.map(({ parentId, traceState, ...span }) => ({
        ...span,
        ...(parentId !== '' && { parentId }),
        ...(traceState !== '' && { traceState }),
      })),
    })),
  );
}

function shuffle(spans: PlannedSpan[], random: () => number): void {
  for (let i = spans.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const [a, b] = [spans[i], spans[j]];
    if (a === undefined || b === undefined) continue;
    spans[i] = b;
    spans[j] = a;
  }
}
