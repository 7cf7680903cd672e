/** The spans of its own trace that a span links to: how a consumer names the producers of its messages. */
import { LINK_SPAN_ID, LINK_TRACE_ID, SPAN_ID_BYTES, SPAN_LINKS, TRACE_ID_BYTES } from '../otlp/fields.ts';
import type { SpanView } from '../otlp/span_view.ts';
import { Cursor, int32At, readLength, readTag, skipValue } from '../wire/cursor.ts';
import { key16 } from '../wire/keys.ts';
import type { SpanId } from './run.ts';

/** As many as an OpenTelemetry SDK sends by default; they are kept until the run ends. */
const MAX_LINKS = 128;

/** Ids of the linked spans, each once, the first of them where there are many, without those of other traces. Throws WireError where a link is malformed. */
export function readLinksWithin(view: SpanView, traceId: string): readonly SpanId[] {
  const found: SpanId[] = [];
  const cursor = new Cursor(view.buf, view.othersStart, view.end);
  while (cursor.pos < view.end) {
    const tag = readTag(cursor);
    if (tag !== SPAN_LINKS) {
      skipValue(cursor, tag);
      continue;
    }
    const length = readLength(cursor);
    const linked = readLink(new Cursor(view.buf, cursor.pos, cursor.pos + length), traceId);
    cursor.pos += length;
    if (linked === null || found.some((known) => isSame(known, linked))) continue;
    found.push(linked);
    if (found.length >= MAX_LINKS) break;
  }
  return found;
}

function readLink(cursor: Cursor, traceId: string): SpanId | null {
  let linkedTrace = '';
  let linkedSpan: SpanId | null = null;
  while (cursor.pos < cursor.end) {
    const tag = readTag(cursor);
    if (tag === LINK_TRACE_ID) {
      const length = readLength(cursor);
      linkedTrace = length === TRACE_ID_BYTES ? key16(cursor.buf, cursor.pos) : '';
      cursor.pos += length;
    } else if (tag === LINK_SPAN_ID) {
      const length = readLength(cursor);
      linkedSpan = length === SPAN_ID_BYTES ? spanIdAt(cursor.buf, cursor.pos) : null;
      cursor.pos += length;
    } else {
      skipValue(cursor, tag);
    }
  }
  return linkedTrace === traceId ? linkedSpan : null;
}

function spanIdAt(buf: Uint8Array, at: number): SpanId {
  return { low: int32At(buf, at), high: int32At(buf, at + 4) };
}

function isSame(a: SpanId, b: SpanId): boolean {
  return a.low === b.low && a.high === b.high;
}
