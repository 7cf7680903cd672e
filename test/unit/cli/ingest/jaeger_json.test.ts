/** What Jaeger's UI saves, as OTLP. */
import { describe, expect, test } from '@jest/globals';
import { opentelemetry } from '../../../../proto/generated/index.js';
import { tracesFromJaegerJson } from '../../../../services/cli/ingest/jaeger_json.ts';
import { FormatError } from '../../../../services/core/otlp/format_error.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
const TRACE = {
  traceID: 'abc1234567890',
  spans: [
    {
      traceID: 'abc1234567890',
      spanID: 'b1',
      operationName: 'GET /',
      references: [{ refType: 'CHILD_OF', traceID: 'abc1234567890', spanID: 'a1' }],
      flags: 1,
      startTime: 1_700_000_000_000_001,
      duration: 250,
      tags: [
        { key: 'span.kind', type: 'string', value: 'server' },
        { key: 'count', type: 'int64', value: '9007199254740993' },
        { key: 'ratio', type: 'float64', value: 2 },
        { key: 'ok', type: 'bool', value: true },
        { key: 'raw', type: 'binary', value: 'AQID' },
      ],
      logs: [
        { timestamp: 1_700_000_000_000_100, fields: [{ key: 'event', type: 'string', value: 'retry' }] },
      ],
      processID: 'p1',
      warnings: null,
    },
  ],
  processes: { p1: { serviceName: 'shop', tags: [{ key: 'host', type: 'string', value: 'h1' }] } },
};

const decode = (traces: unknown) =>
  TracesData.decode(tracesFromJaegerJson(Buffer.from(JSON.stringify(traces))));

describe('a trace that was saved from Jaeger', () => {
  test('arrives with its process, kind, parent, types and logs', () => {
    const [ofResource] = decode([TRACE]).resourceSpans;
    const attributes = ofResource?.resource?.attributes ?? [];
    expect(attributes.map(({ key, value }) => [key, value?.stringValue])).toEqual([
      ['host', 'h1'],
      ['service.name', 'shop'],
    ]);
    const span = ofResource?.scopeSpans?.[0]?.spans?.[0];
    expect(Buffer.from(span?.traceId ?? []).toString('hex')).toBe('0000000000000000000abc1234567890');
    expect(Buffer.from(span?.spanId ?? []).toString('hex')).toBe('00000000000000b1');
    expect(Buffer.from(span?.parentSpanId ?? []).toString('hex')).toBe('00000000000000a1');
    expect(span).toMatchObject({ name: 'GET /', kind: 2, flags: 1 });
    expect(String(span?.startTimeUnixNano)).toBe('1700000000000001000');
    expect(String(span?.endTimeUnixNano)).toBe('1700000000000251000');
    expect(span?.events).toHaveLength(1);
    expect(span?.events?.[0]?.name).toBe('retry');
    const values = new Map(span?.attributes?.map(({ key, value }) => [key, value]));
    expect(String(values.get('count')?.intValue)).toBe('9007199254740993');
    expect(values.get('ratio')?.doubleValue).toBe(2);
    expect(values.get('ok')?.boolValue).toBe(true);
    expect(Buffer.from(values.get('raw')?.bytesValue ?? []).toString('hex')).toBe('010203');
  });

  test('of a process that is not there has no resource', () => {
    const spans = [{ ...TRACE.spans[0], processID: 'p9' }];
    expect(decode([{ ...TRACE, spans }]).resourceSpans[0]?.resource?.attributes ?? []).toEqual([]);
  });

  test.each([
    ['[0]: must be an object', [1]],
    ['[0].spans: must be an array', [{ spans: {} }]],
    [
      '[0].spans[0].spanID: must be an id of at most 16 hexadecimal digits',
      [{ spans: [{ traceID: '1', spanID: 'no' }] }],
    ],
    [
      '[0].spans[0].startTime: must be a whole number',
      [{ spans: [{ traceID: '1', spanID: '1', startTime: 1.5 }] }],
    ],
    [
      '[0].spans[0].tags[0].value: must be text, a number, true or false',
      [{ spans: [{ traceID: '1', spanID: '1', tags: [{ key: 'k', value: {} }] }] }],
    ],
  ])('is refused with the place of its fault: %s', (message, traces) => {
    expect(() => decode(traces)).toThrow(new FormatError(message));
  });
});
