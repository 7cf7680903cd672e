/** OTLP/gRPC: the trace service's one method. */
import { OTLP_GRPC } from '../core/otlp/span_format.ts';
import type { GrpcMethod } from '../platform/grpc/grpc_method.ts';
import { successBytes } from './answers.ts';
import { grpcSpansMethod, type GrpcSpansOptions } from './grpc_spans.ts';

export function otlpGrpcMethod(options: GrpcSpansOptions): GrpcMethod {
  const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
  return grpcSpansMethod({ path, format: OTLP_GRPC, success: successBytes }, options);
}
