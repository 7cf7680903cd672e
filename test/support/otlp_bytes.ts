/** Builds OTLP messages for tests, field by field, with our own writer: small, exact, and free to be wrong on purpose. */
import {
  WireWriter,
  writeFixed64,
  writeLengthField,
  writeVarint32,
} from '../../services/core/wire/writer.ts';
import {
  ANY_STRING,
  KEY_VALUE_KEY,
  KEY_VALUE_VALUE,
  RESOURCE_ATTRIBUTES,
  RESOURCE_SPANS_RESOURCE,
  RESOURCE_SPANS_SCOPE_SPANS,
  SCOPE_NAME,
  SCOPE_SPANS_SCOPE,
  SCOPE_SPANS_SPANS,
  SPAN_ATTRIBUTES,
  SPAN_END_TIME,
  SPAN_KIND,
  SPAN_NAME,
  SPAN_PARENT_SPAN_ID,
  SPAN_SPAN_ID,
  SPAN_START_TIME,
  SPAN_STATUS,
  SPAN_TRACE_ID,
  SPAN_TRACE_STATE,
  STATUS_CODE,
  TRACES_RESOURCE_SPANS,
} from '../../services/core/otlp/fields.ts';

export interface TestSpan {
  /** Hex, 32 and 16 digits. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string;
  readonly name?: string;
  readonly kind?: number;
  /** Unix milliseconds. */
  readonly startMs?: number;
  readonly durationMs?: number;
  readonly status?: number;
  readonly traceState?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface TestGroup {
  readonly service: string;
  readonly spans: readonly TestSpan[];
}

/** TracesData bytes with a ResourceSpans for each group. */
export function tracesData(groups: readonly TestGroup[]): Buffer {
  const message = new WireWriter();
  for (const group of groups) {
    const scopeSpans = new WireWriter();
    const scope = new WireWriter();
    writeLengthField(scope, SCOPE_NAME, Buffer.from('test'));
    writeLengthField(scopeSpans, SCOPE_SPANS_SCOPE, scope.take());
    for (const span of group.spans) writeLengthField(scopeSpans, SCOPE_SPANS_SPANS, spanBytes(span));
    const resourceSpans = new WireWriter();
    const resource = attributes(RESOURCE_ATTRIBUTES, { 'service.name': group.service });
    writeLengthField(resourceSpans, RESOURCE_SPANS_RESOURCE, resource);
    writeLengthField(resourceSpans, RESOURCE_SPANS_SCOPE_SPANS, scopeSpans.take());
    writeLengthField(message, TRACES_RESOURCE_SPANS, resourceSpans.take());
  }
  return Buffer.from(message.take());
}

/** The bytes of one Span message. */
function spanBytes(span: TestSpan): Uint8Array {
  const writer = new WireWriter();
  const startMs = span.startMs ?? 0;
  writeLengthField(writer, SPAN_TRACE_ID, Buffer.from(span.traceId, 'hex'));
  writeLengthField(writer, SPAN_SPAN_ID, Buffer.from(span.spanId, 'hex'));
  if (span.traceState !== undefined) {
    writeLengthField(writer, SPAN_TRACE_STATE, Buffer.from(span.traceState));
  }
  if (span.parentId !== undefined) {
    writeLengthField(writer, SPAN_PARENT_SPAN_ID, Buffer.from(span.parentId, 'hex'));
  }
  writeLengthField(writer, SPAN_NAME, Buffer.from(span.name ?? 'span'));
  writeVarint32(writer, SPAN_KIND);
  writeVarint32(writer, span.kind ?? 1);
  writeVarint32(writer, SPAN_START_TIME);
  writeFixed64(writer, startMs * 1e6);
  writeVarint32(writer, SPAN_END_TIME);
  writeFixed64(writer, (startMs + (span.durationMs ?? 1)) * 1e6);
  const result = attributes(SPAN_ATTRIBUTES, span.attributes ?? {});
  const status = new WireWriter();
  if (span.status !== undefined) {
    writeVarint32(status, STATUS_CODE);
    writeVarint32(status, span.status);
  }
  const head = writer.take();
  const tail = new WireWriter();
  if (span.status !== undefined) writeLengthField(tail, SPAN_STATUS, status.take());
  return Buffer.concat([head, result, tail.take()]);
}

function attributes(tag: number, values: Readonly<Record<string, string>>): Uint8Array {
  const writer = new WireWriter();
  for (const [key, value] of Object.entries(values)) {
    const anyValue = new WireWriter();
    writeLengthField(anyValue, ANY_STRING, Buffer.from(value));
    const keyValue = new WireWriter();
    writeLengthField(keyValue, KEY_VALUE_KEY, Buffer.from(key));
    writeLengthField(keyValue, KEY_VALUE_VALUE, anyValue.take());
    writeLengthField(writer, tag, keyValue.take());
  }
  return writer.take();
}
