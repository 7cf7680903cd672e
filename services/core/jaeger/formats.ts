/** The forms in which Jaeger's clients, agents and tools send spans. */
import { FormatError } from '../otlp/format_error.ts';
import { RequestTooLargeError } from '../otlp/request_limits.ts';
import type { SpanFormat } from '../otlp/span_format.ts';
import { BINARY } from '../thrift/binary_protocol.ts';
import { COMPACT } from '../thrift/compact_protocol.ts';
import { WireError } from '../wire/cursor.ts';
import { tracesFromPostSpans, tracesFromProtoSpan } from './proto_batch.ts';
import { tracesFromAgentMessage, tracesFromThriftBatch } from './thrift_batch.ts';

/** The body of POST /api/traces. */
export const JAEGER_THRIFT = format('jaeger/thrift', 'jaeger.thrift Batch', (body) =>
  tracesFromThriftBatch(body, BINARY),
);
/** Packets to an agent. */
export const JAEGER_UDP_COMPACT = format('jaeger/udp-compact', 'message of the compact protocol', (body) =>
  tracesFromAgentMessage(body, COMPACT),
);
export const JAEGER_UDP_BINARY = format('jaeger/udp-binary', 'message of the binary protocol', (body) =>
  tracesFromAgentMessage(body, BINARY),
);
/** jaeger.api_v2.CollectorService/PostSpans. */
export const JAEGER_GRPC = format('jaeger/grpc', 'jaeger.api_v2.PostSpansRequest', tracesFromPostSpans);
/** A record that the OpenTelemetry Collector or Jaeger wrote to Kafka: one span. */
export const JAEGER_PROTO_SPAN = format('jaeger/proto', 'jaeger.api_v2.Span', tracesFromProtoSpan);

function format(protocol: string, what: string, read: (body: Uint8Array) => Uint8Array): SpanFormat {
  return {
    protocol,
    toOtlp: (body) => {
      try {
        return read(body);
      } catch (cause) {
        if (!(cause instanceof WireError) || cause instanceof RequestTooLargeError) throw cause;
        throw new FormatError(`the body is no ${what}: ${cause.message}`, { cause });
      }
    },
  };
}
