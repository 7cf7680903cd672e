/** A stored trace for tests: spans from a few words each, everything else empty. */
import type { StoredSpan } from '../../services/query/trace_answer.ts';

export const TRACE_START_NS = 1_700_000_000_000_000_000n;

/** Start and duration in milliseconds since the start of the trace. */
export function storedSpan(
  spanId: string,
  parentSpanId: string,
  startMs: number,
  durationMs: number,
  more: Partial<StoredSpan> = {},
): StoredSpan {
  return {
    spanId,
    parentSpanId,
    service: 'shop',
    name: `work ${spanId}`,
    kind: 'Internal',
    startNs: TRACE_START_NS + BigInt(Math.round(startMs * 1e6)),
    durationNs: BigInt(Math.round(durationMs * 1e6)),
    status: 'Unset',
    statusMessage: '',
    scopeName: '',
    scopeVersion: '',
    traceState: '',
    attributes: {},
    resourceAttributes: { 'service.name': more.service ?? 'shop' },
    events: [],
    links: [],
    weight: 1,
    reportedStartNs: null,
    ...more,
  };
}
