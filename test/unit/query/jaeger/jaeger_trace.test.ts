import { describe, expect, it } from '@jest/globals';
import { jaegerTrace, jaegerTraceId } from '../../../../services/query/jaeger/jaeger_trace.ts';
import { span, trace, TRACE_ID } from '../../../support/foreign_fixture.ts';
import { TRACE_START_NS } from '../../../support/trace_fixture.ts';

const VIEW = { raw: false, maxClockShiftNs: 1_000_000_000n };
const START_US = Number(TRACE_START_NS / 1000n);
const only = (...spans: Parameters<typeof trace>) => {
  const [first] = jaegerTrace(trace(...spans), VIEW).spans;
  if (first === undefined) throw new Error('no span');
  return first;
};

describe('jaegerTrace', () => {
  it('answers a span with nothing in it as Jaeger does', () => {
    expect(jaegerTrace(trace(span('1', '', 0, 2, { name: 'work', kind: 'Unspecified' })), VIEW)).toEqual({
      traceID: TRACE_ID,
      spans: [
        {
          traceID: TRACE_ID,
          spanID: '0000000000000001',
          operationName: 'work',
          references: [],
          startTime: START_US,
          duration: 2000,
          tags: [],
          logs: [],
          processID: 'p1',
          warnings: null,
        },
      ],
      processes: { p1: { serviceName: 'shop', tags: [] } },
      warnings: null,
    });
  });

  it('makes tags of the fields that Jaeger has no place for', () => {
    const { tags } = only(
      span('1', '', 0, 1, {
        kind: 'Consumer',
        status: 'Error',
        statusMessage: 'no card',
        scopeName: 'http',
        scopeVersion: '1',
        traceState: 'a=b',
        attributes: { z: '1', a: 'x' },
      }),
    );
    expect(tags).toEqual([
      { key: 'a', type: 'string', value: 'x' },
      { key: 'error', type: 'bool', value: true },
      { key: 'otel.scope.name', type: 'string', value: 'http' },
      { key: 'otel.scope.version', type: 'string', value: '1' },
      { key: 'otel.status_code', type: 'string', value: 'ERROR' },
      { key: 'otel.status_description', type: 'string', value: 'no card' },
      { key: 'span.kind', type: 'string', value: 'consumer' },
      { key: 'w3c.tracestate', type: 'string', value: 'a=b' },
      { key: 'z', type: 'int64', value: 1 },
    ]);
  });

  it('says Ok of a status that is, without an error tag', () => {
    const { tags } = only(span('1', '', 0, 1, { kind: 'Unspecified', status: 'Ok' }));
    expect(tags).toEqual([{ key: 'otel.status_code', type: 'string', value: 'OK' }]);
  });

  it('gives values their types, and integers beyond 2^53 as text', () => {
    const attributes = { b: 'true', f: '1.5', i: '7', l: '9007199254740993', s: '07' };
    expect(only(span('1', '', 0, 1, { kind: 'Unspecified', attributes })).tags).toEqual([
      { key: 'b', type: 'bool', value: true },
      { key: 'f', type: 'float64', value: 1.5 },
      { key: 'i', type: 'int64', value: 7 },
      { key: 'l', type: 'int64', value: '9007199254740993' },
      { key: 's', type: 'string', value: '07' },
    ]);
  });

  it('refers to the parent first, and follows from what is linked', () => {
    const link = (traceId: string, spanId: string) => ({ traceId, spanId, traceState: '', attributes: {} });
    const links = [link('0'.repeat(16) + 'a'.repeat(16), 'b'.repeat(16)), link('', '')];
    expect(only(span('2', '1', 0, 1, { links })).references).toEqual([
      { refType: 'CHILD_OF', traceID: TRACE_ID, spanID: '0000000000000001' },
      { refType: 'FOLLOWS_FROM', traceID: 'a'.repeat(16), spanID: 'b'.repeat(16) },
    ]);
  });

  it('makes logs of events, their name first unless they bring one', () => {
    const events = [
      { timeNs: TRACE_START_NS + 5_500n, name: 'retry', attributes: { n: '2', a: 'x' } },
      { timeNs: TRACE_START_NS, name: 'other', attributes: { event: 'own', a: 'x' } },
      { timeNs: TRACE_START_NS, name: '', attributes: {} },
    ];
    expect(only(span('1', '', 0, 1, { events })).logs).toEqual([
      {
        timestamp: START_US + 5,
        fields: [
          { key: 'event', type: 'string', value: 'retry' },
          { key: 'a', type: 'string', value: 'x' },
          { key: 'n', type: 'int64', value: 2 },
        ],
      },
      {
        timestamp: START_US,
        fields: [
          { key: 'event', type: 'string', value: 'own' },
          { key: 'a', type: 'string', value: 'x' },
        ],
      },
      { timestamp: START_US, fields: [] },
    ]);
  });

  it('has a process for each resource, in the order of the spans', () => {
    const other = { service: 'pay', resourceAttributes: { 'service.name': 'pay', pod: 'p', a: '1' } };
    const made = jaegerTrace(
      trace(
        span('1', '', 0, 9),
        span('2', '1', 1, 1, other),
        span('3', '1', 2, 1),
        span('4', '1', 3, 1, other),
      ),
      VIEW,
    );
    expect(made.spans.map(({ processID }) => processID)).toEqual(['p1', 'p2', 'p1', 'p2']);
    expect(made.processes['p2']).toEqual({
      serviceName: 'pay',
      tags: [
        { key: 'a', type: 'int64', value: 1 },
        { key: 'pod', type: 'string', value: 'p' },
      ],
    });
  });

  it('moves spans and their logs with the clock, unless asked for what is stored', () => {
    const events = [{ timeNs: TRACE_START_NS + 500_000_000n, name: 'e', attributes: {} }];
    const child = { resourceAttributes: { 'host.name': 'b' }, events };
    const stored = trace(span('1', '', 0, 100), span('2', '1', 500, 40, child));
    const [, moved] = jaegerTrace(stored, VIEW).spans;
    expect(moved).toMatchObject({
      startTime: START_US + 30_000,
      logs: [{ timestamp: START_US + 30_000 }],
      warnings: ["This span's timestamps were adjusted by -470ms"],
    });
    const [, raw] = jaegerTrace(stored, { ...VIEW, raw: true }).spans;
    expect(raw).toMatchObject({ startTime: START_US + 500_000, warnings: null });
  });

  it("gives the server's end of a shared id one of its own, under the client's, with the children", () => {
    const made = jaegerTrace(
      trace(
        span('1', '', 0, 9, { kind: 'Client' }),
        span('1', '', 1, 7, { kind: 'Server', service: 'b' }),
        span('3', '1', 2, 1, { service: 'b' }),
      ),
      VIEW,
    );
    expect(made.spans.map(({ spanID, references }) => [spanID, references[0]?.spanID])).toEqual([
      ['0000000000000001', undefined],
      ['0000000000000002', '0000000000000001'],
      ['0000000000000003', '0000000000000002'],
    ]);
    expect(made.spans.every(({ warnings }) => warnings === null)).toBe(true);
  });

  it('tells of a start that was replaced, of spans that are left out, and keeps the W3C flags', () => {
    const stored = trace(span('1', '', 0, 1, { reportedStartNs: 12n, flags: 0x301 }));
    const made = jaegerTrace({ ...stored, truncated: true, facts: { ...stored.facts, spans: 9 } }, VIEW);
    expect(made.warnings).toEqual(['only the first 1 of 9 spans are shown']);
    expect(made.spans[0]).toMatchObject({ flags: 1, warnings: [expect.stringContaining('12 ns')] });
  });
});

describe('jaegerTraceId', () => {
  it('writes ids of 64 bits with 16 digits', () => {
    expect(jaegerTraceId('0'.repeat(17) + 'abc'.padStart(15, '0'))).toBe('abc'.padStart(16, '0'));
    expect(jaegerTraceId(`1${'0'.repeat(31)}`)).toBe(`1${'0'.repeat(31)}`);
  });
});
