/** What Jaeger's clients send, as Jaeger's own API gives it back: through OTLP and the text that the span table has of values. */
import { describe, expect, test } from '@jest/globals';
import { JAEGER_GRPC, JAEGER_UDP_COMPACT } from '../../../../services/core/jaeger/formats.ts';
import type { TraceSpan } from '../../../../services/query/foreign/foreign_store.ts';
import { jaegerTrace, type JaegerSpan } from '../../../../services/query/jaeger/jaeger_trace.ts';
import { span, trace } from '../../../support/foreign_fixture.ts';
import {
  emitBatch,
  plainSpans,
  postSpans,
  type JaegerTags,
  type JaegerTestBatch,
  type PlainSpan,
} from '../../../support/jaeger_batches.ts';
import { compactEncoder } from '../../../support/thrift_encoder.ts';

const TRACE = '0123456789abcdeffedcba9876543210';
const OTHER_TRACE = 'f'.repeat(32);
const [SPAN, PARENT, THIRD] = ['f000000000000001', 'f000000000000002', 'f000000000000003'] as const;

const TAGS: JaegerTags = [
  ['bool', true],
  ['bytes', Uint8Array.of(1, 2, 3)],
  ['double', 0.25],
  ['error', true],
  ['int', 2n ** 40n],
  ['otel.scope.name', 'lib'],
  ['otel.scope.version', '1.2'],
  ['otel.status_description', 'why'],
  ['span.kind', 'client'],
  ['text', 'x'],
  ['w3c.tracestate', 'a=b'],
];
const BATCH: JaegerTestBatch = {
  service: 'shop',
  processTags: [
    ['hostname', 'box'],
    ['ip', '10.0.0.1'],
    ['jaeger.version', 'Go-2.30'],
  ],
  spans: [
    {
      ...{ traceId: TRACE, spanId: SPAN, name: 'GET /', flags: 1, tags: TAGS, parentSpanId: PARENT },
      ...{ startUs: 1_789_000_000_000_001n, durationUs: 12_345n },
      references: [
        { type: 'FOLLOWS_FROM', traceId: OTHER_TRACE, spanId: THIRD },
        { type: 'CHILD_OF', traceId: OTHER_TRACE, spanId: PARENT },
      ],
      logs: [
        {
          timeUs: 1_789_000_000_000_002n,
          fields: [
            ['event', 'sent'],
            ['n', 1n],
          ],
        },
      ],
    },
  ],
};

/** As the sink writes it, and the store reads it. */
function stored(plain: PlainSpan): TraceSpan {
  const text = (value: unknown): string =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value);
  const texts = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, text(value)]));
  return span('1', '', 0, 0, {
    ...{ traceId: plain.traceId, spanId: plain.spanId, parentSpanId: plain.parentSpanId, name: plain.name },
    ...{ kind: KINDS[plain.kind] ?? '', flags: plain.flags, traceState: plain.traceState },
    ...{ status: STATUSES[plain.status?.code ?? 0] ?? '', statusMessage: plain.status?.message ?? '' },
    ...{ scopeName: plain.scope.name, scopeVersion: plain.scope.version },
    ...{ startNs: plain.startNs, durationNs: plain.endNs - plain.startNs },
    service: text(plain.resource['service.name']),
    ...{ attributes: texts(plain.attributes), resourceAttributes: texts(plain.resource) },
    events: plain.events.map((event) => ({ ...event, attributes: texts(event.attributes) })),
    links: plain.links.map((link) => ({ ...link, traceState: '', attributes: texts(link.attributes) })),
  });
}
const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const STATUSES = ['Unset', 'Ok', 'Error'];

describe.each([
  ['thrift', (batch: JaegerTestBatch) => JAEGER_UDP_COMPACT.toOtlp(emitBatch(compactEncoder, batch))],
  ['protobuf', (batch: JaegerTestBatch) => JAEGER_GRPC.toOtlp(postSpans(batch))],
])('a span that came as %s', (_name, toOtlp) => {
  const answer = jaegerTrace(trace(...plainSpans(toOtlp(BATCH)).map(stored)), {
    raw: true,
    maxClockShiftNs: 0n,
  });
  const [only] = answer.spans as [JaegerSpan];

  test('has its ids, times, flags and references', () => {
    expect(only).toMatchObject({
      ...{ traceID: TRACE, spanID: SPAN, operationName: 'GET /', flags: 1 },
      ...{ startTime: 1_789_000_000_000_001, duration: 12_345 },
      references: [
        { refType: 'CHILD_OF', traceID: TRACE, spanID: PARENT },
        { refType: 'FOLLOWS_FROM', traceID: OTHER_TRACE, spanID: THIRD },
        { refType: 'CHILD_OF', traceID: OTHER_TRACE, spanID: PARENT },
      ],
    });
  });

  test('has its tags with their types, but bytes, which are stored as text', () => {
    expect(only.tags).toEqual([
      { key: 'bool', type: 'bool', value: true },
      { key: 'bytes', type: 'string', value: 'AQID' },
      { key: 'double', type: 'float64', value: 0.25 },
      { key: 'error', type: 'bool', value: true },
      { key: 'int', type: 'int64', value: 2 ** 40 },
      { key: 'otel.scope.name', type: 'string', value: 'lib' },
      { key: 'otel.scope.version', type: 'string', value: '1.2' },
      // Not sent: what the error tag says, once more in OpenTelemetry's words.
      { key: 'otel.status_code', type: 'string', value: 'ERROR' },
      { key: 'otel.status_description', type: 'string', value: 'why' },
      { key: 'span.kind', type: 'string', value: 'client' },
      { key: 'text', type: 'string', value: 'x' },
      { key: 'w3c.tracestate', type: 'string', value: 'a=b' },
    ]);
  });

  test('has its logs', () => {
    expect(only.logs).toEqual([
      {
        timestamp: 1_789_000_000_000_002,
        fields: [
          { key: 'event', type: 'string', value: 'sent' },
          { key: 'n', type: 'int64', value: 1 },
        ],
      },
    ]);
  });

  test('has its process', () => {
    expect(answer.processes).toEqual({
      p1: {
        serviceName: 'shop',
        tags: [
          { key: 'hostname', type: 'string', value: 'box' },
          { key: 'ip', type: 'string', value: '10.0.0.1' },
          { key: 'jaeger.version', type: 'string', value: 'Go-2.30' },
        ],
      },
    });
  });
});
