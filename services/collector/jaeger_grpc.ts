/**
 * What Jaeger's collector answers over gRPC: spans of its agents and exporters, and the sampling strategies that clients ask
 * for. It has no partial success: spans that are refused are counted, and logged nowhere.
 */
import { jaeger } from '../../proto/generated/index.js';
import { JAEGER_GRPC } from '../core/jaeger/formats.ts';
import type { SamplingStrategy } from '../core/jaeger/sampling_strategies.ts';
import type { GrpcMethod } from '../platform/grpc/grpc_method.ts';
import { GRPC_STATUS } from '../platform/grpc/grpc_status.ts';
import { grpcSpansMethod, type GrpcSpansOptions } from './grpc_spans.ts';

export interface JaegerGrpcOptions extends GrpcSpansOptions {
  readonly strategyOf: (service: string) => SamplingStrategy;
}

const { PostSpansResponse, SamplingStrategyParameters, SamplingStrategyResponse, SamplingStrategyType } =
  jaeger.api_v2;

export function jaegerGrpcMethods(options: JaegerGrpcOptions): GrpcMethod[] {
  const path = '/jaeger.api_v2.CollectorService/PostSpans';
  const success = () => PostSpansResponse.encode({}).finish();
  return [grpcSpansMethod({ path, format: JAEGER_GRPC, success }, options), samplingMethod(options)];
}

function samplingMethod({ metrics, strategyOf }: JaegerGrpcOptions): GrpcMethod {
  const count = (outcome: string): void => metrics.requests.add(1, { protocol: 'sampling/grpc', outcome });
  return {
    path: '/jaeger.api_v2.SamplingManager/GetSamplingStrategy',
    handle: (request) => {
      const service = serviceOf(request);
      if (service === null) {
        count('malformed');
        const message = 'the message is no jaeger.api_v2.SamplingStrategyParameters';
        return Promise.resolve({ code: GRPC_STATUS.invalidArgument, message });
      }
      count('answered');
      return Promise.resolve(strategyBytes(strategyOf(service)));
    },
  };
}

function strategyBytes({ strategyType, operationSampling, ...rest }: SamplingStrategy): Uint8Array {
  return SamplingStrategyResponse.encode({
    ...{ ...rest, strategyType: SamplingStrategyType[strategyType] },
    ...(operationSampling !== undefined && {
      operationSampling: {
        ...operationSampling,
        perOperationStrategies: [...operationSampling.perOperationStrategies],
      },
    }),
  }).finish();
}

/** Null where the message is none. */
function serviceOf(request: Buffer): string | null {
  try {
    return SamplingStrategyParameters.decode(request).serviceName;
  } catch {
    return null;
  }
}
