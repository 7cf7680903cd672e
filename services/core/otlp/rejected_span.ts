/** A span on its own, under its headers, as it goes to dead letters: so that it can be replayed once it is mended. */
import {
  RESOURCE_SPANS_RESOURCE,
  RESOURCE_SPANS_SCHEMA_URL,
  RESOURCE_SPANS_SCOPE_SPANS,
  SCOPE_SPANS_SCHEMA_URL,
  SCOPE_SPANS_SCOPE,
  SCOPE_SPANS_SPANS,
  TRACES_RESOURCE_SPANS,
} from './fields.ts';
import type { SpanGroup } from './span_index.ts';
import { WireWriter, writeLengthField } from '../wire/writer.ts';

/** The bytes `[start, end)` of a message. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** TracesData bytes with the one span `message[start, end)`, its resource and its scope, all byte for byte. */
export function singleSpanTracesData(
  message: Uint8Array,
  group: SpanGroup,
  start: number,
  end: number,
): Uint8Array {
  return groupTracesData(message, group, [{ start, end }]);
}

/** The same with several spans of the group. */
export function groupTracesData(message: Uint8Array, group: SpanGroup, spans: readonly Extent[]): Uint8Array {
  const scopeSpans = new WireWriter();
  writePart(scopeSpans, SCOPE_SPANS_SCOPE, message, group.scopeStart, group.scopeEnd);
  for (const { start, end } of spans) writeLengthField(scopeSpans, SCOPE_SPANS_SPANS, message, start, end);
  writePart(scopeSpans, SCOPE_SPANS_SCHEMA_URL, message, group.scopeSchemaUrlStart, group.scopeSchemaUrlEnd);
  const resourceSpans = new WireWriter(scopeSpans.pos + 256);
  writePart(resourceSpans, RESOURCE_SPANS_RESOURCE, message, group.resourceStart, group.resourceEnd);
  writeLengthField(resourceSpans, RESOURCE_SPANS_SCOPE_SPANS, scopeSpans.take());
  writePart(
    resourceSpans,
    RESOURCE_SPANS_SCHEMA_URL,
    message,
    group.resourceSchemaUrlStart,
    group.resourceSchemaUrlEnd,
  );
  const traces = new WireWriter(resourceSpans.pos + 16);
  writeLengthField(traces, TRACES_RESOURCE_SPANS, resourceSpans.take());
  return traces.take();
}

function writePart(writer: WireWriter, tag: number, message: Uint8Array, start: number, end: number): void {
  if (start < end) writeLengthField(writer, tag, message, start, end);
}
