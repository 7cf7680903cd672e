/**
 * The encodings of the OpenTelemetry Collector's Kafka exporter, and how the value of a record becomes OTLP. Keys and headers say
 * nothing that the value does not.
 *
 *     otlp_proto    ExportTraceServiceRequest
 *     otlp_json     the same as JSON
 *     jaeger_proto  one jaeger.api_v2.Span, its process in it
 *     zipkin_json   spans of Zipkin v2 as an array
 *     zipkin_proto  zipkin.proto3.ListOfSpans
 */
import { JAEGER_PROTO_SPAN } from '../core/jaeger/formats.ts';
import { OTLP_JSON, OTLP_PROTOBUF, type SpanFormat } from '../core/otlp/span_format.ts';
import { ZIPKIN_V2_JSON, ZIPKIN_V2_PROTO } from '../core/zipkin/formats.ts';

const FORMATS = {
  otlp_proto: OTLP_PROTOBUF,
  otlp_json: OTLP_JSON,
  jaeger_proto: JAEGER_PROTO_SPAN,
  zipkin_json: ZIPKIN_V2_JSON,
  zipkin_proto: ZIPKIN_V2_PROTO,
} satisfies Readonly<Record<string, SpanFormat>>;

export type Encoding = keyof typeof FORMATS;
export const ENCODINGS = Object.keys(FORMATS) as readonly Encoding[];

/** Counted apart from what comes over HTTP and gRPC. */
export function formatOf(encoding: Encoding): SpanFormat {
  return { protocol: `kafka/${encoding}`, toOtlp: FORMATS[encoding].toOtlp };
}
