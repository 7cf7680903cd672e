import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jaeger } from '../../../../proto/generated/index.js';
import { JAEGER_GRPC, JAEGER_PROTO_SPAN } from '../../../../services/core/jaeger/formats.ts';
import { FormatError } from '../../../../services/core/otlp/format_error.ts';
import { plainSpans, postSpans, protoProcess, protoSpan } from '../../../support/jaeger_batches.ts';

const { KeyValue, PostSpansRequest, Span, ValueType } = jaeger.api_v2;
const SPAN = { traceId: '1'.repeat(32), spanId: '2'.repeat(16) };

const post = (batch: jaeger.api_v2.Batch.$Properties) =>
  plainSpans(JAEGER_GRPC.toOtlp(PostSpansRequest.encode({ batch }).finish()));

describe('PostSpansRequest', () => {
  test('a process of a span goes before that of its batch', () => {
    const own = { ...protoSpan(SPAN), process: protoProcess('own', [['ip', '1']]) };
    const spans = post({ process: protoProcess('batch'), spans: [protoSpan(SPAN), own, protoSpan(SPAN)] });
    expect(spans.map(({ resource }) => resource)).toEqual([
      { 'service.name': 'batch' },
      { 'service.name': 'own', ip: '1' },
      { 'service.name': 'batch' },
    ]);
  });

  test('spans of one process stand under one resource', () => {
    const own = { ...protoSpan(SPAN), process: protoProcess('own') };
    const body = JAEGER_GRPC.toOtlp(PostSpansRequest.encode({ batch: { spans: [own, own] } }).finish());
    expect(Buffer.from(body).toString('latin1').split('service.name')).toHaveLength(2);
  });

  test('spans that take turns between a large process and another are refused before they fill the memory', () => {
    const large = protoProcess('batch', [['padding', 'x'.repeat(1024 * 1024)]]);
    const own = { ...protoSpan(SPAN), process: protoProcess('own') };
    const spans = Array.from({ length: 100 }, () => [own, protoSpan(SPAN)]).flat();
    const body = PostSpansRequest.encode({ batch: { process: large, spans } }).finish();
    expect(() => JAEGER_GRPC.toOtlp(body)).toThrow(FormatError);
    const few = PostSpansRequest.encode({ batch: { process: large, spans: spans.slice(0, 20) } }).finish();
    expect(JAEGER_GRPC.toOtlp(few).length).toBeGreaterThan(10 * 1024 * 1024);
  });

  test('warnings are the attribute that Jaeger itself has for them', () => {
    const warned = { ...protoSpan(SPAN), warnings: ['clock skew', ''] };
    expect(post({ spans: [warned] })).toMatchObject([
      { attributes: { '@jaeger@warnings': ['clock skew', ''] } },
    ]);
  });

  test('a trace id of 8 bytes is one of 64 bits; of other lengths it stays for the split to refuse', () => {
    const withId = (...traceId: number[]) => ({ ...protoSpan(SPAN), traceId: Uint8Array.from(traceId) });
    const spans = post({ spans: [withId(1, 2, 3, 4, 5, 6, 7, 8), withId(1, 2, 3), withId()] });
    expect(spans.map(({ traceId }) => traceId)).toEqual(['00000000000000000102030405060708', '010203', '']);
  });

  test('nanoseconds of protobuf times are kept, before 1970 too', () => {
    const span = {
      ...protoSpan(SPAN),
      startTime: { seconds: 1_789_123_456, nanos: 999_999_999 },
      duration: { seconds: 1, nanos: 2 },
    };
    expect(post({ spans: [span] })).toMatchObject([
      { startNs: 1_789_123_456_999_999_999n, endNs: 1_789_123_458_000_000_001n },
    ]);
    const early = { ...protoSpan(SPAN), startTime: { seconds: -1, nanos: -5 } };
    expect(post({ spans: [early] })).toMatchObject([{ startNs: 2n ** 64n - 1_000_000_005n }]);
  });

  test('what counts of a KeyValue is what its type says', () => {
    const tags = [{ key: 'k', vType: ValueType.INT64, vStr: 'text', vInt64: 5 }];
    expect(post({ spans: [{ ...protoSpan(SPAN), tags }] })).toMatchObject([{ attributes: { k: 5n } }]);
  });

  test('a tag of an unknown type says that it is one', () => {
    const tags = [KeyValue.create({ key: 'k', vType: 9 as never })];
    expect(post({ spans: [{ ...protoSpan(SPAN), tags }] })).toMatchObject([
      { attributes: { k: '<unknown Jaeger tag type 9>' } },
    ]);
  });

  test('batches in several parts are one, as protobuf has it of a repeated field', () => {
    const body = Buffer.concat([postSpans({ spans: [SPAN] }), postSpans({ spans: [SPAN] })]);
    expect(plainSpans(JAEGER_GRPC.toOtlp(body))).toHaveLength(2);
  });
});

test('a record of Kafka is one span with its process', () => {
  const record = Span.encode({
    ...protoSpan({ ...SPAN, name: 'kept' }),
    process: protoProcess('till'),
  }).finish();
  expect(plainSpans(JAEGER_PROTO_SPAN.toOtlp(record))).toMatchObject([
    { name: 'kept', resource: { 'service.name': 'till' } },
  ]);
});

/** How many spans protobufjs reads; null where it refuses text that is no UTF-8, which we repair. */
function spansByOracle(body: Uint8Array): number | null {
  try {
    return PostSpansRequest.decode(body).batch?.spans?.length ?? 0;
  } catch (error) {
    if (String(error).includes('utf-8')) return null;
    throw error;
  }
}

describe('damage', () => {
  const bytes = postSpans({
    processTags: [['ip', '1']],
    spans: [{ ...SPAN, parentSpanId: '3'.repeat(16), logs: [{ timeUs: 5n, fields: [['event', 'x']] }] }],
  });

  test('gives a request where protobufjs reads one, and a FormatError where it does not', () => {
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(changes, fc.nat(bytes.length), (damage, length) => {
        const damaged = Uint8Array.from(bytes.subarray(0, length));
        for (const [at, byte] of damage) if (at < length) damaged[at] = byte;
        let traces: Uint8Array;
        try {
          traces = JAEGER_GRPC.toOtlp(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
          return;
        }
        const expected = spansByOracle(damaged);
        if (expected !== null) expect(plainSpans(traces)).toHaveLength(expected);
      }),
      { numRuns: 3_000 },
    );
  });
});
