/**
 * The encodings of the OpenTelemetry Collector's Kafka exporter, and how the value of a record becomes OTLP. Keys and headers say
 * nothing that the value does not.
 *
 *     otlp_proto    ExportTraceServiceRequest
 *     otlp_json     the same as JSON
 */
import { tracesFromJson } from '../core/otlp/json_traces.ts';
import type { SpanFormat } from '../core/otlp/span_format.ts';

export const ENCODINGS = ['otlp_proto', 'otlp_json'] as const;
export type Encoding = (typeof ENCODINGS)[number];

const CONVERTERS: Readonly<Record<Encoding, SpanFormat['toOtlp']>> = {
  otlp_proto: (value) => value,
  otlp_json: tracesFromJson,
};

export function formatOf(encoding: Encoding): SpanFormat {
  return { protocol: `kafka/${encoding}`, toOtlp: CONVERTERS[encoding] };
}
