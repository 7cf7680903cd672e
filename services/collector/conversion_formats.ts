/** Formats whose conversion to OTLP takes long for a large body; the others are OTLP already, or never large. */
import { JAEGER_GRPC, JAEGER_THRIFT } from '../core/jaeger/formats.ts';
import { OTLP_JSON, type SpanFormat } from '../core/otlp/span_format.ts';
import { ZIPKIN_V1_JSON, ZIPKIN_V1_THRIFT, ZIPKIN_V2_JSON, ZIPKIN_V2_PROTO } from '../core/zipkin/formats.ts';

export const SLOW_FORMATS: ReadonlyMap<string, SpanFormat> = new Map(
  [
    ...[OTLP_JSON, ZIPKIN_V2_JSON, ZIPKIN_V2_PROTO, ZIPKIN_V1_JSON, ZIPKIN_V1_THRIFT],
    ...[JAEGER_THRIFT, JAEGER_GRPC],
  ].map((format) => [format.protocol, format]),
);
