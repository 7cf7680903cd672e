import { describe, expect, it, test } from '@jest/globals';
import { zipkin } from '../../../../proto/generated/index.js';
import { FormatError } from '../../../../services/core/otlp/format_error.ts';
import { zipkinV2JsonToOtlp } from '../../../../services/core/zipkin/v2_json.ts';
import { zipkinV2ProtoToOtlp } from '../../../../services/core/zipkin/v2_proto.ts';
import type { ZipkinSpan } from '../../../../services/query/zipkin/zipkin_span.ts';
import { concat, varint } from '../../../support/otlp_arbitraries.ts';
import { otlpSpans, type OtlpSpan } from '../../../support/otlp_spans.ts';
import { v2Proto } from '../../../support/zipkin_v2.ts';

const { ListOfSpans } = zipkin.proto3;

const FULL: ZipkinSpan = {
  ...{ traceId: '463ac35c9f6413ad48485a3953bb6124', parentId: '0000000000000001', id: 'a2fb4a1d1a96d312' },
  ...{ kind: 'CLIENT', name: 'grün', timestamp: 1531282088548313, duration: 20333 },
  localEndpoint: { serviceName: 'web', ipv4: '10.0.0.1', port: 65535 },
  remoteEndpoint: { serviceName: 'app', ipv6: '2001:db8::c001' },
  annotations: [{ timestamp: 1531282088548314, value: '"e": {"a":1}' }],
  tags: { 'http.method': 'GET', 'otel.status_code': 'ERROR', error: '' },
  ...{ debug: true, shared: true },
};

const ID = Buffer.alloc(8, 1);
/** The fields of the two ids. */
const IDS = concat([Uint8Array.of(0x0a, 8), ID, Uint8Array.of(0x1a, 8), ID]);

const convert = (span: zipkin.proto3.Span.$Properties): OtlpSpan => {
  const [converted] = otlpSpans(
    zipkinV2ProtoToOtlp(ListOfSpans.encode({ spans: [{ traceId: ID, id: ID, ...span }] }).finish()),
  );
  if (converted === undefined) throw new Error('no span');
  return converted;
};

test('a span becomes what it becomes from JSON, byte for byte', () => {
  const spans = [FULL, { traceId: '463ac35c9f6413ad', id: '0000000000000002' }];
  const fromJson = zipkinV2JsonToOtlp(Buffer.from(JSON.stringify(spans)));
  expect(Buffer.from(zipkinV2ProtoToOtlp(v2Proto(spans)))).toEqual(Buffer.from(fromJson));
});

test.each(['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER'] as const)('the kind %s is that of JSON', (kind) => {
  const spans = [{ ...FULL, kind }];
  const fromJson = zipkinV2JsonToOtlp(Buffer.from(JSON.stringify(spans)));
  expect(otlpSpans(zipkinV2ProtoToOtlp(v2Proto(spans)))).toEqual(otlpSpans(fromJson));
});

describe('what has another length than it should', () => {
  it('is no id, for the split to refuse', () => {
    const span = convert({
      traceId: Buffer.alloc(5, 1),
      id: Buffer.alloc(9, 1),
      parentId: Buffer.alloc(4, 1),
    });
    expect(span).toMatchObject({ traceId: '', spanId: '', parentSpanId: '' });
  });

  it('is no address', () => {
    const localEndpoint = { ipv4: Buffer.alloc(3, 1), ipv6: Buffer.alloc(4, 1), port: 70_000 };
    expect(convert({ timestamp: 1, localEndpoint }).attributes).toEqual({});
  });
});

test('an IPv4 address in an IPv6 one is an IPv4 address', () => {
  const localEndpoint = { ipv6: Buffer.from('00000000000000000000ffff0a000001', 'hex') };
  expect(convert({ timestamp: 1, localEndpoint }).attributes).toEqual({ 'net.host.ip': '10.0.0.1' });
});

test('a time that 64 bits of nanoseconds do not hold is the latest that they hold', () => {
  const bytes = concat([IDS, Uint8Array.of(0x31), new Uint8Array(8).fill(0xff)]);
  const body = concat([Uint8Array.of(0x0a), varint(bytes.length), bytes]);
  expect(otlpSpans(zipkinV2ProtoToOtlp(body))[0]).toMatchObject({ startNs: 2n ** 63n - 1n });
});

test('unknown fields are skipped, and text that is no UTF-8 gets U+FFFD', () => {
  const span = concat([IDS, Uint8Array.of(0x2a, 2, 0x67, 0xff), Uint8Array.of(0xa0, 0x06, 5)]);
  const body = concat([Uint8Array.of(0x10, 1), Uint8Array.of(0x0a, span.length), span]);
  expect(otlpSpans(zipkinV2ProtoToOtlp(body))[0]).toMatchObject({ name: 'g\ufffd' });
});

test('an empty body has no spans', () => {
  expect(zipkinV2ProtoToOtlp(new Uint8Array(0))).toHaveLength(0);
});

test('a body that is cut off inside a span is refused, saying that it is no list of spans', () => {
  const body = v2Proto([FULL]);
  for (let length = 1; length < body.length; length++) {
    const cut = (): Uint8Array => zipkinV2ProtoToOtlp(body.subarray(0, length));
    expect(cut).toThrow(FormatError);
    expect(cut).toThrow(/^the body is no ListOfSpans: /);
  }
});
