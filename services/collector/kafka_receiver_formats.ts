/**
 * The encodings of the OpenTelemetry Collector's Kafka exporter, and how the value of a record becomes OTLP. Keys and headers say
 * nothing that the value does not.
 *
 *     otlp_proto    ExportTraceServiceRequest
 *     otlp_json     the same as JSON
 */
import { JsonTracesError, tracesFromJson } from '../core/otlp/json_traces.ts';
import { FormatError, type SpanFormat } from '../core/otlp/span_format.ts';

export const ENCODINGS = ['otlp_proto', 'otlp_json'] as const;
export type Encoding = (typeof ENCODINGS)[number];

export const FORMATS: Readonly<Record<Encoding, SpanFormat>> = {
  otlp_proto: { protocol: 'kafka/otlp_proto', toOtlp: (value) => value },
  otlp_json: { protocol: 'kafka/otlp_json', toOtlp: otlpOfJson },
};

function otlpOfJson(value: Uint8Array): Uint8Array {
  try {
    return tracesFromJson(value);
  } catch (cause) {
    if (!(cause instanceof JsonTracesError)) throw cause;
    throw new FormatError(cause.message, { cause });
  }
}
