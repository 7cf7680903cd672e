import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  JAEGER_THRIFT,
  JAEGER_UDP_BINARY,
  JAEGER_UDP_COMPACT,
} from '../../../../services/core/jaeger/formats.ts';
import { I32, STRUCT } from '../../../../services/core/thrift/reader.ts';
import { FormatError } from '../../../../services/core/otlp/format_error.ts';
import { emitBatch, plainSpans, thriftBatch, thriftSpan } from '../../../support/jaeger_batches.ts';
import {
  binaryEncoder,
  compactEncoder,
  i32,
  i64,
  list,
  oldBinaryMessage,
  string,
  struct,
} from '../../../support/thrift_encoder.ts';

const SPAN = { traceId: '1'.repeat(32), spanId: '2'.repeat(16) };
const namesOf = (traces: Uint8Array): string[] => plainSpans(traces).map(({ name }) => name);
const batch = {
  spans: [
    { ...SPAN, name: 'first' },
    { ...SPAN, name: 'second' },
  ],
};

describe('the body of an HTTP request', () => {
  test('is a bare Batch', () => {
    expect(namesOf(JAEGER_THRIFT.toOtlp(binaryEncoder.encode(thriftBatch(batch))))).toEqual([
      'first',
      'second',
    ]);
  });

  test('may have its process behind its spans', () => {
    const spans = list(STRUCT, [thriftSpan(SPAN)]);
    const body = struct([2, spans], [1, struct([1, string('late')])]);
    expect(plainSpans(JAEGER_THRIFT.toOtlp(binaryEncoder.encode(body)))).toMatchObject([
      { resource: { 'service.name': 'late' } },
    ]);
  });

  test('may have fields of times to come', () => {
    const body = struct(
      [1, struct([9, i64(1n)])],
      [2, list(STRUCT, [struct([99, list(I32, [i32(1)])])])],
      [7, i32(1)],
    );
    expect(plainSpans(JAEGER_THRIFT.toOtlp(binaryEncoder.encode(body)))).toHaveLength(1);
  });

  test('is refused where a tag has no key', () => {
    const body = struct([1, struct([2, list(STRUCT, [struct([2, i32(0)])])])]);
    expect(() => JAEGER_THRIFT.toOtlp(binaryEncoder.encode(body))).toThrow(
      'the body is no jaeger.thrift Batch: a tag without a key',
    );
  });

  test('says of a tag of an unknown type that it is one', () => {
    const tag = struct([1, string('odd')], [2, i32(9)]);
    const body = struct([2, list(STRUCT, [struct([10, list(STRUCT, [tag])])])]);
    expect(plainSpans(JAEGER_THRIFT.toOtlp(binaryEncoder.encode(body)))).toMatchObject([
      { attributes: { odd: '<unknown Jaeger tag type 9>' } },
    ]);
  });
});

describe('a packet to an agent', () => {
  test('may be in the older form of the binary protocol', () => {
    const packet = oldBinaryMessage('emitBatch', struct([1, thriftBatch(batch)]));
    expect(namesOf(JAEGER_UDP_BINARY.toOtlp(packet))).toEqual(['first', 'second']);
  });

  test('of Zipkin spans is refused with the reason', () => {
    const packet = compactEncoder.message('emitZipkinBatch', struct([1, list(STRUCT, [])]));
    expect(() => JAEGER_UDP_COMPACT.toOtlp(packet)).toThrow('Zipkin spans come over HTTP');
  });

  test('of another method, or without a batch, is refused', () => {
    const other = compactEncoder.message('getSamplingStrategy', struct());
    expect(() => JAEGER_UDP_COMPACT.toOtlp(other)).toThrow('a call of another method than emitBatch');
    const empty = compactEncoder.message('emitBatch', struct());
    expect(() => JAEGER_UDP_COMPACT.toOtlp(empty)).toThrow('emitBatch without a batch');
  });

  test('of several batches is refused: the call has one', () => {
    const twice = struct([1, thriftBatch(batch)], [1, thriftBatch(batch)]);
    expect(() => JAEGER_UDP_COMPACT.toOtlp(compactEncoder.message('emitBatch', twice))).toThrow(
      'emitBatch with more than one batch',
    );
  });

  test('of the other protocol is refused', () => {
    expect(() => JAEGER_UDP_BINARY.toOtlp(emitBatch(compactEncoder, batch))).toThrow(FormatError);
    expect(() => JAEGER_UDP_COMPACT.toOtlp(emitBatch(binaryEncoder, batch))).toThrow(FormatError);
  });
});

describe.each([
  ['HTTP', JAEGER_THRIFT, binaryEncoder.encode(thriftBatch(batch))],
  ['compact UDP', JAEGER_UDP_COMPACT, emitBatch(compactEncoder, batch)],
  ['binary UDP', JAEGER_UDP_BINARY, emitBatch(binaryEncoder, batch)],
])('damage (%s)', (_name, format, bytes) => {
  test('by cutting off is refused, wherever it is', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => format.toOtlp(bytes.subarray(0, length))).toThrow(FormatError);
    }
  });

  test('of any bytes gives a request or a FormatError', () => {
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(damage, (changes) => {
        const damaged = Buffer.from(bytes);
        for (const [at, byte] of changes) damaged[at] = byte;
        try {
          plainSpans(format.toOtlp(damaged));
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
