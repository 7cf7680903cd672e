/**
 * Who called whom among the spans of a run: the one reading of parent ids, for the critical path and for edges alike.
 *
 * Parent ids alone do not tell where two spans share an id: Zipkin's client and server report one call under one id. The server
 * then is the child of its client twin, and what names the id as its parent belongs to the twin of its own service. Among
 * spans that are equally good the choice does not depend on the order in which they came.
 */
import { KIND_CLIENT, KIND_CONSUMER, KIND_PRODUCER, KIND_SERVER } from '../otlp/fields.ts';
import type { EdgeEnd, SpanNode, SpanTable } from './run.ts';

/** A span whose bytes were read: its fragment has been sent. */
export interface SentSpan extends SpanNode {
  edge: EdgeEnd;
}

/** Whether a span of this kind is the near end of a call: a client, or a producer. */
export function isCaller(kind: number): boolean {
  return kind === KIND_CLIENT || kind === KIND_PRODUCER;
}

/** Whether a span of this kind is the far end of a call: a server, or a consumer. */
export function isCallee(kind: number): boolean {
  return kind === KIND_SERVER || kind === KIND_CONSUMER;
}

/** The span under which `span` ran, or null where the run knows none. Only sent spans count. */
export function parentOf(spans: SpanTable, span: SentSpan): SentSpan | null {
  if (isCallee(span.kind)) {
    const twin = best(spans, span.spanId, span, (other) => isCaller(other.kind));
    if (twin !== null) return twin;
  }
  return span.parentId === '' ? null : best(spans, span.parentId, span, anySpan);
}

/** The producer among the spans that go by `spanId`, for a consumer's link. */
export function producerOf(spans: SpanTable, spanId: string, consumer: SentSpan): SentSpan | null {
  return best(spans, spanId, consumer, (other) => other.kind === KIND_PRODUCER);
}

export function isSent(span: SpanNode): span is SentSpan {
  return span.edge !== null;
}

const anySpan = (): boolean => true;

/** Two spans may share an id, in Zipkin. Where thousands do, ids are broken, and asking all of them for each would take hours. */
const MAX_OF_ONE_ID = 64;

function best(
  spans: SpanTable,
  spanId: string,
  child: SentSpan,
  accepts: (span: SentSpan) => boolean,
): SentSpan | null {
  let found: SentSpan | null = null;
  let span = spans.find(spanId) ?? null;
  for (let asked = 0; span !== null && asked < MAX_OF_ONE_ID; span = span.sameId, asked++) {
    if (span === child || !isSent(span) || !accepts(span)) continue;
    if (found === null || compareAsParents(span, found, child) < 0) found = span;
  }
  return found;
}

/**
 * Same service first, then the far end of a call before its near end, then any order that is the same every time: spans of one
 * id and kind differ in their fingerprints, or one would have been dropped as a retry.
 */
function compareAsParents(a: SentSpan, b: SentSpan, child: SentSpan): number {
  const { service } = child.edge;
  return (
    Number(b.edge.service === service) - Number(a.edge.service === service) ||
    Number(isCaller(a.kind)) - Number(isCaller(b.kind)) ||
    a.kind - b.kind ||
    a.fingerprint - b.fingerprint
  );
}
