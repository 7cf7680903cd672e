/**
 * Batches and single spans of jaeger.api_v2 to OTLP, read on the wire (proto/jaeger/api_v2/model.proto has the fields).
 *
 * A process of a span's own goes before its batch's. Ids of 64 bits become 128; of any other length they are written as
 * they are, for the split to refuse that span.
 */
import { decodeUtf8 } from '../otlp/attributes.ts';
import { TRACE_ID_BYTES } from '../otlp/fields.ts';
import { SpansWriter, takeRequest, type AttributeValue } from '../otlp/span_writer.ts';
import {
  advance,
  Cursor,
  fieldTag,
  FIXED64,
  LENGTH,
  readTag,
  readVarint32,
  readVarint64,
  skipValue,
  submessage,
  VARINT,
} from '../wire/cursor.ts';
import { addLogField, beginLog, endLog } from './jaeger_log.ts';
import { addProcessTag, endProcess, JaegerProcess } from './jaeger_process.ts';
import { addReference, addTag, endSpan, JaegerSpan, resetSpan, type Reference } from './jaeger_span.ts';
import { resetTag, Tag, tagValue, type TagType } from './tag.ts';

const POST_SPANS_BATCH = fieldTag(1, LENGTH);

const BATCH_SPANS = fieldTag(1, LENGTH);
const BATCH_PROCESS = fieldTag(2, LENGTH);

const PROCESS_SERVICE_NAME = fieldTag(1, LENGTH);
const PROCESS_TAGS = fieldTag(2, LENGTH);

const SPAN_TRACE_ID = fieldTag(1, LENGTH);
const SPAN_SPAN_ID = fieldTag(2, LENGTH);
const SPAN_OPERATION_NAME = fieldTag(3, LENGTH);
const SPAN_REFERENCES = fieldTag(4, LENGTH);
const SPAN_FLAGS = fieldTag(5, VARINT);
const SPAN_START_TIME = fieldTag(6, LENGTH);
const SPAN_DURATION = fieldTag(7, LENGTH);
const SPAN_TAGS = fieldTag(8, LENGTH);
const SPAN_LOGS = fieldTag(9, LENGTH);
const SPAN_PROCESS = fieldTag(10, LENGTH);
const SPAN_WARNINGS = fieldTag(12, LENGTH);

const REFERENCE_TRACE_ID = fieldTag(1, LENGTH);
const REFERENCE_SPAN_ID = fieldTag(2, LENGTH);
const REFERENCE_TYPE = fieldTag(3, VARINT);

const LOG_TIMESTAMP = fieldTag(1, LENGTH);
const LOG_FIELDS = fieldTag(2, LENGTH);

const KEY = fieldTag(1, LENGTH);
const VALUE_TYPE = fieldTag(2, VARINT);
const VALUE_STRING = fieldTag(3, LENGTH);
const VALUE_BOOL = fieldTag(4, VARINT);
const VALUE_INT64 = fieldTag(5, VARINT);
const VALUE_FLOAT64 = fieldTag(6, FIXED64);
const VALUE_BINARY = fieldTag(7, LENGTH);

/** google.protobuf.Timestamp and Duration. */
const SECONDS = fieldTag(1, VARINT);
const NANOS = fieldTag(2, VARINT);

const VALUE_TYPES: readonly TagType[] = ['string', 'bool', 'int64', 'float64', 'binary'];

const NS_PER_SECOND = 1_000_000_000n;
const NO_RESOURCE: Uint8Array = new Uint8Array();
const NO_ID: Uint8Array = new Uint8Array();

/** Bytes of an ExportTraceServiceRequest from a PostSpansRequest. Throws WireError. */
export function tracesFromPostSpans(body: Uint8Array): Uint8Array {
  const reading = begin(body);
  readMessage(new Cursor(body), (cursor, tag) => {
    if (tag === POST_SPANS_BATCH) readBatch(submessage(cursor), reading);
    else skipValue(cursor, tag);
  });
  return takeRequest(reading.spans);
}

/** The same from one Span with its process in it, as tools write it to Kafka. */
export function tracesFromProtoSpan(body: Uint8Array): Uint8Array {
  const reading = begin(body);
  readSpan(new Cursor(body), reading, NO_RESOURCE);
  return takeRequest(reading.spans);
}

interface ProtoReading {
  readonly spans: SpansWriter;
  readonly span: JaegerSpan;
  readonly tag: Tag;
}

const begin = (body: Uint8Array): ProtoReading => ({
  ...{ spans: new SpansWriter(body.length), span: new JaegerSpan(), tag: new Tag() },
});

function readMessage(cursor: Cursor, onField: (cursor: Cursor, tag: number) => void): void {
  while (cursor.pos < cursor.end) onField(cursor, readTag(cursor));
}

/** The process stands behind the spans that need it. */
function readBatch(batch: Cursor, reading: ProtoReading): void {
  const { buf, pos, end } = batch;
  let resource: Uint8Array = NO_RESOURCE;
  readMessage(batch, (cursor, tag) => {
    if (tag === BATCH_PROCESS) resource = readProcess(submessage(cursor), reading);
    else skipValue(cursor, tag);
  });
  readMessage(new Cursor(buf, pos, end), (cursor, tag) => {
    if (tag === BATCH_SPANS) readSpan(submessage(cursor), reading, resource);
    else skipValue(cursor, tag);
  });
}

function readProcess(message: Cursor, { tag: keyValue }: ProtoReading): Uint8Array {
  const process = new JaegerProcess();
  readMessage(message, (cursor, tag) => {
    if (tag === PROCESS_SERVICE_NAME) process.serviceName = readText(cursor);
    else if (tag === PROCESS_TAGS) addProcessTag(process, ...readKeyValue(submessage(cursor), keyValue));
    else skipValue(cursor, tag);
  });
  return endProcess(process);
}

function readSpan(message: Cursor, reading: ProtoReading, batchResource: Uint8Array): void {
  const { span, spans } = reading;
  resetSpan(span);
  let resource = batchResource;
  readMessage(message, (cursor, tag) => {
    switch (tag) {
      case SPAN_TRACE_ID:
        span.traceId = readTraceId(cursor);
        return;
      case SPAN_SPAN_ID:
        span.spanId = readBytes(cursor);
        return;
      case SPAN_OPERATION_NAME:
        span.operationName = readText(cursor);
        return;
      case SPAN_FLAGS:
        span.flags = readVarint32(cursor);
        return;
      case SPAN_START_TIME:
        span.startNs = readNanoseconds(submessage(cursor));
        return;
      case SPAN_DURATION:
        span.durationNs = readNanoseconds(submessage(cursor));
        return;
      case SPAN_PROCESS:
        resource = readProcess(submessage(cursor), reading);
        return;
      default:
        readSpanPart(cursor, tag, reading);
    }
  });
  endSpan(span, spans, resource);
}

function readSpanPart(cursor: Cursor, tag: number, reading: ProtoReading): void {
  const { span } = reading;
  switch (tag) {
    case SPAN_REFERENCES:
      addReference(span, readReference(submessage(cursor)));
      return;
    case SPAN_TAGS:
      addTag(span, ...readKeyValue(submessage(cursor), reading.tag));
      return;
    case SPAN_LOGS:
      readLog(submessage(cursor), reading);
      return;
    case SPAN_WARNINGS:
      span.warnings.push(readText(cursor));
      return;
    default:
      skipValue(cursor, tag);
  }
}

function readReference(message: Cursor): Reference {
  let type = 0;
  let traceId = NO_ID;
  let spanId = NO_ID;
  readMessage(message, (cursor, tag) => {
    if (tag === REFERENCE_TRACE_ID) traceId = readTraceId(cursor);
    else if (tag === REFERENCE_SPAN_ID) spanId = readBytes(cursor);
    else if (tag === REFERENCE_TYPE) type = readVarint32(cursor);
    else skipValue(cursor, tag);
  });
  return { type, traceId, spanId };
}

function readLog(message: Cursor, { span, tag: keyValue }: ProtoReading): void {
  const log = beginLog(span.writer);
  readMessage(message, (cursor, tag) => {
    if (tag === LOG_TIMESTAMP) log.timeNs = readNanoseconds(submessage(cursor));
    else if (tag === LOG_FIELDS) addLogField(log, ...readKeyValue(submessage(cursor), keyValue));
    else skipValue(cursor, tag);
  });
  endLog(log);
}

function readKeyValue(message: Cursor, keyValue: Tag): [key: string, value: AttributeValue] {
  resetTag(keyValue);
  readMessage(message, (cursor, tag) => {
    if (tag === KEY) keyValue.key = readText(cursor);
    else if (tag === VALUE_TYPE) keyValue.type = readVarint32(cursor);
    else if (tag === VALUE_STRING) keyValue.text = readText(cursor);
    else if (tag === VALUE_BOOL) keyValue.bool = readVarint64(cursor) !== 0n;
    else if (tag === VALUE_INT64) keyValue.int64 = readVarint64(cursor);
    else if (tag === VALUE_FLOAT64) keyValue.float64 = readDouble(cursor);
    else if (tag === VALUE_BINARY) keyValue.binary = readBytes(cursor);
    else skipValue(cursor, tag);
  });
  return [keyValue.key, tagValue(keyValue, VALUE_TYPES)];
}

function readNanoseconds(message: Cursor): bigint {
  let seconds = 0n;
  let nanos = 0n;
  readMessage(message, (cursor, tag) => {
    if (tag === SECONDS) seconds = readVarint64(cursor);
    else if (tag === NANOS) nanos = BigInt.asIntN(32, readVarint64(cursor));
    else skipValue(cursor, tag);
  });
  return seconds * NS_PER_SECOND + nanos;
}

function readTraceId(cursor: Cursor): Uint8Array {
  const id = readBytes(cursor);
  if (id.length !== TRACE_ID_BYTES / 2) return id;
  const wide = new Uint8Array(TRACE_ID_BYTES);
  wide.set(id, TRACE_ID_BYTES / 2);
  return wide;
}

function readBytes(cursor: Cursor): Uint8Array {
  const { buf, pos, end } = submessage(cursor);
  return buf.subarray(pos, end);
}

function readText(cursor: Cursor): string {
  const { buf, pos, end } = submessage(cursor);
  return decodeUtf8(buf, pos, end);
}

function readDouble(cursor: Cursor): number {
  const at = advance(cursor, 8);
  return new DataView(cursor.buf.buffer, cursor.buf.byteOffset + at, 8).getFloat64(0, true);
}
