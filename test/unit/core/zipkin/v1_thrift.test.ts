import { expect, it } from '@jest/globals';
import { FormatError } from '../../../../services/core/otlp/format_error.ts';
import { STRUCT } from '../../../../services/core/thrift/reader.ts';
import { zipkinV1ThriftToOtlp } from '../../../../services/core/zipkin/v1_thrift.ts';
import { otlpSpans } from '../../../support/otlp_spans.ts';
import {
  binaryEncoder,
  i32,
  i64,
  list,
  string,
  struct,
  type ThriftField,
} from '../../../support/thrift_encoder.ts';
import { v1Thrift } from '../../../support/zipkin_v1.ts';

const IDS: ThriftField[] = [
  [1, i64(1n)],
  [4, i64(2n)],
];
const convert = (...fields: ThriftField[]) =>
  otlpSpans(zipkinV1ThriftToOtlp(binaryEncoder.encode(list(STRUCT, [struct(...IDS, ...fields)]))))[0];
const withEndpoint = (...fields: ThriftField[]) =>
  convert([6, list(STRUCT, [struct([1, i64(5n)], [2, string('cs')], [3, struct(...fields)])])])?.attributes;

it.each([
  ['20010db8000000000000000000000001', '2001:db8::1'],
  ['00000000000000000000000000000000', '::'],
  ['00000000000000000000ffff0a000001', '10.0.0.1'],
  ['20010db8000100020003000400050006', '2001:db8:1:2:3:4:5:6'],
  ['20010000000000010000000000000001', '2001:0:0:1::1'],
  ['fe800000000000000000000000000000', 'fe80::'],
])('an address %s is %s', (hex, text) => {
  expect(withEndpoint([4, string(Buffer.from(hex, 'hex'))])).toEqual({ 'net.host.ip': text });
});

it('an address of another length is none', () => {
  expect(withEndpoint([4, string(Buffer.alloc(5))])).toEqual({});
});

it('an IPv4 address is unsigned, as is a port', () => {
  expect(withEndpoint([1, i32(-1)], [2, { type: 6, value: -1 }])).toEqual({
    'net.host.ip': '255.255.255.255',
    'net.host.port': 65_535n,
  });
});

it('fields that nobody knows are skipped, and so are those of another type', () => {
  expect(convert([99, struct([1, list(STRUCT, [struct()])])], [3, i32(7)])).toMatchObject({
    traceId: '00000000000000000000000000000001',
    spanId: '0000000000000002',
    name: '',
  });
});

it('a span without ids, or with ids of 0, has none', () => {
  for (const fields of [[], [[1, i64(0n)] as const, [4, i64(0n)] as const]]) {
    const body = binaryEncoder.encode(list(STRUCT, [struct(...fields)]));
    expect(otlpSpans(zipkinV1ThriftToOtlp(body))).toMatchObject([
      { traceId: '', spanId: '', attributes: {} },
    ]);
  }
});

it('a body that is cut off anywhere is refused', () => {
  const endpoint = { serviceName: 'web', ipv4: '1.2.3.4', port: 80 };
  const body = v1Thrift([
    {
      ...{ traceId: '1', id: '2', name: 'get', timestamp: 5, debug: true },
      annotations: [{ timestamp: 5, value: 'cs', endpoint }],
      binaryAnnotations: [{ key: 'k', value: 'v', endpoint }],
    },
  ]);
  for (let length = 0; length < body.length; length++) {
    expect(() => zipkinV1ThriftToOtlp(body.subarray(0, length))).toThrow(FormatError);
  }
});
