/** The rules by which a span of Jaeger's becomes one of OpenTelemetry's, each over every form that Jaeger sends. */
import { describe, expect, test } from '@jest/globals';
import {
  JAEGER_GRPC,
  JAEGER_THRIFT,
  JAEGER_UDP_BINARY,
  JAEGER_UDP_COMPACT,
} from '../../../../services/core/jaeger/formats.ts';
import {
  emitBatch,
  plainSpans,
  postSpans,
  thriftBatch,
  type JaegerTags,
  type JaegerTestBatch,
  type JaegerTestSpan,
  type JaegerValue,
  type PlainSpan,
} from '../../../support/jaeger_batches.ts';
import { binaryEncoder, compactEncoder } from '../../../support/thrift_encoder.ts';

const TRACE = '0123456789abcdeffedcba9876543210';
const OTHER_TRACE = 'f'.repeat(32);
const SPAN = 'f000000000000001';
const PARENT = 'f000000000000002';
const THIRD = 'f000000000000003';

type Way = readonly [string, (batch: JaegerTestBatch) => Uint8Array];
const WAYS: readonly Way[] = [
  ['thrift over HTTP', (batch) => JAEGER_THRIFT.toOtlp(binaryEncoder.encode(thriftBatch(batch)))],
  ['thrift over UDP, compact', (batch) => JAEGER_UDP_COMPACT.toOtlp(emitBatch(compactEncoder, batch))],
  ['thrift over UDP, binary', (batch) => JAEGER_UDP_BINARY.toOtlp(emitBatch(binaryEncoder, batch))],
  ['protobuf', (batch) => JAEGER_GRPC.toOtlp(postSpans(batch))],
];

describe.each(WAYS)('%s', (_name, toOtlp) => {
  const convert = (span: Partial<JaegerTestSpan>, batch: Partial<JaegerTestBatch> = {}): PlainSpan => {
    const [only] = plainSpans(toOtlp({ ...batch, spans: [{ traceId: TRACE, spanId: SPAN, ...span }] }));
    if (only === undefined) throw new Error('no span');
    return only;
  };
  const tagged = (...tags: JaegerTags): PlainSpan => convert({ tags });

  test('ids keep all their 128 and 64 bits, name and service are theirs', () => {
    const span = convert({ parentSpanId: PARENT, name: 'pay' }, { service: 'till' });
    expect(span).toMatchObject({ traceId: TRACE, spanId: SPAN, parentSpanId: PARENT, name: 'pay' });
    expect(span.resource).toEqual({ 'service.name': 'till' });
  });

  test('an id of 64 bits is padded to 128', () => {
    expect(convert({ traceId: `${'0'.repeat(16)}fedcba9876543210` }).traceId).toBe(
      '0000000000000000fedcba9876543210',
    );
  });

  test('microseconds become nanoseconds, exactly', () => {
    const span = convert({ startUs: 1_789_123_456_789_123n, durationUs: 77_777_777n });
    expect(span.startNs).toBe(1_789_123_456_789_123_000n);
    expect(span.endNs).toBe(1_789_123_534_566_900_000n);
  });

  test.each<[string, JaegerValue]>([
    ['string', 'text — ü'],
    ['empty string', ''],
    ['string that looks like a number', '42'],
    ['bool', true],
    ['false', false],
    ['int64', 2n ** 63n - 1n],
    ['negative int64', -(2n ** 63n)],
    ['zero', 0n],
    ['double', 0.1],
    ['whole double', 3],
    ['binary', Uint8Array.of(0, 255, 128)],
  ])('a tag keeps its type: %s', (_type, value) => {
    expect(tagged(['key', value]).attributes).toEqual({ key: value });
  });

  test.each([
    ['internal', 1],
    ['server', 2],
    ['client', 3],
    ['producer', 4],
    ['consumer', 5],
  ])('span.kind %s is the kind and no attribute', (value, kind) => {
    expect(tagged(['span.kind', value])).toMatchObject({ kind, attributes: {} });
  });

  test('a span.kind that is none stays an attribute', () => {
    expect(tagged(['span.kind', 'queue'])).toMatchObject({ kind: 0, attributes: { 'span.kind': 'queue' } });
  });

  test.each<[string, JaegerValue]>([
    ['bool', true],
    ['word', 'true'],
  ])('an error tag (%s) is the status and no attribute', (_name, value) => {
    expect(tagged(['error', value])).toMatchObject({ status: { code: 2, message: '' }, attributes: {} });
  });

  test('an error tag that is false says nothing of the status and stays', () => {
    expect(tagged(['error', false])).toMatchObject({ status: null, attributes: { error: false } });
  });

  test.each([
    ['OK', 1],
    ['ERROR', 2],
    ['error', 2],
  ])('otel.status_code %s is the status, its description the message', (value, code) => {
    const span = tagged(['otel.status_description', 'why'], ['otel.status_code', value]);
    expect(span).toMatchObject({ status: { code, message: 'why' }, attributes: {} });
  });

  test('an error tag goes before otel.status_code', () => {
    const span = tagged(['otel.status_code', 'OK'], ['error', true], ['otel.status_description', 'why']);
    expect(span).toMatchObject({ status: { code: 2, message: 'why' }, attributes: {} });
  });

  test('a description without a status stays an attribute', () => {
    const span = tagged(['otel.status_description', 'why']);
    expect(span).toMatchObject({ status: null, attributes: { 'otel.status_description': 'why' } });
  });

  test('an otel.status_code that is none stays an attribute', () => {
    const span = tagged(['otel.status_code', 'SO SO']);
    expect(span).toMatchObject({ status: null, attributes: { 'otel.status_code': 'SO SO' } });
  });

  test.each<[JaegerValue, string, boolean]>([
    [200n, 'client', false],
    [399n, 'client', false],
    [404n, 'client', true],
    [404n, 'server', false],
    [404n, 'internal', true],
    [500n, 'server', true],
    ['503', 'client', true],
    ['none', 'client', false],
  ])('http.status_code %s of a %s: error %s, and the tag stays', (status, kind, isError) => {
    const span = tagged(['http.status_code', status], ['http.status_message', 'odd'], ['span.kind', kind]);
    expect(span.status).toEqual(isError ? { code: 2, message: 'odd' } : null);
    expect(span.attributes).toEqual({ 'http.status_code': status, 'http.status_message': 'odd' });
  });

  test('a status that is said goes before what HTTP says', () => {
    const span = tagged(['http.status_code', 500n], ['otel.status_code', 'OK']);
    expect(span.status).toEqual({ code: 1, message: '' });
  });

  test('the message of an error without a description is that of HTTP', () => {
    expect(tagged(['error', true], ['http.status_message', 'odd']).status).toEqual({
      code: 2,
      message: 'odd',
    });
  });

  test('w3c.tracestate is the trace state', () => {
    expect(tagged(['w3c.tracestate', 'a=b,c=d'])).toMatchObject({ traceState: 'a=b,c=d', attributes: {} });
  });

  test.each(['scope', 'library'])('otel.%s.name and .version are the scope', (word) => {
    const span = tagged([`otel.${word}.name`, 'flask'], [`otel.${word}.version`, '1.2']);
    expect(span).toMatchObject({ scope: { name: 'flask', version: '1.2' }, attributes: {} });
  });

  test('a version of no scope stays an attribute', () => {
    const span = tagged(['otel.scope.version', '1.2']);
    expect(span).toMatchObject({
      scope: { name: '', version: '' },
      attributes: { 'otel.scope.version': '1.2' },
    });
  });

  test('spans of several scopes stand under their own', () => {
    const names = ['a', 'a', 'b', 'a'];
    const spans = names.map((name) => ({
      ...{ traceId: TRACE, spanId: SPAN, tags: [['otel.scope.name', name]] as JaegerTags },
    }));
    expect(plainSpans(toOtlp({ spans })).map(({ scope }) => scope.name)).toEqual(names);
  });

  test.each([
    [0, 0, {}],
    [1, 1, {}],
    [3, 1, { 'jaeger.debug': true }],
  ])('flags %d: the sampled bit is a flag, the debug bit an attribute', (flags, flagsOut, attributes) => {
    expect(convert({ flags })).toMatchObject({ flags: flagsOut, attributes });
  });

  test('logs are events: event is the name, the rest attributes', () => {
    const { events } = convert({
      logs: [
        {
          timeUs: 1_789_123_456_789_123n,
          fields: [
            ['event', 'cache miss'],
            ['key', 7n],
          ],
        },
        {
          timeUs: 2n,
          fields: [
            ['message', 'tried again'],
            ['level', 'warn'],
          ],
        },
        { timeUs: 3n, fields: [['event', 1n]] },
        { timeUs: 4n, fields: [] },
      ],
    });
    expect(events).toEqual([
      { timeNs: 1_789_123_456_789_123_000n, name: 'cache miss', attributes: { key: 7n } },
      { timeNs: 2000n, name: 'tried again', attributes: { message: 'tried again', level: 'warn' } },
      { timeNs: 3000n, name: '', attributes: { event: 1n } },
      { timeNs: 4000n, name: '', attributes: {} },
    ]);
  });

  test('a log with an event and a message is named by the event', () => {
    const { events } = convert({
      logs: [
        {
          timeUs: 1n,
          fields: [
            ['message', 'boom'],
            ['event', 'error'],
          ],
        },
      ],
    });
    expect(events).toEqual([{ timeNs: 1000n, name: 'error', attributes: { message: 'boom' } }]);
  });

  test('the parent is the first CHILD_OF of the same trace, and no link', () => {
    const span = convert({
      references: [
        { type: 'FOLLOWS_FROM', traceId: TRACE, spanId: THIRD },
        { type: 'CHILD_OF', traceId: OTHER_TRACE, spanId: THIRD },
        { type: 'CHILD_OF', traceId: TRACE, spanId: PARENT },
        { type: 'CHILD_OF', traceId: TRACE, spanId: THIRD },
      ],
    });
    expect(span.parentSpanId).toBe(PARENT);
    expect(
      span.links.map(({ traceId, spanId, attributes }) => [traceId, spanId, ...Object.values(attributes)]),
    ).toEqual([
      [TRACE, THIRD, 'follows_from'],
      [OTHER_TRACE, THIRD, 'child_of'],
      [TRACE, THIRD, 'child_of'],
    ]);
    expect(span.links.map(({ attributes }) => Object.keys(attributes))).toEqual(
      Array(3).fill(['opentracing.ref_type']),
    );
  });

  test('where there is no CHILD_OF the first FOLLOWS_FROM of the same trace is the parent, and a link', () => {
    const span = convert({
      references: [
        { type: 'FOLLOWS_FROM', traceId: OTHER_TRACE, spanId: THIRD },
        { type: 'FOLLOWS_FROM', traceId: TRACE, spanId: PARENT },
      ],
    });
    expect(span.parentSpanId).toBe(PARENT);
    expect(span.links.map(({ spanId }) => spanId)).toEqual([THIRD, PARENT]);
  });

  test('a reference to another trace is no parent', () => {
    const span = convert({ references: [{ type: 'CHILD_OF', traceId: OTHER_TRACE, spanId: PARENT }] });
    expect(span.parentSpanId).toBe('');
    expect(span.links).toHaveLength(1);
  });

  test('a reference to nothing is none', () => {
    const span = convert({ references: [{ type: 'CHILD_OF', traceId: TRACE, spanId: '0'.repeat(16) }] });
    expect(span).toMatchObject({ parentSpanId: '', links: [] });
  });

  test('references beyond ten thousand are counted, not kept', () => {
    const references = Array.from({ length: 10_003 }, () => ({
      ...{ type: 'FOLLOWS_FROM' as const, traceId: OTHER_TRACE, spanId: THIRD },
    }));
    const span = convert({ references });
    expect(span.links).toHaveLength(10_000);
    expect(span.droppedLinks).toBe(3);
  });

  test('tags of the process are attributes of the resource, as they are', () => {
    const processTags: JaegerTags = [
      ['hostname', 'box-1'],
      ['ip', '10.0.0.1'],
      ['jaeger.version', 'Python-4.8.0'],
      ['pid', 7n],
    ];
    expect(convert({}, { processTags }).resource).toEqual({
      ...Object.fromEntries(processTags),
      'service.name': 'shop',
    });
  });

  test('the name of a process goes before a tag service.name, which counts where there is none', () => {
    const processTags: JaegerTags = [['service.name', 'tag']];
    expect(convert({}, { processTags }).resource).toEqual({ 'service.name': 'shop' });
    expect(convert({}, { service: '', processTags }).resource).toEqual({ 'service.name': 'tag' });
    expect(convert({}, { service: '' }).resource).toEqual({});
    expect(convert({}, { service: 'OTLPResourceNoServiceName' }).resource).toEqual({});
  });

  test('a batch of no spans is a request of none', () => {
    expect(plainSpans(toOtlp({ spans: [] }))).toEqual([]);
  });

  test('a span whose ids are zeros is written for the split to refuse', () => {
    const span = convert({ traceId: '0'.repeat(32), spanId: '0'.repeat(16) });
    expect(span).toMatchObject({ traceId: '0'.repeat(32), spanId: '0'.repeat(16) });
  });
});
