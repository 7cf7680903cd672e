/** Builds OTLP messages for tests, field by field, with our own writer: small, exact, and free to be wrong on purpose. */
import {
  beginLengthField,
  endLengthField,
  WireWriter,
  writeFixed64,
  writeLengthField,
  writeTextField,
  writeVarint32,
} from '../../services/core/wire/writer.ts';
import {
  ANY_INT,
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
  const out = new WireWriter(1024);
  for (const { service, spans } of groups) {
    writeMessage(out, TRACES_RESOURCE_SPANS, () => {
      writeMessage(out, RESOURCE_SPANS_RESOURCE, () =>
        writeAttributes(out, RESOURCE_ATTRIBUTES, { 'service.name': service }),
      );
      writeMessage(out, RESOURCE_SPANS_SCOPE_SPANS, () => {
        writeMessage(out, SCOPE_SPANS_SCOPE, () => writeTextField(out, SCOPE_NAME, 'test'));
        for (const span of spans) writeMessage(out, SCOPE_SPANS_SPANS, () => writeSpan(out, span));
      });
    });
  }
  return Buffer.from(out.take());
}

/** The fields of a Span message. */
function writeSpan(out: WireWriter, span: TestSpan): void {
  const startMs = span.startMs ?? 0;
  writeHex(out, SPAN_TRACE_ID, span.traceId);
  writeHex(out, SPAN_SPAN_ID, span.spanId);
  if (span.traceState !== undefined) writeTextField(out, SPAN_TRACE_STATE, span.traceState);
  if (span.parentId !== undefined) writeHex(out, SPAN_PARENT_SPAN_ID, span.parentId);
  writeTextField(out, SPAN_NAME, span.name ?? 'span');
  writeVarint32(out, SPAN_KIND);
  writeVarint32(out, span.kind ?? 1);
  writeVarint32(out, SPAN_START_TIME);
  writeFixed64(out, startMs * 1e6);
  writeVarint32(out, SPAN_END_TIME);
  writeFixed64(out, (startMs + (span.durationMs ?? 1)) * 1e6);
  if (span.attributes !== undefined) writeAttributes(out, SPAN_ATTRIBUTES, span.attributes);
  const { status } = span;
  if (status === undefined) return;
  writeMessage(out, SPAN_STATUS, () => {
    writeVarint32(out, STATUS_CODE);
    writeVarint32(out, status);
  });
}

function writeAttributes(out: WireWriter, tag: number, values: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(values)) writeAttribute(out, tag, key, value);
}

/** A KeyValue; a number is a whole one below 2^32. */
export function writeAttribute(out: WireWriter, tag: number, key: string, value: string | number): void {
  writeMessage(out, tag, () => {
    writeTextField(out, KEY_VALUE_KEY, key);
    writeMessage(out, KEY_VALUE_VALUE, () => {
      if (typeof value === 'string') return writeTextField(out, ANY_STRING, value);
      writeVarint32(out, ANY_INT);
      writeVarint32(out, value);
    });
  });
}

function writeHex(out: WireWriter, tag: number, hex: string): void {
  writeLengthField(out, tag, Buffer.from(hex, 'hex'));
}

export function writeMessage(out: WireWriter, tag: number, writeFields: () => void): void {
  const start = beginLengthField(out, tag);
  writeFields();
  endLengthField(out, start);
}
