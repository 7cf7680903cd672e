/**
 * Zipkin's shared spans as Jaeger wants them: where the two ends of a call have one id, the server's end gets an id of its
 * own, becomes the child of the client's end, and takes over the children.
 */
import type { TraceSpan } from '../foreign/foreign_store.ts';

export function withUniqueIds(spans: readonly TraceSpan[]): readonly TraceSpan[] {
  const clientIds = new Set(spans.filter(({ kind }) => kind === 'Client').map(({ spanId }) => spanId));
  const shared = spans.filter(({ kind, spanId }) => kind === 'Server' && clientIds.has(spanId));
  if (shared.length === 0) return spans;
  const taken = new Set(spans.map(({ spanId }) => spanId));
  const serverIds = new Map<string, string>();
  for (const { spanId } of shared) {
    if (!serverIds.has(spanId)) serverIds.set(spanId, freeId(spanId, taken));
  }
  return spans.map((span) => {
    const ownId = span.kind === 'Server' ? serverIds.get(span.spanId) : undefined;
    if (ownId !== undefined) return { ...span, spanId: ownId, parentSpanId: span.spanId };
    const parentSpanId = serverIds.get(span.parentSpanId);
    return parentSpanId === undefined ? span : { ...span, parentSpanId };
  });
}

function freeId(id: string, taken: Set<string>): string {
  let free = BigInt(`0x${id}`);
  let text = id;
  while (taken.has(text) || free === 0n) {
    free = BigInt.asUintN(64, free + 1n);
    text = free.toString(16).padStart(16, '0');
  }
  taken.add(text);
  return text;
}
