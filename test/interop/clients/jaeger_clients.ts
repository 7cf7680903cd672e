/** Clients that speak Jaeger: over UDP as to an agent, HTTP and gRPC as to a collector. */
import type { Client, Doors } from '../client.ts';
import {
  JAEGER_CLIENT,
  JAEGER_CLIENT_128,
  OPENTELEMETRY_PYTHON,
  OPENTELEMETRY_PYTHON_THRIFT,
} from './jaeger_expectations.ts';
import { exporter } from './otlp_clients.ts';
import { python, pythonToolchain } from './python.ts';

function openTelemetry(exporterName: string, protocol: string, port: (doors: Doors) => number): Client {
  return {
    id: `python-${exporterName}`,
    ...{ library: 'opentelemetry-python 1.21.0', protocol },
    expected: exporterName === 'jaeger-grpc' ? OPENTELEMETRY_PYTHON : OPENTELEMETRY_PYTHON_THRIFT,
    toolchain: pythonToolchain('jaeger'),
    command: (doors, service) =>
      python('jaeger', 'otel_sdk.py', exporter(exporterName, port(doors), service)),
  };
}

function jaegerClient(id: string, protocol: string, sampler: string, idBits: string): Client {
  return {
    ...{ id, protocol, library: 'jaeger-client 4.8.0 (OpenTracing)' },
    toolchain: pythonToolchain('opentracing'),
    expected: sampler === 'remote' ? JAEGER_CLIENT_128 : JAEGER_CLIENT,
    command: ({ jaegerCompact, sampling }, service) =>
      python('opentracing', 'jaeger_client_udp.py', {
        ...{ INTEROP_PORT: String(jaegerCompact), INTEROP_SAMPLING_PORT: String(sampling) },
        ...{ INTEROP_SERVICE: service, INTEROP_SAMPLER: sampler, INTEROP_TRACE_ID_BITS: idBits },
      }),
  };
}

export const JAEGER_CLIENT_REMOTE = 'jaeger-client-remote';

export const JAEGER_CLIENTS: readonly Client[] = [
  openTelemetry('jaeger-udp', 'Jaeger UDP, thrift compact', ({ jaegerCompact }) => jaegerCompact),
  openTelemetry('jaeger-http', 'Jaeger HTTP, thrift binary', ({ jaegerHttp }) => jaegerHttp),
  openTelemetry('jaeger-grpc', 'Jaeger gRPC, protobuf', ({ jaegerGrpc }) => jaegerGrpc),
  jaegerClient('jaeger-client', 'Jaeger UDP, const sampler', 'const', '64'),
  jaegerClient(JAEGER_CLIENT_REMOTE, 'Jaeger UDP, remote sampler', 'remote', '128'),
];
