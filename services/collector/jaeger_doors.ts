/** All that Jaeger's agents and collectors listen on, as one part: spans by UDP, HTTP and gRPC, and the strategies of sampling. */
import type { SpanFormat } from '../core/otlp/span_format.ts';
import { JAEGER_UDP_BINARY, JAEGER_UDP_COMPACT } from '../core/jaeger/formats.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import type { GrpcGuardOptions } from '../platform/grpc/arrival_guard.ts';
import type { GrpcGate } from '../platform/grpc/grpc_method.ts';
import { grpcServer } from '../platform/grpc/grpc_server.ts';
import { startAll, stopAll, type Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import type { Sender } from './doorman.ts';
import { jaegerGrpcMethods } from './jaeger_grpc.ts';
import { jaegerHttpDoor, type JaegerHttpOptions } from './jaeger_http.ts';
import { jaegerUdpServer } from './jaeger_udp.ts';
import type { CollectorMetrics } from './metrics.ts';
import { samplingFile } from './sampling_file.ts';
import { samplingHttpDoor } from './sampling_http.ts';

/** Ports are 0 for any free one, null for none. */
export interface JaegerSettings {
  readonly compactPort: number | null;
  readonly binaryPort: number | null;
  readonly httpPort: number | null;
  readonly grpcPort: number | null;
  readonly samplingPort: number | null;
  /** '' for none. */
  readonly samplingFile: string;
}

export type JaegerPorts = Readonly<
  Record<'compact' | 'binary' | 'http' | 'grpc' | 'sampling', number | null>
>;

export interface JaegerDoors extends Part {
  /** Those in use once started. */
  readonly ports: JaegerPorts;
}

export interface JaegerDoorsOptions extends Omit<JaegerHttpOptions, 'port' | 'metrics'> {
  readonly settings: JaegerSettings;
  readonly gate: GrpcGate;
  readonly guard?: GrpcGuardOptions;
  readonly udpSender: Sender;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly metrics: CollectorMetrics;
}

export function jaegerDoors({ settings, ...door }: JaegerDoorsOptions): JaegerDoors {
  const sampling = samplingFile({ ...door, path: settings.samplingFile });
  const { strategyOf } = sampling;
  const methods = jaegerGrpcMethods({ ...door, strategyOf });
  const { compactPort, binaryPort, httpPort, grpcPort, samplingPort } = settings;
  const udp = (port: number, format: SpanFormat) => jaegerUdpServer({ ...door, port, format });
  const compact = compactPort === null ? null : udp(compactPort, JAEGER_UDP_COMPACT);
  const binary = binaryPort === null ? null : udp(binaryPort, JAEGER_UDP_BINARY);
  const guard = door.guard && { guard: { ...door.guard, listener: 'jaeger-grpc' } };
  const http = httpPort === null ? null : jaegerHttpDoor({ ...door, port: httpPort });
  const grpc = grpcPort === null ? null : grpcServer({ ...door, ...guard, port: grpcPort, methods });
  const samplingHttp =
    samplingPort === null ? null : samplingHttpDoor({ ...door, strategyOf, port: samplingPort });
  const servers = [compact, binary, http, grpc, samplingHttp].filter((server) => server !== null);
  const portOf = (server: { readonly port: number } | null): number | null => server?.port ?? null;
  const ports = (): JaegerPorts => ({
    ...{ compact: portOf(compact), binary: portOf(binary), http: portOf(http), grpc: portOf(grpc) },
    sampling: portOf(samplingHttp),
  });
  return {
    name: 'Jaeger servers',
    get ports() {
      return ports();
    },
    start: async () => {
      await startAll([sampling, ...servers]);
      door.log.info(ports(), 'taking spans as Jaeger does');
    },
    stop: async () => {
      await Promise.all(servers.map((server) => stopAll([server])));
      await sampling.stop();
    },
  };
}
