import { describe, expect, test } from '@jest/globals';
import { JAEGER_THRIFT } from '../../../../services/core/jaeger/formats.ts';
import { parseJson } from '../../../../services/core/otlp/json_text.ts';
import { MAX_REQUEST_SPANS, RequestTooLargeError } from '../../../../services/core/otlp/request_limits.ts';
import { RequestSplitter } from '../../../../services/core/otlp/split_request.ts';
import { STRUCT } from '../../../../services/core/thrift/reader.ts';
import { ZIPKIN_V2_JSON } from '../../../../services/core/zipkin/formats.ts';
import { binaryEncoder, list, struct } from '../../../support/thrift_encoder.ts';

const field = (tag: number, content: Buffer): Buffer => {
  const length: number[] = [];
  for (let rest = content.length; ; rest >>>= 7) {
    length.push(rest >= 0x80 ? (rest & 0x7f) | 0x80 : rest);
    if (rest < 0x80) break;
  }
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
};
const RESOURCE_SPANS = 0x0a;
const CHILD = 0x12;
const EMPTY = Buffer.from([CHILD, 0]);
const many = (count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => EMPTY));

describe('what may be in one request', () => {
  test.each([
    ['spans', (count: number) => field(RESOURCE_SPANS, field(CHILD, many(count)))],
    ['scopes', (count: number) => field(RESOURCE_SPANS, many(count))],
    [
      'resources',
      (count: number) => Buffer.concat(Array.from({ length: count }, () => Buffer.from([0x0a, 0]))),
    ],
  ])('is limited in %s', (what, request) => {
    const splitter = new RequestSplitter(4, 10);
    expect(splitter.split(request(10)).accepted).toBe(0);
    expect(() => splitter.split(request(11))).toThrow(
      new RequestTooLargeError(`a request has at most 10 ${what}`),
    );
  });

  test('counts scopes of all resources together', () => {
    const resource = field(RESOURCE_SPANS, many(6));
    expect(() => new RequestSplitter(1, 10).split(Buffer.concat([resource, resource]))).toThrow(
      RequestTooLargeError,
    );
  });
});

describe('the values of a JSON body', () => {
  const parse = (text: string) => () => parseJson(Buffer.from(text));

  test('are limited in number', () => {
    expect(parse(`[${'1,'.repeat(249_000)}1]`)).not.toThrow();
    expect(parse(`[${'1,'.repeat(250_000)}1]`)).toThrow(RequestTooLargeError);
    expect(parse(`{"a":[${'[1,1],'.repeat(125_000)}1]}`)).toThrow(
      'a request in JSON has at most 250000 values',
    );
  });

  test('are not taken from what stands in strings', () => {
    const text = ',[{'.repeat(300_000);
    expect(parse(JSON.stringify({ a: text, b: `"${text}\\`, c: [text] }))).not.toThrow();
  });
});

describe('a body of another format', () => {
  const span = '{"traceId":"1","id":"1"}';

  test('has as many spans as a request of OTLP, and no more', () => {
    const listOf = (spans: number): Buffer =>
      Buffer.from(`[${Array.from({ length: spans }, () => span).join()}]`);
    expect(() => ZIPKIN_V2_JSON.toOtlp(listOf(MAX_REQUEST_SPANS))).not.toThrow();
    expect(() => ZIPKIN_V2_JSON.toOtlp(listOf(MAX_REQUEST_SPANS + 1))).toThrow(RequestTooLargeError);
  });

  test('of thrift is refused at that many empty spans, which take a byte each', () => {
    const empty = Array.from({ length: MAX_REQUEST_SPANS + 1 }, () => struct());
    const body = binaryEncoder.encode(struct([2, list(STRUCT, empty)]));
    expect(() => JAEGER_THRIFT.toOtlp(body)).toThrow(RequestTooLargeError);
  });
});
