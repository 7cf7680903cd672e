/** What Zipkin's clients send is what Zipkin's API answers. */
import { describe, expect, it } from '@jest/globals';
import { zipkinV2JsonToOtlp } from '../../../../services/core/zipkin/v2_json.ts';
import { zipkinV2ProtoToOtlp } from '../../../../services/core/zipkin/v2_proto.ts';
import { zipkinSpan, type ZipkinSpan } from '../../../../services/query/zipkin/zipkin_span.ts';
import { otlpSpans, storedSpanOf } from '../../../support/otlp_spans.ts';
import { recordedTraces } from '../../../support/recorded_zipkin.ts';
import { tellSkipped } from '../../../support/skipped.ts';
import { v2Proto } from '../../../support/zipkin_v2.ts';

const RECORDED = recordedTraces(Date.UTC(2026, 0, 1));
if (RECORDED.length === 0) tellSkipped('recorded Zipkin traces', 'there are none beside the checkout');

const fromJson = (spans: readonly ZipkinSpan[]): Uint8Array =>
  zipkinV2JsonToOtlp(Buffer.from(JSON.stringify(spans)));

const answered = (request: Uint8Array): ZipkinSpan[] =>
  otlpSpans(request).map((span) => zipkinSpan(storedSpanOf(span)));

const inOrder = (spans: readonly ZipkinSpan[]): ZipkinSpan[] =>
  [...spans].sort((a, b) => (JSON.stringify(a, KEYS) < JSON.stringify(b, KEYS) ? -1 : 1));
const KEYS = ['id', 'kind', 'timestamp', 'localEndpoint', 'serviceName'];

(RECORDED.length > 0 ? describe : describe.skip)('recorded by real systems', () => {
  it.each(RECORDED.map(({ name, spans }) => [name, spans] as const))('%s comes back', (_name, spans) => {
    const expected = inOrder(spans.map(withoutOwnParent));
    expect(inOrder(answered(fromJson(spans)))).toEqual(expected);
    expect(inOrder(answered(zipkinV2ProtoToOtlp(v2Proto(spans))))).toEqual(inOrder(expected.map(asBytes)));
  });
});

/** Some were recorded with addresses like 10.0.0.04, which bytes cannot say. */
function asBytes(span: ZipkinSpan): ZipkinSpan {
  const json = JSON.stringify(span).replace(/(?<="ipv4":"[\d.]*\.)0(?=\d)/g, '');
  return JSON.parse(json) as ZipkinSpan;
}

/** As Zipkin has it: no span is its own parent. */
function withoutOwnParent({ parentId, ...span }: ZipkinSpan): ZipkinSpan {
  return parentId === undefined || parentId === span.id ? span : { ...span, parentId };
}

const IDS = { traceId: '463ac35c9f6413ad', id: 'a2fb4a1d1a96d312' };

it.each<[string, Partial<ZipkinSpan>]>([
  ['without a timestamp', {}],
  ['without a timestamp but a duration', { duration: 5 }],
  ['that is to be kept', { timestamp: 5, debug: true }],
  ['that shares its id', { timestamp: 5, kind: 'SERVER', shared: true }],
  ['with an error', { timestamp: 5, tags: { error: 'refused' } }],
  ['with an error without text', { timestamp: 5, tags: { error: '' } }],
  ['with an error that is a flag', { timestamp: 5, tags: { error: 'true' } }],
  [
    'with the status of OpenTelemetry',
    { timestamp: 5, tags: { 'otel.status_code': 'ERROR', error: 'refused' } },
  ],
  ['that went well', { timestamp: 5, tags: { 'otel.status_code': 'OK' } }],
  ['of a scope', { timestamp: 5, tags: { 'otel.scope.name': 'lib', 'otel.scope.version': '1' } }],
  ['with a trace state', { timestamp: 5, tags: { 'w3c.tracestate': 'a=1' } }],
  ['with an event', { timestamp: 5, annotations: [{ timestamp: 6, value: '"e": {"n":1,"s":"x"}' }] }],
  [
    'with a link',
    { timestamp: 5, tags: { 'otlp.link.0': `${'ab'.repeat(16)}|${'cd'.repeat(8)}|a=1|{"n":1}|0` } },
  ],
  ['with two addresses', { timestamp: 5, remoteEndpoint: { ipv4: '1.2.3.4', ipv6: '::1', port: 80 } }],
  ['with attributes of the resource', { timestamp: 5, tags: { 'host.name': 'h', 'service.version': '1' } }],
])('a span %s comes back', (_what, fields) => {
  const span = { ...IDS, ...fields };
  expect(answered(fromJson([span]))).toEqual([span]);
});
