/** The spans in a gRPC message, taken: what all protocols over gRPC share between the call and its answer. */
import type { SpanFormat } from '../core/otlp/span_format.ts';
import type { GrpcCall, GrpcMethod } from '../platform/grpc/grpc_method.ts';
import type { GrpcRefusal } from '../platform/grpc/grpc_status.ts';
import { refusalOf } from './answers.ts';
import type { Doorman } from './doorman.ts';
import type { InFlight } from './in_flight.ts';
import type { Intake, Outcome, Rejected } from './intake.ts';
import type { CollectorMetrics } from './metrics.ts';

export interface GrpcSpansOptions {
  readonly doorman: Pick<Doorman, 'senderOf'>;
  readonly intake: Pick<Intake, 'take'>;
  readonly inFlight: InFlight;
  readonly metrics: Pick<CollectorMetrics, 'requests'>;
  /** True once the collector is to stop: late requests are refused. */
  readonly isStopping: () => boolean;
}

export interface GrpcSpans {
  readonly path: string;
  readonly format: SpanFormat;
  /** The response message to spans that are stored. */
  readonly success: (rejected: Rejected) => Uint8Array;
}

export function grpcSpansMethod({ path, format, success }: GrpcSpans, options: GrpcSpansOptions): GrpcMethod {
  return {
    path,
    handle: async (request, call) => {
      const outcome = await take(request, call, format, options);
      options.metrics.requests.add(1, { protocol: format.protocol, outcome: outcome.kind });
      return outcome.kind === 'stored' ? success(outcome.rejected) : refuse(outcome);
    },
  };
}

async function take(
  request: Buffer,
  call: GrpcCall,
  format: SpanFormat,
  { doorman, intake, inFlight, isStopping }: GrpcSpansOptions,
): Promise<Outcome> {
  if (isStopping()) return { kind: 'unavailable', problem: 'the collector is stopping' };
  const sender = doorman.senderOf(call.visit);
  const lease = inFlight.lease(sender);
  if (!lease.grow(request.length)) return { kind: 'overloaded' };
  try {
    return await intake.take(request, format, sender);
  } finally {
    lease.release();
  }
}

function refuse(outcome: Exclude<Outcome, { kind: 'stored' }>): GrpcRefusal {
  const { grpcStatus: code, message, retryAfterMs } = refusalOf(outcome);
  return { code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}
