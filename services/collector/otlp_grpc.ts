/** OTLP/gRPC: the trace service's one method. */
import { OTLP_GRPC } from '../core/otlp/span_format.ts';
import type { GrpcCall, GrpcMethod, GrpcRefusal } from '../platform/grpc_server.ts';
import { refusalOf, successBytes } from './answers.ts';
import type { Doorman } from './doorman.ts';
import type { InFlight } from './in_flight.ts';
import type { Intake, Outcome } from './intake.ts';
import type { CollectorMetrics } from './metrics.ts';

export interface OtlpGrpcOptions {
  readonly doorman: Pick<Doorman, 'senderOf'>;
  readonly intake: Pick<Intake, 'take'>;
  readonly inFlight: InFlight;
  readonly metrics: Pick<CollectorMetrics, 'requests'>;
  /** True once the collector is to stop: late requests are refused. */
  readonly isStopping: () => boolean;
}

export function otlpGrpcMethod(options: OtlpGrpcOptions): GrpcMethod {
  return {
    path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    handle: async (request, call) => {
      const outcome = await take(request, call, options);
      options.metrics.requests.add(1, { protocol: OTLP_GRPC.protocol, outcome: outcome.kind });
      return outcome.kind === 'stored' ? successBytes(outcome.rejected) : refuse(outcome);
    },
  };
}

async function take(
  request: Buffer,
  call: GrpcCall,
  { doorman, intake, inFlight, isStopping }: OtlpGrpcOptions,
): Promise<Outcome> {
  if (isStopping()) return { kind: 'unavailable', problem: 'the collector is stopping' };
  const sender = doorman.senderOf(call.visit);
  const lease = inFlight.lease(sender);
  if (!lease.grow(request.length)) return { kind: 'overloaded' };
  try {
    return await intake.take(request, OTLP_GRPC, sender);
  } finally {
    lease.release();
  }
}

function refuse(outcome: Exclude<Outcome, { kind: 'stored' }>): GrpcRefusal {
  const { grpcStatus: code, message, retryAfterMs } = refusalOf(outcome);
  return { code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}
