import { describe, expect, test } from '@jest/globals';
import { FormatError } from '../../../../services/core/otlp/format_error.ts';
import { checkJsonShape, RequestTooLargeError } from '../../../../services/core/otlp/request_limits.ts';
import { RequestSplitter } from '../../../../services/core/otlp/split_request.ts';

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

describe('the shape of a JSON body', () => {
  const check = (text: string) => () => checkJsonShape(Buffer.from(text));

  test('is refused where it nests deeper than any request does', () => {
    expect(check('['.repeat(300) + ']'.repeat(300))).not.toThrow();
    expect(check('['.repeat(301))).toThrow(FormatError);
    expect(check('{"a":'.repeat(301))).toThrow('request: is nested too deep');
  });

  test('is refused where it has more values than a request has', () => {
    expect(check(`[${'{},'.repeat(499_999)}{}]`)).not.toThrow();
    expect(check(`[${'{},'.repeat(500_000)}{}]`)).toThrow(RequestTooLargeError);
  });

  test('is not taken from what stands in strings', () => {
    const text = '[{,'.repeat(600_000);
    expect(check(JSON.stringify({ a: text, b: `"${text}\\`, c: [text] }))).not.toThrow();
    expect(check(`["\\\\",${'['.repeat(300)}`)).toThrow('request: is nested too deep');
    expect(check('["never closed')).not.toThrow();
  });
});
