/** Bodies that real clients sent (test/fixtures/interop) give the spans that were in them, with their ids, names and kinds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { JAEGER_GRPC, JAEGER_THRIFT, JAEGER_UDP_COMPACT } from '../../../services/core/jaeger/formats.ts';
import type { SpanFormat } from '../../../services/core/otlp/span_format.ts';
import {
  ZIPKIN_V1_JSON,
  ZIPKIN_V1_THRIFT,
  ZIPKIN_V2_JSON,
  ZIPKIN_V2_PROTO,
} from '../../../services/core/zipkin/formats.ts';
import { spansOf } from '../../interop/arrived_spans.ts';
import { KINDS, UNICODE } from '../../interop/catalogue.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/interop');
const AS_IT_CAME: SpanFormat = { protocol: 'otlp', toOtlp: (body) => body };

const CAPTURED: readonly (readonly [string, SpanFormat, number])[] = [
  ['otlp-otel-python.bin', AS_IT_CAME, 14],
  ['jaeger-compact-otel-python.bin', JAEGER_UDP_COMPACT, 14],
  ['jaeger-http-otel-python.bin', JAEGER_THRIFT, 14],
  ['jaeger-grpc-otel-python.bin', JAEGER_GRPC, 14],
  ['zipkin-v1-json-pyzipkin.json', ZIPKIN_V1_JSON, 12],
  ['zipkin-v1-json-zipkin-reporter.json', ZIPKIN_V1_JSON, 14],
  ['zipkin-v1-thrift-pyzipkin.bin', ZIPKIN_V1_THRIFT, 12],
  ['zipkin-v1-thrift-zipkin-reporter.bin', ZIPKIN_V1_THRIFT, 14],
  ['zipkin-v2-json-brave.json', ZIPKIN_V2_JSON, 14],
  ['zipkin-v2-json-otel-js.json', ZIPKIN_V2_JSON, 14],
  ['zipkin-v2-json-otel-python.json', ZIPKIN_V2_JSON, 14],
  ['zipkin-v2-json-pyzipkin.json', ZIPKIN_V2_JSON, 12],
  ['zipkin-v2-proto-brave.bin', ZIPKIN_V2_PROTO, 14],
  ['zipkin-v2-proto-otel-python.bin', ZIPKIN_V2_PROTO, 14],
  ['zipkin-v2-proto-pyzipkin.bin', ZIPKIN_V2_PROTO, 12],
];

test.each(CAPTURED)('%s', (file, format, count) => {
  const spans = spansOf(format.toOtlp(readFileSync(join(FOLDER, file))));
  expect(spans).toHaveLength(count);
  const kinds = spans.filter(({ name }) => name.startsWith('kind ')).map(({ name, kind }) => [name, kind]);
  expect(kinds.sort()).toEqual(KINDS.map((kind) => [`kind ${kind}`, kind]).sort());
  const root = spans.find(({ name }) => name === 'root');
  const child = spans.find(({ name }) => name.toLowerCase() === UNICODE.toLowerCase());
  expect(child).toMatchObject({ parentSpanId: root?.spanId, traceId: root?.traceId });
  expect(spans.find(({ name }) => name === 'status error')).toMatchObject({
    status: 'Error',
    statusMessage: 'card refused: ✗',
  });
});

test.each([
  ['jaeger-compact-jaeger-client.bin', JAEGER_UDP_COMPACT, 10],
  ['jaeger-compact-jaeger-client-2.bin', JAEGER_UDP_COMPACT, 1],
  ['otlp-telemetrygen.bin', AS_IT_CAME, 6],
  ['zipkin-v1-json-pyzipkin-shared.json', ZIPKIN_V1_JSON, 1],
  ['zipkin-v1-thrift-pyzipkin-shared.bin', ZIPKIN_V1_THRIFT, 1],
  ['zipkin-v1-thrift-pyzipkin-64bit.bin', ZIPKIN_V1_THRIFT, 1],
  ['zipkin-v2-json-pyzipkin-shared.json', ZIPKIN_V2_JSON, 1],
  ['zipkin-v2-proto-pyzipkin-shared.bin', ZIPKIN_V2_PROTO, 1],
] as const)('%s has spans of times, names and services', (file, format, count) => {
  const spans = spansOf(format.toOtlp(readFileSync(join(FOLDER, file))));
  expect(spans).toHaveLength(count);
  for (const span of spans) {
    expect(span.startNs).toBeGreaterThan(1_700_000_000_000_000_000n);
    expect(span.service).not.toBe('');
    expect(span.name).not.toBe('');
  }
});
