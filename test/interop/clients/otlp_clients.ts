/** Clients that speak OTLP. */
import { attributes, links } from '../checks.ts';
import * as sent from '../catalogue.ts';
import type { Client } from '../client.ts';
import { whole, type Expectations } from '../features.ts';
import { array, double, int, string } from '../value.ts';
import { java, javaToolchain } from './java.ts';
import { node, nodeToolchain } from './node.ts';
import { otlpExpectations } from './otlp_expectations.ts';
import { python, pythonToolchain } from './python.ts';

const PYTHON = 'opentelemetry-python 1.45.1';
const PYTHON_EXPECTED: Expectations = {
  ...otlpExpectations('ValueError'),
  // Its exporter leaves the trace state of a link out.
  links: whole(links('links', { ...sent.LINK, traceState: '', attributes: { reason: string('batch') } })),
};

const JS = 'opentelemetry-js 3.1.1';
/** One kind of number: what is whole is an int64, and exact up to 2^53. */
const JS_EXPECTED: Expectations = {
  ...otlpExpectations('Error'),
  int64: whole(
    attributes('attributes', {
      int: int(42n),
      'int.max_safe': int(2n ** 53n - 1n),
      'int.min_safe': int(1n - 2n ** 53n),
    }),
  ),
  double: whole(attributes('attributes', { double: double(0.1), 'double.small': double(5e-324) })),
  array: whole(attributes('attributes', { ...sent.ARRAYS, ints: array([int(1n), int(2n ** 52n + 1n)]) })),
};

const JAVA = 'opentelemetry-java 1.67.0';
const JAVA_EXPECTED = otlpExpectations('java.lang.IllegalStateException');

/** Keeps nothing until it has been told how to sample, over gRPC. */
export const JAVA_SAMPLED = 'java-otlp-sampled';

export const OTLP_CLIENTS: readonly Client[] = [
  {
    id: 'python-otlp-grpc',
    ...{ library: PYTHON, protocol: 'OTLP/gRPC', expected: PYTHON_EXPECTED },
    toolchain: pythonToolchain('otlp'),
    command: ({ otlpGrpc }, service) =>
      python('otlp', 'otel_sdk.py', exporter('otlp-grpc', otlpGrpc, service)),
  },
  {
    id: 'python-otlp-http',
    ...{ library: PYTHON, protocol: 'OTLP/HTTP, gzip', expected: PYTHON_EXPECTED },
    toolchain: pythonToolchain('otlp'),
    command: ({ otlpHttp }, service) =>
      python('otlp', 'otel_sdk.py', exporter('otlp-http', otlpHttp, service)),
  },
  {
    id: 'js-otlp-grpc',
    ...{ library: JS, protocol: 'OTLP/gRPC', expected: JS_EXPECTED, toolchain: nodeToolchain },
    command: ({ otlpGrpc }, service) => node('otel_sdk.ts', exporter('otlp-grpc', otlpGrpc, service)),
  },
  {
    id: 'js-otlp-http',
    ...{ library: JS, protocol: 'OTLP/HTTP', expected: JS_EXPECTED, toolchain: nodeToolchain },
    command: ({ otlpHttp }, service) => node('otel_sdk.ts', exporter('otlp-http', otlpHttp, service)),
  },
  {
    id: 'js-otlp-json',
    ...{ library: JS, protocol: 'OTLP/HTTP, JSON', expected: JS_EXPECTED, toolchain: nodeToolchain },
    command: ({ otlpHttp }, service) => node('otel_sdk.ts', exporter('otlp-json', otlpHttp, service)),
  },
  {
    id: 'java-otlp-grpc',
    ...{ library: JAVA, protocol: 'OTLP/gRPC, gzip', expected: JAVA_EXPECTED, toolchain: javaToolchain },
    command: ({ otlpGrpc }, service) => java('OtelSdk', exporter('otlp-grpc', otlpGrpc, service)),
  },
  {
    id: 'java-otlp-http',
    ...{ library: JAVA, protocol: 'OTLP/HTTP', expected: JAVA_EXPECTED, toolchain: javaToolchain },
    command: ({ otlpHttp }, service) => java('OtelSdk', exporter('otlp-http', otlpHttp, service)),
  },
  {
    id: JAVA_SAMPLED,
    ...{ library: JAVA, protocol: 'OTLP/HTTP, Jaeger remote sampler' },
    toolchain: javaToolchain,
    expected: { ...JAVA_EXPECTED, sampling: JAVA_EXPECTED.spans },
    command: ({ otlpHttp, jaegerGrpc }, service) =>
      java('OtelSdk', {
        ...exporter('otlp-http', otlpHttp, service),
        INTEROP_SAMPLING_PORT: String(jaegerGrpc),
      }),
  },
];

/** What every script reads. */
export function exporter(name: string, port: number, service: string): Record<string, string> {
  return { INTEROP_EXPORTER: name, INTEROP_PORT: String(port), INTEROP_SERVICE: service };
}
