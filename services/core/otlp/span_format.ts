/**
 * A wire format in which spans arrive, and how a body of it becomes OTLP. Behind the front door there is one format only:
 * the bytes of an ExportTraceServiceRequest.
 */
import { tracesFromJson } from './json_traces.ts';

export interface SpanFormat {
  /** As metrics name it, e.g. `zipkin/json`. */
  readonly protocol: string;
  /**
   * Bytes of an ExportTraceServiceRequest, possibly the body itself. Throws FormatError where the body as a whole cannot be
   * read; ids are written as they came, since the split judges each span's.
   */
  readonly toOtlp: (body: Uint8Array) => Uint8Array;
}

/** What comes by gRPC is not read here: the split reads it. */
export const OTLP_GRPC: SpanFormat = { protocol: 'grpc', toOtlp: (body) => body };
export const OTLP_PROTOBUF: SpanFormat = { protocol: 'http/protobuf', toOtlp: (body) => body };
export const OTLP_JSON: SpanFormat = { protocol: 'http/json', toOtlp: tracesFromJson };
