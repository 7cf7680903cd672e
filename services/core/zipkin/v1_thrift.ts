/**
 * Zipkin's v1 thrift, a list of spans in the binary protocol, to OTLP. Unknown fields are skipped.
 *
 *     Span             { 1: trace_id:i64  3: name  4: id:i64  5: parent_id:i64  6: Annotation*  8: BinaryAnnotation*
 *                        9: debug  10: timestamp:i64  11: duration:i64  12: trace_id_high:i64 }
 *     Annotation       { 1: timestamp:i64  2: value  3: Endpoint }
 *     BinaryAnnotation { 1: key  2: value (big endian)  3: type  4: Endpoint }
 *     Endpoint         { 1: ipv4:i32  2: port:i16  3: service_name  4: ipv6 }
 *
 * Source: zipkinCore.thrift.
 */
import { decodeUtf8 } from '../otlp/attributes.ts';
import { FormatError } from '../otlp/format_error.ts';
import { RequestTooLargeError } from '../otlp/request_limits.ts';
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from '../otlp/fields.ts';
import type { AttributeValue } from '../otlp/span_writer.ts';
import { BINARY } from '../thrift/binary_protocol.ts';
import {
  BOOL,
  I16,
  I32,
  I64,
  LIST,
  readBool,
  readBytes,
  readI16,
  readI32,
  readI64,
  readList,
  readStruct,
  readText,
  skipValue,
  STRING,
  STRUCT,
  tag,
  ThriftReader,
} from '../thrift/reader.ts';
import { WireError } from '../wire/cursor.ts';
import { ipv4Text, setIpv6 } from './addresses.ts';
import { parentIdOf } from './ids.ts';
import { addSpan, finishRequest, ZipkinRequest } from './request.ts';
import { NO_ID, type Endpoint } from './span.ts';
import type { BinaryAnnotation, V1Annotation, V1Span } from './v1_span.ts';
import { v1ToV2 } from './v1_to_v2.ts';

const SPAN_TRACE_ID = tag(1, I64);
const SPAN_NAME = tag(3, STRING);
const SPAN_ID = tag(4, I64);
const SPAN_PARENT_ID = tag(5, I64);
const SPAN_ANNOTATIONS = tag(6, LIST);
const SPAN_BINARY_ANNOTATIONS = tag(8, LIST);
const SPAN_DEBUG = tag(9, BOOL);
const SPAN_TIMESTAMP = tag(10, I64);
const SPAN_DURATION = tag(11, I64);
const SPAN_TRACE_ID_HIGH = tag(12, I64);

const ANNOTATION_TIMESTAMP = tag(1, I64);
const ANNOTATION_VALUE = tag(2, STRING);
const ANNOTATION_ENDPOINT = tag(3, STRUCT);

const BINARY_KEY = tag(1, STRING);
const BINARY_VALUE = tag(2, STRING);
const BINARY_TYPE = tag(3, I32);
const BINARY_ENDPOINT = tag(4, STRUCT);

const ENDPOINT_IPV4 = tag(1, I32);
const ENDPOINT_PORT = tag(2, I16);
const ENDPOINT_SERVICE_NAME = tag(3, STRING);
const ENDPOINT_IPV6 = tag(4, STRING);

/** Throws FormatError. */
export function zipkinV1ThriftToOtlp(body: Uint8Array): Uint8Array {
  const request = new ZipkinRequest(body.length);
  const reader = new ThriftReader(body, BINARY);
  try {
    readList(reader, STRUCT, () => {
      for (const span of v1ToV2(readSpan(reader))) addSpan(request, span);
    });
  } catch (cause) {
    if (!(cause instanceof WireError) || cause instanceof RequestTooLargeError) throw cause;
    throw new FormatError(`the body is no thrift list of spans: ${cause.message}`, { cause });
  }
  return finishRequest(request);
}

function readSpan(reader: ThriftReader): V1Span {
  const ids = { traceId: 0n, traceIdHigh: 0n, id: 0n, parentId: 0n };
  const span = { name: '', timestampUs: 0n, durationUs: 0n, debug: false };
  const annotations: V1Annotation[] = [];
  const binaryAnnotations: BinaryAnnotation[] = [];
  readStruct(reader, (field) => {
    if (field === SPAN_TRACE_ID) ids.traceId = readI64(reader);
    else if (field === SPAN_TRACE_ID_HIGH) ids.traceIdHigh = readI64(reader);
    else if (field === SPAN_ID) ids.id = readI64(reader);
    else if (field === SPAN_PARENT_ID) ids.parentId = readI64(reader);
    else if (field === SPAN_NAME) span.name = readText(reader);
    else if (field === SPAN_TIMESTAMP) span.timestampUs = readI64(reader);
    else if (field === SPAN_DURATION) span.durationUs = readI64(reader);
    else if (field === SPAN_DEBUG) span.debug = readBool(reader);
    else if (field === SPAN_ANNOTATIONS)
      readList(reader, STRUCT, () => annotations.push(readAnnotation(reader)));
    else if (field === SPAN_BINARY_ANNOTATIONS)
      readList(reader, STRUCT, () => binaryAnnotations.push(readBinaryAnnotation(reader)));
    else skipValue(reader, field);
  });
  const id = idBytes(SPAN_ID_BYTES, ids.id);
  return {
    ...span,
    traceId: idBytes(TRACE_ID_BYTES, ids.traceId, ids.traceIdHigh),
    parentId: parentIdOf(idBytes(SPAN_ID_BYTES, ids.parentId), id),
    ...{ id, annotations, binaryAnnotations },
  };
}

/** 0 is none: an empty struct of one byte must not become ids of 24. */
function idBytes(bytes: number, low: bigint, high = 0n): Uint8Array {
  if (low === 0n && high === 0n) return NO_ID;
  const id = new Uint8Array(bytes);
  const view = new DataView(id.buffer);
  view.setBigInt64(bytes - 8, low);
  if (bytes > 8) view.setBigInt64(0, high);
  return id;
}

function readAnnotation(reader: ThriftReader): V1Annotation {
  const annotation: { -readonly [Key in keyof V1Annotation]: V1Annotation[Key] } = {
    timestampUs: 0n,
    value: '',
    endpoint: null,
  };
  readStruct(reader, (field) => {
    if (field === ANNOTATION_TIMESTAMP) annotation.timestampUs = readI64(reader);
    else if (field === ANNOTATION_VALUE) annotation.value = readText(reader);
    else if (field === ANNOTATION_ENDPOINT) annotation.endpoint = readEndpoint(reader);
    else skipValue(reader, field);
  });
  return annotation;
}

function readBinaryAnnotation(reader: ThriftReader): BinaryAnnotation {
  let key = '';
  let bytes: Uint8Array = new Uint8Array(0);
  let type = TYPE_BYTES;
  let endpoint: Endpoint | null = null;
  readStruct(reader, (field) => {
    if (field === BINARY_KEY) key = readText(reader);
    else if (field === BINARY_VALUE) bytes = readBytes(reader);
    else if (field === BINARY_TYPE) type = readI32(reader);
    else if (field === BINARY_ENDPOINT) endpoint = readEndpoint(reader);
    else skipValue(reader, field);
  });
  return { key, value: valueOf(type, bytes), endpoint };
}

const TYPE_BOOL = 0;
const TYPE_BYTES = 1;
const TYPE_I16 = 2;
const TYPE_I32 = 3;
const TYPE_I64 = 4;
const TYPE_DOUBLE = 5;
const TYPE_STRING = 6;

const NUMBER_BYTES: ReadonlyMap<number, number> = new Map([
  [TYPE_BOOL, 1],
  [TYPE_I16, 2],
  [TYPE_I32, 4],
  [TYPE_I64, 8],
  [TYPE_DOUBLE, 8],
]);

/** Bytes that are no value of their type stay bytes. */
function valueOf(type: number, bytes: Uint8Array): AttributeValue {
  if (type === TYPE_STRING) return decodeUtf8(bytes, 0, bytes.length);
  if (NUMBER_BYTES.get(type) !== bytes.length) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (type) {
    case TYPE_BOOL:
      return bytes[0] !== 0;
    case TYPE_I16:
      return BigInt(view.getInt16(0));
    case TYPE_I32:
      return BigInt(view.getInt32(0));
    case TYPE_I64:
      return view.getBigInt64(0);
    default:
      return view.getFloat64(0);
  }
}

function readEndpoint(reader: ThriftReader): Endpoint {
  const endpoint = { serviceName: '', ipv4: '', ipv6: '', port: 0 };
  readStruct(reader, (field) => {
    if (field === ENDPOINT_IPV4) setIpv4(endpoint, readI32(reader));
    else if (field === ENDPOINT_PORT) endpoint.port = readI16(reader) & 0xffff;
    else if (field === ENDPOINT_SERVICE_NAME) endpoint.serviceName = readText(reader);
    else if (field === ENDPOINT_IPV6) setIpv6(endpoint, readBytes(reader));
    else skipValue(reader, field);
  });
  return endpoint;
}

/** 0 is none: the field is not optional. */
function setIpv4(endpoint: { ipv4: string }, address: number): void {
  if (address === 0) return;
  endpoint.ipv4 = ipv4Text(Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address));
}
