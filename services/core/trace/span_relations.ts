/**
 * Who called whom among the spans of a run: the one reading of parent ids, for the critical path and for edges alike.
 *
 * Parent ids alone do not tell where two spans share an id: Zipkin's client and server report one call under one id. The server
 * then is the child of its client twin, and what names the id as its parent belongs to the twin of its own service. Among
 * spans that are equally good the choice does not depend on the order in which they came.
 */
import { KIND_CLIENT, KIND_CONSUMER, KIND_PRODUCER, KIND_SERVER } from '../otlp/fields.ts';
import { isRoot, type SentSpan, type SpanId, type SpanNode, type SpanTable } from './run.ts';

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
    const twin = best(spans, span.idLow, span.idHigh, span, isCallerSpan);
    if (twin !== null) return twin;
  }
  return isRoot(span) ? null : best(spans, span.parentLow, span.parentHigh, span, anySpan);
}

/** The producer among the spans that go by an id, for a consumer's link. */
export function producerOf(spans: SpanTable, { low, high }: SpanId, consumer: SentSpan): SentSpan | null {
  return best(spans, low, high, consumer, isProducerSpan);
}

export function isSent(span: SpanNode): span is SentSpan {
  return span.edge !== null;
}

const anySpan = (): boolean => true;
const isCallerSpan = ({ kind }: SentSpan): boolean => isCaller(kind);
const isProducerSpan = ({ kind }: SentSpan): boolean => kind === KIND_PRODUCER;

/** Two spans may share an id, in Zipkin. Where thousands do, ids are broken, and asking all of them for each would take hours. */
const MAX_OF_ONE_ID = 64;

function best(
  spans: SpanTable,
  idLow: number,
  idHigh: number,
  child: SentSpan,
  accepts: (span: SentSpan) => boolean,
): SentSpan | null {
  let found: SentSpan | null = null;
  let span = spans.find(idLow, idHigh) ?? null;
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
