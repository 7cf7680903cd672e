import { describe, expect, it } from '@jest/globals';
import { opentelemetry } from '../../../../proto/generated/index.js';
import {
  OTLP_JSON,
  PROTOBUF,
  PROTOBUF_JSON,
  resourceSpans,
} from '../../../../services/query/foreign/otlp_trace.ts';
import { span, TRACE_ID } from '../../../support/foreign_fixture.ts';
import { TRACE_START_NS } from '../../../support/trace_fixture.ts';

const { TracesData } = opentelemetry.proto.trace.v1;

const WHOLE = span('2', '1', 1, 2, {
  ...{ name: 'get', kind: 'Client', status: 'Error', statusMessage: 'no', traceState: 'a=b', flags: 257 },
  ...{
    scopeName: 'lib',
    scopeVersion: '1',
    attributes: { s: 'x', b: 'true', i: '-9007199254740993', f: '1.5' },
  },
  events: [{ timeNs: TRACE_START_NS + 1n, name: 'e', attributes: { k: 'v' } }],
  links: [{ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceState: 'l=1', attributes: {} }],
});

describe('resourceSpans', () => {
  it('writes OTLP JSON: ids in hex, enums as numbers, 64 bits as text', () => {
    expect(resourceSpans([WHOLE], OTLP_JSON)).toEqual([
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeSpans: [
          {
            scope: { name: 'lib', version: '1' },
            spans: [
              {
                ...{
                  traceId: TRACE_ID,
                  spanId: WHOLE.spanId,
                  parentSpanId: WHOLE.parentSpanId,
                  traceState: 'a=b',
                },
                ...{ name: 'get', kind: 3, flags: 257, status: { code: 2, message: 'no' } },
                startTimeUnixNano: String(TRACE_START_NS + 1_000_000n),
                endTimeUnixNano: String(TRACE_START_NS + 3_000_000n),
                attributes: [
                  { key: 's', value: { stringValue: 'x' } },
                  { key: 'b', value: { boolValue: true } },
                  { key: 'i', value: { intValue: '-9007199254740993' } },
                  { key: 'f', value: { doubleValue: 1.5 } },
                ],
                events: [
                  {
                    timeUnixNano: String(TRACE_START_NS + 1n),
                    name: 'e',
                    attributes: [{ key: 'k', value: { stringValue: 'v' } }],
                  },
                ],
                links: [
                  { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceState: 'l=1', attributes: [] },
                ],
              },
            ],
          },
        ],
      },
    ]);
  });

  it('writes the JSON of protobuf: ids in base64, enums by name', () => {
    const made = resourceSpans([WHOLE], PROTOBUF_JSON)[0]?.scopeSpans[0]?.spans[0];
    expect(made).toMatchObject({
      ...{ traceId: Buffer.from(TRACE_ID, 'hex').toString('base64'), kind: 'SPAN_KIND_CLIENT' },
      status: { code: 'STATUS_CODE_ERROR' },
    });
  });

  it('writes what protobuf reads back, exact to the last bit', () => {
    const bytes = TracesData.encode({ resourceSpans: resourceSpans([WHOLE], PROTOBUF) }).finish();
    const back = TracesData.decode(bytes).resourceSpans[0]?.scopeSpans?.[0]?.spans?.[0];
    expect(Buffer.from(back?.traceId ?? []).toString('hex')).toBe(TRACE_ID);
    expect(String(back?.startTimeUnixNano)).toBe(String(TRACE_START_NS + 1_000_000n));
    expect(String(back?.attributes?.[2]?.value?.intValue)).toBe('-9007199254740993');
    expect(back).toMatchObject({
      kind: 3,
      status: { code: 2, message: 'no' },
      flags: 257,
      traceState: 'a=b',
    });
  });

  it('has each resource and each of its scopes once, in the order of the spans', () => {
    const other = { service: 'pay', resourceAttributes: { 'service.name': 'pay' } };
    const made = resourceSpans(
      [
        span('1', '', 0, 1),
        span('2', '', 0, 1, other),
        span('3', '', 0, 1, { scopeName: 's' }),
        span('4', '', 0, 1),
      ],
      OTLP_JSON,
    );
    expect(made.map(({ scopeSpans }) => scopeSpans.map(({ spans }) => spans.length))).toEqual([[2, 1], [1]]);
    expect(made[0]?.scopeSpans[0]?.scope).toEqual({});
  });
});
