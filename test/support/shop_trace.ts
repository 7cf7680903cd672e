/**
 * One trace of a small shop as OTLP, with one of everything that other tools' formats have rules for: two services on two
 * hosts whose clocks differ, an error, events, a link, values of every type, a trace state, a scope, a database.
 */
import { opentelemetry } from '../../proto/generated/index.js';
import { fixed64 } from '../../services/query/foreign/fixed64.ts';

const { TracesData, Span, Status } = opentelemetry.proto.trace.v1;
type KeyValue = opentelemetry.proto.common.v1.KeyValue.$Properties;
type AnyValue = opentelemetry.proto.common.v1.AnyValue.$Properties;

export const SHOP_TRACE_ID = '5f0c1d2e3a4b5c6d7e8f901234567890';
export const LINKED_TRACE_ID = '0000000000000000aaaaaaaaaaaaaaaa';
export const SPAN_IDS = {
  checkout: '00000000000000a1',
  call: '00000000000000a2',
  charge: '00000000000000b1',
  query: '00000000000000b2',
} as const;

/** Payment's clock is ahead by this much. */
export const CLOCK_AHEAD_MS = 200;

const id = (hex: string): Buffer => Buffer.from(hex, 'hex');

function attributes(values: Readonly<Record<string, AnyValue>>): KeyValue[] {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}
const text = (stringValue: string): AnyValue => ({ stringValue });

/** The whole trace begins at `startMs`, whole milliseconds since 1970. */
export function shopTrace(startMs: number): Buffer {
  const at = (ms: number) => fixed64(BigInt(startMs + ms) * 1_000_000n);
  const times = (ms: number, durationMs: number) => ({
    startTimeUnixNano: at(ms),
    endTimeUnixNano: at(ms + durationMs),
  });
  const traceId = id(SHOP_TRACE_ID);
  const storefront = {
    resource: {
      attributes: attributes({
        'service.name': text('storefront'),
        'host.name': text('node-a'),
        'service.version': text('1.4.0'),
      }),
    },
    scopeSpans: [
      {
        scope: { name: 'shop-http', version: '2.1' },
        spans: [
          {
            ...{
              traceId,
              spanId: id(SPAN_IDS.checkout),
              name: 'POST /checkout',
              kind: Span.SpanKind.SPAN_KIND_SERVER,
            },
            ...times(0, 100),
            traceState: 'vendor=1',
            flags: 0x101,
            attributes: attributes({
              'http.request.method': text('POST'),
              'http.response.status_code': { intValue: 502 },
              'cart.total': { doubleValue: 12.5 },
              'cart.gift': { boolValue: true },
              'cart.token': { bytesValue: Buffer.from('ab') },
              'cart.items': { arrayValue: { values: [text('a'), { intValue: 2 }] } },
              'user.name': text('Ada "the" Öl'),
            }),
            status: { code: Status.StatusCode.STATUS_CODE_ERROR, message: 'card refused' },
            events: [
              {
                timeUnixNano: at(60),
                name: 'exception',
                attributes: attributes({ 'exception.type': text('Refused'), attempt: { intValue: 2 } }),
              },
              { timeUnixNano: at(70), name: 'retry' },
            ],
            links: [{ traceId: id(LINKED_TRACE_ID), spanId: id('00000000000000c1') }],
          },
          {
            ...{ traceId, spanId: id(SPAN_IDS.call), parentSpanId: id(SPAN_IDS.checkout), name: 'POST' },
            kind: Span.SpanKind.SPAN_KIND_CLIENT,
            ...times(10, 60),
            attributes: attributes({
              'peer.service': text('payment'),
              'server.address': text('pay.example'),
            }),
          },
        ],
      },
    ],
  };
  const payment = {
    resource: { attributes: attributes({ 'service.name': text('payment'), 'host.name': text('node-b') }) },
    scopeSpans: [
      {
        spans: [
          {
            ...{
              traceId,
              spanId: id(SPAN_IDS.charge),
              parentSpanId: id(SPAN_IDS.call),
              name: 'POST /charges/{id}',
            },
            kind: Span.SpanKind.SPAN_KIND_SERVER,
            ...times(20 + CLOCK_AHEAD_MS, 40),
            status: { code: Status.StatusCode.STATUS_CODE_OK },
          },
          {
            ...{
              traceId,
              spanId: id(SPAN_IDS.query),
              parentSpanId: id(SPAN_IDS.charge),
              name: 'SELECT card 4711',
            },
            kind: Span.SpanKind.SPAN_KIND_CLIENT,
            ...times(25 + CLOCK_AHEAD_MS, 10),
            attributes: attributes({ 'db.system': text('postgresql'), 'db.name': text('cards') }),
          },
        ],
      },
    ],
  };
  return Buffer.from(TracesData.encode({ resourceSpans: [storefront, payment] }).finish());
}
