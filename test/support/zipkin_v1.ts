/** A span of Zipkin's v1 JSON as Apache's thrift libraries write it. */
import { I16, STRUCT } from '../../services/core/thrift/reader.ts';
import {
  binaryEncoder,
  bool,
  double,
  i32,
  i64,
  list,
  string,
  struct,
  type ThriftField,
  type ThriftValue,
} from './thrift_encoder.ts';

export interface V1Json {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly name?: string;
  readonly timestamp?: number;
  readonly duration?: number;
  readonly debug?: boolean;
  readonly annotations?: readonly { timestamp: number; value: string; endpoint?: V1Endpoint }[];
  readonly binaryAnnotations?: readonly BinaryJson[];
}

export interface V1Endpoint {
  readonly serviceName?: string;
  readonly ipv4?: string;
  readonly port?: number;
}

export interface BinaryJson {
  readonly key: string;
  readonly value: string | boolean | number;
  readonly endpoint?: V1Endpoint;
}

/** The bytes of the value of a binary annotation, and its type by number. */
export interface RawAnnotation {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly type: number;
}

const TYPE_BOOL = 0;
const TYPE_I32 = 3;
const TYPE_DOUBLE = 5;
const TYPE_STRING = 6;

const someFields = (...fields: readonly (ThriftField | false)[]): ThriftField[] =>
  fields.filter((field) => field !== false);

const integer = (text: string): bigint => BigInt.asIntN(64, BigInt(`0x${text}`));

export function v1Thrift(spans: readonly V1Json[], raw: readonly RawAnnotation[] = []): Buffer {
  return binaryEncoder.encode(
    list(
      STRUCT,
      spans.map((span) => spanStruct(span, raw)),
    ),
  );
}

function spanStruct(span: V1Json, raw: readonly RawAnnotation[]): ThriftValue {
  const { traceId, parentId, name, timestamp, duration, debug } = span;
  const annotations = (span.annotations ?? []).map(({ timestamp: at, value, endpoint }) =>
    struct(
      ...someFields(
        [1, i64(BigInt(at))],
        [2, string(value)],
        endpoint !== undefined && [3, endpointStruct(endpoint)],
      ),
    ),
  );
  const binary = [
    ...(span.binaryAnnotations ?? []).map(binaryStruct),
    ...raw.map(({ key, bytes, type }) => struct([1, string(key)], [2, string(bytes)], [3, i32(type)])),
  ];
  return struct(
    ...someFields(
      [1, i64(integer(traceId.slice(-16)))],
      traceId.length > 16 && [12, i64(integer(traceId.slice(0, -16)))],
      [3, string(name ?? '')],
      [4, i64(integer(span.id))],
      parentId !== undefined && [5, i64(integer(parentId))],
      [6, list(STRUCT, annotations)],
      [8, list(STRUCT, binary)],
      debug !== undefined && [9, bool(debug)],
      timestamp !== undefined && [10, i64(BigInt(timestamp))],
      duration !== undefined && [11, i64(BigInt(duration))],
    ),
  );
}

function binaryStruct({ key, value, endpoint }: BinaryJson): ThriftValue {
  const [type, of] =
    typeof value === 'string'
      ? [TYPE_STRING, Buffer.from(value)]
      : typeof value === 'boolean'
        ? [TYPE_BOOL, Buffer.of(value ? 1 : 0)]
        : Number.isInteger(value)
          ? [TYPE_I32, binaryEncoder.encode(i32(value))]
          : [TYPE_DOUBLE, binaryEncoder.encode(double(value))];
  return struct(
    ...someFields(
      [1, string(key)],
      [2, string(of)],
      [3, i32(type)],
      endpoint !== undefined && [4, endpointStruct(endpoint)],
    ),
  );
}

function endpointStruct({ serviceName = '', ipv4 = '0.0.0.0', port = 0 }: V1Endpoint): ThriftValue {
  const address = Buffer.from(ipv4.split('.').map(Number)).readInt32BE();
  return struct([1, i32(address)], [2, { type: I16, value: (port << 16) >> 16 }], [3, string(serviceName)]);
}
