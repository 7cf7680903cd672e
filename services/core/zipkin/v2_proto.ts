/**
 * Zipkin's v2 protobuf (zipkin.proto3.ListOfSpans) to OTLP. Unknown fields are ignored, text that is no UTF-8 gets U+FFFD.
 *
 *     ListOfSpans { 1: Span* }
 *     Span        { 1: trace_id  2: parent_id  3: id  4: kind  5: name  6: timestamp:fixed64  7: duration
 *                   8: local Endpoint  9: remote Endpoint  10: Annotation*  11: Tag*  12: debug  13: shared }
 *     Endpoint    { 1: service_name  2: ipv4  3: ipv6  4: port }
 *     Annotation  { 1: timestamp:fixed64  2: value }
 *     Tag         { 1: key  2: value }
 */
import { decodeUtf8 } from '../otlp/attributes.ts';
import { KIND_CLIENT, KIND_CONSUMER, KIND_PRODUCER, KIND_SERVER, KIND_UNSPECIFIED } from '../otlp/fields.ts';
import { FormatError } from '../otlp/format_error.ts';
import { RequestTooLargeError } from '../otlp/request_limits.ts';
import {
  advance,
  Cursor,
  fieldTag,
  FIXED64,
  LENGTH,
  readTag,
  readVarint32,
  readVarint53,
  skipValue,
  submessage,
  uint32At,
  VARINT,
  WireError,
} from '../wire/cursor.ts';
import { ipv4Text, setIpv6 } from './addresses.ts';
import { parentIdOf, spanIdOfBytes, traceIdOfBytes } from './ids.ts';
import { addSpan, finishRequest, ZipkinRequest } from './request.ts';
import { NO_ID, type Annotation, type Endpoint, type ZipkinSpan } from './span.ts';

const LIST_SPANS = fieldTag(1, LENGTH);

const SPAN_TRACE_ID = fieldTag(1, LENGTH);
const SPAN_PARENT_ID = fieldTag(2, LENGTH);
const SPAN_ID = fieldTag(3, LENGTH);
const SPAN_KIND = fieldTag(4, VARINT);
const SPAN_NAME = fieldTag(5, LENGTH);
const SPAN_TIMESTAMP = fieldTag(6, FIXED64);
const SPAN_DURATION = fieldTag(7, VARINT);
const SPAN_LOCAL_ENDPOINT = fieldTag(8, LENGTH);
const SPAN_REMOTE_ENDPOINT = fieldTag(9, LENGTH);
const SPAN_ANNOTATIONS = fieldTag(10, LENGTH);
const SPAN_TAGS = fieldTag(11, LENGTH);
const SPAN_DEBUG = fieldTag(12, VARINT);
const SPAN_SHARED = fieldTag(13, VARINT);

const ENDPOINT_SERVICE_NAME = fieldTag(1, LENGTH);
const ENDPOINT_IPV4 = fieldTag(2, LENGTH);
const ENDPOINT_IPV6 = fieldTag(3, LENGTH);
const ENDPOINT_PORT = fieldTag(4, VARINT);

const ANNOTATION_TIMESTAMP = fieldTag(1, FIXED64);
const ANNOTATION_VALUE = fieldTag(2, LENGTH);

const TAG_KEY = fieldTag(1, LENGTH);
const TAG_VALUE = fieldTag(2, LENGTH);

const KINDS = [KIND_UNSPECIFIED, KIND_CLIENT, KIND_SERVER, KIND_PRODUCER, KIND_CONSUMER];

/** Throws FormatError. */
export function zipkinV2ProtoToOtlp(body: Uint8Array): Uint8Array {
  const request = new ZipkinRequest(body.length);
  try {
    readMessage(new Cursor(body), (cursor, field) => {
      if (field === LIST_SPANS) addSpan(request, readSpan(submessage(cursor)));
      else skipValue(cursor, field);
    });
  } catch (cause) {
    if (!(cause instanceof WireError) || cause instanceof RequestTooLargeError) throw cause;
    throw new FormatError(`the body is no ListOfSpans: ${cause.message}`, { cause });
  }
  return finishRequest(request);
}

function readMessage(cursor: Cursor, onField: (cursor: Cursor, field: number) => void): void {
  while (cursor.pos < cursor.end) onField(cursor, readTag(cursor));
}

type Building<T> = { -readonly [Key in keyof T]: T[Key] };
type SpanParts = Building<ZipkinSpan> & { annotations: Annotation[]; tags: Map<string, string> };

function readSpan(cursor: Cursor): ZipkinSpan {
  const span: SpanParts = {
    ...{ traceId: NO_ID, parentId: NO_ID, id: NO_ID, kind: KIND_UNSPECIFIED, name: '' },
    ...{ timestampUs: 0n, durationUs: 0n, localEndpoint: null, remoteEndpoint: null },
    ...{ annotations: [], tags: new Map<string, string>(), debug: false, shared: false },
  };
  readMessage(cursor, (_, field) => readSpanField(span, cursor, field));
  span.parentId = parentIdOf(span.parentId, span.id);
  return span;
}

function readSpanField(span: SpanParts, cursor: Cursor, field: number): void {
  switch (field) {
    case SPAN_TRACE_ID:
      span.traceId = traceIdOfBytes(readBytes(cursor));
      return;
    case SPAN_PARENT_ID:
      span.parentId = spanIdOfBytes(readBytes(cursor));
      return;
    case SPAN_ID:
      span.id = spanIdOfBytes(readBytes(cursor));
      return;
    case SPAN_KIND:
      span.kind = KINDS[readVarint32(cursor)] ?? KIND_UNSPECIFIED;
      return;
    case SPAN_NAME:
      span.name = readText(cursor);
      return;
    case SPAN_TIMESTAMP:
      span.timestampUs = readFixed64(cursor);
      return;
    case SPAN_DURATION:
      span.durationUs = BigInt(readVarint53(cursor));
      return;
    default:
      readOtherField(span, cursor, field);
  }
}

function readOtherField(span: SpanParts, cursor: Cursor, field: number): void {
  switch (field) {
    case SPAN_LOCAL_ENDPOINT:
      span.localEndpoint = readEndpoint(submessage(cursor));
      return;
    case SPAN_REMOTE_ENDPOINT:
      span.remoteEndpoint = readEndpoint(submessage(cursor));
      return;
    case SPAN_ANNOTATIONS:
      span.annotations.push(readAnnotation(submessage(cursor)));
      return;
    case SPAN_TAGS:
      readTagOf(span.tags, submessage(cursor));
      return;
    case SPAN_DEBUG:
      span.debug = readVarint32(cursor) !== 0;
      return;
    case SPAN_SHARED:
      span.shared = readVarint32(cursor) !== 0;
      return;
    default:
      skipValue(cursor, field);
  }
}

function readEndpoint(cursor: Cursor): Endpoint {
  const endpoint = { serviceName: '', ipv4: '', ipv6: '', port: 0 };
  readMessage(cursor, (_, field) => {
    if (field === ENDPOINT_SERVICE_NAME) endpoint.serviceName = readText(cursor);
    else if (field === ENDPOINT_IPV4) endpoint.ipv4 = ipv4Text(readBytes(cursor));
    else if (field === ENDPOINT_IPV6) setIpv6(endpoint, readBytes(cursor));
    else if (field === ENDPOINT_PORT) endpoint.port = portOf(readVarint32(cursor));
    else skipValue(cursor, field);
  });
  return endpoint;
}

const LARGEST_PORT = 0xffff;
const portOf = (port: number): number => (port <= LARGEST_PORT ? port : 0);

function readAnnotation(cursor: Cursor): Annotation {
  const annotation = { timestampUs: 0n, value: '' };
  readMessage(cursor, (_, field) => {
    if (field === ANNOTATION_TIMESTAMP) annotation.timestampUs = readFixed64(cursor);
    else if (field === ANNOTATION_VALUE) annotation.value = readText(cursor);
    else skipValue(cursor, field);
  });
  return annotation;
}

function readTagOf(tags: Map<string, string>, cursor: Cursor): void {
  let key = '';
  let value = '';
  readMessage(cursor, (_, field) => {
    if (field === TAG_KEY) key = readText(cursor);
    else if (field === TAG_VALUE) value = readText(cursor);
    else skipValue(cursor, field);
  });
  tags.set(key, value);
}

function readBytes(cursor: Cursor): Uint8Array {
  const { buf, pos, end } = submessage(cursor);
  return buf.subarray(pos, end);
}

function readText(cursor: Cursor): string {
  const { buf, pos, end } = submessage(cursor);
  return decodeUtf8(buf, pos, end);
}

function readFixed64(cursor: Cursor): bigint {
  const at = advance(cursor, 8);
  return (BigInt(uint32At(cursor.buf, at + 4)) << 32n) | BigInt(uint32At(cursor.buf, at));
}
