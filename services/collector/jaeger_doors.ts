/** All that Jaeger's agents and collectors listen on, as one part: spans by UDP, HTTP and gRPC, and the strategies of sampling. */
import { JAEGER_UDP_BINARY, JAEGER_UDP_COMPACT } from '../core/jaeger/formats.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import { grpcServer } from '../platform/grpc_server.ts';
import { startAll, stopAll, type Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { jaegerGrpcMethods } from './jaeger_grpc.ts';
import { jaegerHttpDoor, type JaegerHttpOptions } from './jaeger_http.ts';
import { jaegerUdpServer } from './jaeger_udp.ts';
import type { CollectorMetrics } from './metrics.ts';
import { samplingFile } from './sampling_file.ts';
import { samplingHttpDoor } from './sampling_http.ts';

/** Ports are 0 for any free one. */
export interface JaegerSettings {
  readonly compactPort: number;
  readonly binaryPort: number;
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly samplingPort: number;
  /** '' for none. */
  readonly samplingFile: string;
}

export type JaegerPorts = Readonly<Record<'compact' | 'binary' | 'http' | 'grpc' | 'sampling', number>>;

export interface JaegerDoors extends Part {
  /** Those in use once started. */
  readonly ports: JaegerPorts;
}

export interface JaegerDoorsOptions extends Omit<JaegerHttpOptions, 'port' | 'metrics'> {
  readonly settings: JaegerSettings;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly metrics: CollectorMetrics;
}

export function jaegerDoors({ settings, ...door }: JaegerDoorsOptions): JaegerDoors {
  const sampling = samplingFile({ ...door, path: settings.samplingFile });
  const { strategyOf } = sampling;
  const methods = jaegerGrpcMethods({ ...door, strategyOf });
  const compact = jaegerUdpServer({ ...door, port: settings.compactPort, format: JAEGER_UDP_COMPACT });
  const binary = jaegerUdpServer({ ...door, port: settings.binaryPort, format: JAEGER_UDP_BINARY });
  const http = jaegerHttpDoor({ ...door, port: settings.httpPort });
  const grpc = grpcServer({ ...door, port: settings.grpcPort, methods });
  const samplingHttp = samplingHttpDoor({ ...door, strategyOf, port: settings.samplingPort });
  const servers = [compact, binary, http, grpc, samplingHttp];
  const ports = (): JaegerPorts => ({
    ...{ compact: compact.port, binary: binary.port, http: http.port, grpc: grpc.port },
    sampling: samplingHttp.port,
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
