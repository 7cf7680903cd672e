/** Clients that speak Zipkin, in each of its four formats. */
import type { Client } from '../client.ts';
import { java, javaToolchain } from './java.ts';
import { node, nodeToolchain } from './node.ts';
import { exporter } from './otlp_clients.ts';
import { python, pythonToolchain, type PythonSet } from './python.ts';
import {
  BRAVE,
  OPENTELEMETRY_JS,
  OPENTELEMETRY_PYTHON,
  PY_ZIPKIN,
  PY_ZIPKIN_TYPED,
  ZIPKIN_REPORTER,
} from './zipkin_expectations.ts';

const OPENTELEMETRY = 'opentelemetry-python 1.45.1';

function openTelemetry(exporterName: string, protocol: string): Client {
  return {
    id: `python-${exporterName}`,
    ...{ library: OPENTELEMETRY, protocol, expected: OPENTELEMETRY_PYTHON },
    toolchain: pythonToolchain('zipkin'),
    command: ({ zipkin }, service) =>
      python('zipkin', 'otel_sdk.py', exporter(exporterName, zipkin, service)),
  };
}

/** The last version that speaks v1 thrift, and the newest one. */
const VERSIONS: Readonly<Partial<Record<PythonSet, string>>> = { opentracing: '0.20.2', zipkin: '1.2.8' };

function pyZipkin(
  set: 'opentracing' | 'zipkin',
  encoding: string,
  protocol: string,
  expected = PY_ZIPKIN,
): Client {
  return {
    id: `py-zipkin-${encoding.toLowerCase().replace('_', '-')}`,
    ...{ library: `py_zipkin ${VERSIONS[set] ?? ''}`, protocol, expected },
    toolchain: pythonToolchain(set),
    command: ({ zipkin }, service) => python(set, 'py_zipkin_http.py', encoded(encoding, zipkin, service)),
  };
}

function encoded(encoding: string, port: number, service: string): Record<string, string> {
  return { INTEROP_ENCODING: encoding, INTEROP_PORT: String(port), INTEROP_SERVICE: service };
}

function jvm(
  id: string,
  mainClass: 'BraveTracer' | 'ZipkinReporter',
  encoding: string,
  protocol: string,
): Client {
  const isBrave = mainClass === 'BraveTracer';
  return {
    id: `java-${id}`,
    library: isBrave ? 'Brave 6.3.1, zipkin-reporter 3.5.3' : 'zipkin-reporter 3.5.3',
    ...{ protocol, toolchain: javaToolchain, expected: isBrave ? BRAVE : ZIPKIN_REPORTER },
    command: ({ zipkin }, service) => java(mainClass, encoded(encoding, zipkin, service)),
  };
}

export const ZIPKIN_CLIENTS: readonly Client[] = [
  openTelemetry('zipkin-json', 'Zipkin v2 JSON'),
  openTelemetry('zipkin-proto', 'Zipkin v2 protobuf'),
  pyZipkin('opentracing', 'V1_THRIFT', 'Zipkin v1 thrift'),
  pyZipkin('zipkin', 'V1_JSON', 'Zipkin v1 JSON', PY_ZIPKIN_TYPED),
  pyZipkin('zipkin', 'V2_JSON', 'Zipkin v2 JSON'),
  pyZipkin('zipkin', 'V2_PROTO3', 'Zipkin v2 protobuf'),
  {
    id: 'js-zipkin',
    ...{ library: 'opentelemetry-js 3.1.1', protocol: 'Zipkin v2 JSON', expected: OPENTELEMETRY_JS },
    toolchain: nodeToolchain,
    command: ({ zipkin }, service) => node('otel_sdk.ts', exporter('zipkin', zipkin, service)),
  },
  jvm('brave-json', 'BraveTracer', 'JSON', 'Zipkin v2 JSON, gzip'),
  jvm('brave-proto', 'BraveTracer', 'PROTO3', 'Zipkin v2 protobuf, gzip'),
  jvm('reporter-v1-json', 'ZipkinReporter', 'JSON_V1', 'Zipkin v1 JSON, gzip'),
  jvm('reporter-v1-thrift', 'ZipkinReporter', 'THRIFT', 'Zipkin v1 thrift, gzip'),
];
