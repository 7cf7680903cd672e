/** Spans and traces as the foreign store gives them, for tests: from a few words each, everything else empty. */
import type { ForeignTrace, TraceSpan } from '../../services/query/foreign/foreign_store.ts';
import { storedSpan, TRACE_START_NS } from './trace_fixture.ts';

export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

/** `id` is a number up to ffff, in hex; start and duration in milliseconds since the start of the trace. */
export function span(
  id: string,
  parent: string,
  startMs: number,
  durationMs: number,
  more: Partial<TraceSpan> = {},
): TraceSpan {
  const full = (short: string): string => (short === '' ? '' : short.padStart(16, '0'));
  return {
    ...storedSpan(full(id), full(parent), startMs, durationMs, more),
    traceId: TRACE_ID,
    flags: 0,
    ...more,
  };
}

export function trace(...spans: TraceSpan[]): ForeignTrace {
  return {
    facts: {
      traceId: spans[0]?.traceId ?? TRACE_ID,
      startNs: TRACE_START_NS,
      endNs: TRACE_START_NS,
      spans: spans.length,
      errors: 0,
      rootService: 'shop',
      rootName: 'work',
    },
    spans,
    truncated: false,
  };
}
