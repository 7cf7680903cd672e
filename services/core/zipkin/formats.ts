/** Zipkin's four formats. */
import type { SpanFormat } from '../otlp/span_format.ts';
import { zipkinV1JsonToOtlp } from './v1_json.ts';
import { zipkinV1ThriftToOtlp } from './v1_thrift.ts';
import { zipkinV2JsonToOtlp } from './v2_json.ts';
import { zipkinV2ProtoToOtlp } from './v2_proto.ts';

export const ZIPKIN_V2_JSON: SpanFormat = { protocol: 'zipkin/json', toOtlp: zipkinV2JsonToOtlp };
export const ZIPKIN_V2_PROTO: SpanFormat = { protocol: 'zipkin/protobuf', toOtlp: zipkinV2ProtoToOtlp };
export const ZIPKIN_V1_JSON: SpanFormat = { protocol: 'zipkin/v1/json', toOtlp: zipkinV1JsonToOtlp };
export const ZIPKIN_V1_THRIFT: SpanFormat = { protocol: 'zipkin/v1/thrift', toOtlp: zipkinV1ThriftToOtlp };
