/**
 * Batches of jaeger.thrift to OTLP, field by field.
 *
 *     Batch    { 1: Process  2: list<Span> }
 *     Process  { 1: serviceName  2: list<Tag> }
 *     Span     { 1: traceIdLow  2: traceIdHigh  3: spanId  4: parentSpanId  5: operationName  6: list<SpanRef>  7: flags
 *                8: startTime (us)  9: duration (us)  10: list<Tag>  11: list<Log> }
 *     SpanRef  { 1: refType  2: traceIdLow  3: traceIdHigh  4: spanId }
 *     Log      { 1: timestamp (us)  2: list<Tag> }
 *     Tag      { 1: key  2: vType  3: vStr  4: vDouble  5: vBool  6: vLong  7: vBinary }
 *     emitBatch, an agent's message: { 1: Batch }
 *
 * Source: jaeger.thrift and agent.thrift of jaegertracing/jaeger-idl.
 */
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from '../otlp/fields.ts';
import { SpansWriter, takeRequest, type AttributeValue } from '../otlp/span_writer.ts';
import {
  BOOL,
  DOUBLE,
  I32,
  I64,
  LIST,
  readBool,
  readBytes,
  readDouble,
  readI32,
  readI64,
  readList,
  readMessage,
  readStruct,
  readText,
  skipValue,
  STRING,
  STRUCT,
  tag as fieldTag,
  ThriftReader,
  type ThriftProtocol,
} from '../thrift/reader.ts';
import { WireError } from '../wire/cursor.ts';
import { addLogField, beginLog, endLog } from './jaeger_log.ts';
import { addProcessTag, endProcess, JaegerProcess } from './jaeger_process.ts';
import { addReference, addTag, endSpan, JaegerSpan, resetSpan, type Reference } from './jaeger_span.ts';
import { resetTag, Tag, tagValue, type TagType } from './tag.ts';

const EMIT_BATCH = fieldTag(1, STRUCT);

const BATCH_PROCESS = fieldTag(1, STRUCT);
const BATCH_SPANS = fieldTag(2, LIST);

const PROCESS_SERVICE_NAME = fieldTag(1, STRING);
const PROCESS_TAGS = fieldTag(2, LIST);

const SPAN_TRACE_ID_LOW = fieldTag(1, I64);
const SPAN_TRACE_ID_HIGH = fieldTag(2, I64);
const SPAN_ID = fieldTag(3, I64);
const SPAN_PARENT_ID = fieldTag(4, I64);
const SPAN_OPERATION_NAME = fieldTag(5, STRING);
const SPAN_REFERENCES = fieldTag(6, LIST);
const SPAN_FLAGS = fieldTag(7, I32);
const SPAN_START_TIME = fieldTag(8, I64);
const SPAN_DURATION = fieldTag(9, I64);
const SPAN_TAGS = fieldTag(10, LIST);
const SPAN_LOGS = fieldTag(11, LIST);

const REFERENCE_TYPE = fieldTag(1, I32);
const REFERENCE_TRACE_ID_LOW = fieldTag(2, I64);
const REFERENCE_TRACE_ID_HIGH = fieldTag(3, I64);
const REFERENCE_SPAN_ID = fieldTag(4, I64);

const LOG_TIMESTAMP = fieldTag(1, I64);
const LOG_FIELDS = fieldTag(2, LIST);

const TAG_KEY = fieldTag(1, STRING);
const TAG_TYPE = fieldTag(2, I32);
const TAG_STRING = fieldTag(3, STRING);
const TAG_DOUBLE = fieldTag(4, DOUBLE);
const TAG_BOOL = fieldTag(5, BOOL);
const TAG_LONG = fieldTag(6, I64);
const TAG_BINARY = fieldTag(7, STRING);

const TAG_TYPES: readonly TagType[] = ['string', 'float64', 'bool', 'int64', 'binary'];

const NS_PER_US = 1000n;
const NO_RESOURCE = new Uint8Array();

/** Bytes of an ExportTraceServiceRequest from a Batch, as it is the body of an HTTP request. Throws WireError. */
export function tracesFromThriftBatch(body: Uint8Array, protocol: ThriftProtocol): Uint8Array {
  return readBatch(new ThriftReader(body, protocol));
}

/** The same from a packet to an agent: a call of `emitBatch`. */
export function tracesFromAgentMessage(packet: Uint8Array, protocol: ThriftProtocol): Uint8Array {
  const reader = new ThriftReader(packet, protocol);
  const { name } = readMessage(reader);
  if (name === 'emitZipkinBatch') {
    throw new WireError('emitZipkinBatch is not taken here: Zipkin spans come over HTTP');
  }
  if (name !== 'emitBatch') throw new WireError('a call of another method than emitBatch');
  let traces = null as Uint8Array | null;
  readStruct(reader, (field) => {
    if (field !== EMIT_BATCH) skipValue(reader, field);
    // Thousands of empty ones fit into a packet, and each would cost room for the whole of it.
    else if (traces !== null) throw new WireError('emitBatch with more than one batch');
    else traces = readBatch(reader);
  });
  if (traces === null) throw new WireError('emitBatch without a batch');
  return traces;
}

interface BatchReading {
  readonly reader: ThriftReader;
  readonly spans: SpansWriter;
  readonly span: JaegerSpan;
  readonly tag: Tag;
}

/** The process comes first; where it does not, the spans are read once it is known. */
function readBatch(reader: ThriftReader): Uint8Array {
  const spans = new SpansWriter(reader.end - reader.pos);
  const reading: BatchReading = { reader, spans, span: new JaegerSpan(), tag: new Tag() };
  let resource = null as Uint8Array | null;
  const waiting: number[] = [];
  readStruct(reader, (field) => {
    if (field === BATCH_PROCESS) {
      resource = readProcess(reading);
    } else if (field === BATCH_SPANS) {
      if (resource === null) {
        waiting.push(reader.pos);
        skipValue(reader, field);
      } else {
        readSpans(reading, resource);
      }
    } else {
      skipValue(reader, field);
    }
  });
  for (const pos of waiting) readSpansAt(reading, pos, resource ?? NO_RESOURCE);
  return takeRequest(spans);
}

function readSpansAt(reading: BatchReading, pos: number, resource: Uint8Array): void {
  const { reader } = reading;
  const { buf, protocol, end } = reader;
  readSpans({ ...reading, reader: new ThriftReader(buf, protocol, pos, end) }, resource);
}

function readSpans(reading: BatchReading, resource: Uint8Array): void {
  const { reader, span, spans } = reading;
  readList(reader, STRUCT, () => {
    resetSpan(span);
    readSpan(reading);
    endSpan(span, spans, resource);
  });
}

function readProcess(reading: BatchReading): Uint8Array {
  const { reader } = reading;
  const process = new JaegerProcess();
  readStruct(reader, (field) => {
    if (field === PROCESS_SERVICE_NAME) process.serviceName = readText(reader);
    else if (field === PROCESS_TAGS) readTags(reading, (key, value) => addProcessTag(process, key, value));
    else skipValue(reader, field);
  });
  return endProcess(process);
}

function readSpan(reading: BatchReading): void {
  const { reader, span } = reading;
  let low = 0n;
  let high = 0n;
  readStruct(reader, (field) => {
    switch (field) {
      case SPAN_TRACE_ID_LOW:
        low = readI64(reader);
        return;
      case SPAN_TRACE_ID_HIGH:
        high = readI64(reader);
        return;
      case SPAN_ID:
        span.spanId = spanIdOf(readI64(reader));
        return;
      case SPAN_PARENT_ID:
        span.parentSpanId = spanIdOf(readI64(reader));
        return;
      case SPAN_FLAGS:
        span.flags = readI32(reader);
        return;
      case SPAN_START_TIME:
        span.startNs = readI64(reader) * NS_PER_US;
        return;
      case SPAN_DURATION:
        span.durationNs = readI64(reader) * NS_PER_US;
        return;
      default:
        readSpanPart(reading, field);
    }
  });
  span.traceId = traceIdOf(high, low);
}

function readSpanPart(reading: BatchReading, field: number): void {
  const { reader, span } = reading;
  switch (field) {
    case SPAN_OPERATION_NAME:
      span.operationName = readText(reader);
      return;
    case SPAN_REFERENCES:
      readList(reader, STRUCT, () => addReference(span, readReference(reader)));
      return;
    case SPAN_TAGS:
      readTags(reading, (key, value) => addTag(span, key, value));
      return;
    case SPAN_LOGS:
      readList(reader, STRUCT, () => readLog(reading));
      return;
    default:
      skipValue(reader, field);
  }
}

function readReference(reader: ThriftReader): Reference {
  let type = 0;
  let low = 0n;
  let high = 0n;
  let spanId = 0n;
  readStruct(reader, (field) => {
    if (field === REFERENCE_TYPE) type = readI32(reader);
    else if (field === REFERENCE_TRACE_ID_LOW) low = readI64(reader);
    else if (field === REFERENCE_TRACE_ID_HIGH) high = readI64(reader);
    else if (field === REFERENCE_SPAN_ID) spanId = readI64(reader);
    else skipValue(reader, field);
  });
  return { type, traceId: traceIdOf(high, low), spanId: spanIdOf(spanId) };
}

function readLog(reading: BatchReading): void {
  const { reader, span } = reading;
  const log = beginLog(span.writer);
  readStruct(reader, (field) => {
    if (field === LOG_TIMESTAMP) log.timeNs = readI64(reader) * NS_PER_US;
    else if (field === LOG_FIELDS) readTags(reading, (key, value) => addLogField(log, key, value));
    else skipValue(reader, field);
  });
  endLog(log);
}

function readTags({ reader, tag }: BatchReading, add: (key: string, value: AttributeValue) => void): void {
  readList(reader, STRUCT, () => {
    readTag(reader, tag);
    add(tag.key, tagValue(tag, TAG_TYPES));
  });
}

/** The key is required, as in the libraries of Jaeger's own clients. */
function readTag(reader: ThriftReader, tag: Tag): void {
  resetTag(tag);
  let hasKey = false as boolean;
  readStruct(reader, (field) => {
    if (field === TAG_KEY) {
      hasKey = true;
      tag.key = readText(reader);
    } else if (field === TAG_TYPE) tag.type = readI32(reader);
    else if (field === TAG_STRING) tag.text = readText(reader);
    else if (field === TAG_DOUBLE) tag.float64 = readDouble(reader);
    else if (field === TAG_BOOL) tag.bool = readBool(reader);
    else if (field === TAG_LONG) tag.int64 = readI64(reader);
    else if (field === TAG_BINARY) tag.binary = readBytes(reader);
    else skipValue(reader, field);
  });
  if (!hasKey) throw new WireError('a tag without a key');
}

function traceIdOf(high: bigint, low: bigint): Uint8Array {
  const id = Buffer.allocUnsafe(TRACE_ID_BYTES);
  id.writeBigInt64BE(high, 0);
  id.writeBigInt64BE(low, 8);
  return id;
}

function spanIdOf(value: bigint): Uint8Array {
  const id = Buffer.allocUnsafe(SPAN_ID_BYTES);
  id.writeBigInt64BE(value);
  return id;
}
