/**
 * An outcome as OTLP answers it: status of gRPC and of HTTP, whether and when to come back, and the message.
 * Source: OTLP specification, "OTLP/gRPC Response" and "OTLP/HTTP Response".
 */
import { google, opentelemetry } from '../../proto/generated/index.js';
import type { InvalidId } from '../core/otlp/span_view.ts';
import { GRPC_STATUS, type GrpcStatus } from '../platform/grpc/grpc_status.ts';
import type { Outcome, Rejected } from './intake.ts';

const { ExportTraceServiceResponse } = opentelemetry.proto.collector.trace.v1;

/** Long enough for the batches under way to leave. */
const OVERLOADED_RETRY_MS = 1_000;
/** A broker that restarts is back in some seconds. Exporters give up after ten by default: this is tried four times in that. */
const UNAVAILABLE_RETRY_MS = 3_000;

export interface StatusMessage {
  readonly grpcStatus: GrpcStatus;
  readonly message: string;
}

export interface Refusal extends StatusMessage {
  readonly httpStatus: number;
  /** Absent where trying again is of no use. */
  readonly retryAfterMs?: number;
}

export function refusalOf(outcome: Exclude<Outcome, { kind: 'stored' }>): Refusal {
  switch (outcome.kind) {
    case 'malformed':
      return { httpStatus: 400, grpcStatus: GRPC_STATUS.invalidArgument, message: outcome.problem };
    case 'too_large':
      return { httpStatus: 413, grpcStatus: GRPC_STATUS.resourceExhausted, message: outcome.problem };
    case 'overloaded':
      return {
        httpStatus: 429,
        grpcStatus: GRPC_STATUS.resourceExhausted,
        message: 'too many bytes in flight',
        retryAfterMs: OVERLOADED_RETRY_MS,
      };
    case 'limited':
      return {
        httpStatus: 429,
        grpcStatus: GRPC_STATUS.resourceExhausted,
        message: outcome.problem,
        retryAfterMs: outcome.retryAfterMs,
      };
    case 'unavailable':
      return {
        httpStatus: 503,
        grpcStatus: GRPC_STATUS.unavailable,
        message: outcome.problem,
        retryAfterMs: UNAVAILABLE_RETRY_MS,
      };
  }
}

/** Of an HTTP answer: whole seconds, as its grammar has it. */
export function retryHeaders({ retryAfterMs }: Refusal): Readonly<Record<string, string>> {
  return retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
}

/** What the reasons mean to the people who read the exporter's log. */
const REASONS: Readonly<Record<InvalidId, string>> = {
  invalid_trace_id: 'whose trace id is not 16 bytes, or is all zero',
  invalid_span_id: 'whose span id is not 8 bytes, or is all zero',
};

/** Null where nothing was rejected: then the field must not be set. */
function partialSuccess(rejected: Rejected): { rejectedSpans: number; errorMessage: string } | null {
  const reasons = Object.entries(REASONS)
    .map(([reason, meaning]) => ({ meaning, spans: rejected[reason as InvalidId] }))
    .filter(({ spans }) => spans > 0);
  if (reasons.length === 0) return null;
  return {
    rejectedSpans: reasons.reduce((sum, { spans }) => sum + spans, 0),
    errorMessage: `rejected: ${reasons.map(({ meaning, spans }) => `${spans} ${meaning}`).join('; ')}`,
  };
}

/** ExportTraceServiceResponse. */
export function successBytes(rejected: Rejected): Uint8Array {
  const partial = partialSuccess(rejected);
  return ExportTraceServiceResponse.encode(partial === null ? {} : { partialSuccess: partial }).finish();
}

export function successJson(rejected: Rejected): string {
  const partial = partialSuccess(rejected);
  if (partial === null) return '{}';
  const { rejectedSpans, errorMessage } = partial;
  // 64-bit integers are strings in JSON.
  return JSON.stringify({ partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage } });
}

/** google.rpc.Status, the body of every HTTP error. */
export function statusBytes({ grpcStatus, message }: StatusMessage): Uint8Array {
  return google.rpc.Status.encode({ code: grpcStatus, message }).finish();
}

export function statusJson({ grpcStatus, message }: StatusMessage): string {
  return JSON.stringify({ code: grpcStatus, message });
}
