import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTraceql } from '../../../../services/query/tempo/traceql.ts';
import { TraceqlError } from '../../../../services/query/tempo/traceql_tokens.ts';

const condition = (query: string) => parseTraceql(query).condition;
const attribute = (scope: string, key: string, test: object) => ({ on: 'attribute', scope, key, test });

describe('parseTraceql', () => {
  it('reads what the search form of Grafana writes', () => {
    const query =
      '{resource.service.name="x" && span.http.method = "GET" && duration > 100ms && status=error && kind!=server}';
    expect(parseTraceql(query)).toMatchObject({
      condition: {
        all: [
          { on: 'service', test: { is: '=', text: 'x' } },
          attribute('span', 'http.method', { is: '=', text: 'GET' }),
          { on: 'duration', test: { is: '>', value: 100_000_000n } },
          { on: 'status', test: { is: '=', text: 'Error' } },
          { on: 'kind', test: { is: '!=', text: 'Server' } },
        ],
      },
      fields: [
        { key: 'service.name', shown: 'service.name' },
        { key: 'http.method' },
        { name: 'duration' },
        { name: 'status' },
        { name: 'kind' },
      ],
    });
  });

  it.each([
    ['{}', { all: [] }],
    ['{ true }', { all: [] }],
    ['{ false }', { any: [] }],
    ['{ name = "a" } | select(span.b, status)', { on: 'name', test: { is: '=', text: 'a' } }],
    ['{ name =~ `a.*|b` } with (most_recent=true)', { on: 'name', test: { is: '=~', text: 'a.*|b' } }],
    ['{ span.n >= 500 }', attribute('span', 'n', { is: '>=', number: 500 })],
    ['{ span.n = -1.5 }', attribute('span', 'n', { is: '=', text: '-1.5' })],
    ['{ span.ok != true }', attribute('span', 'ok', { is: '!=', text: 'true' })],
    ['{ span.a = nil }', attribute('span', 'a', { is: 'absent' })],
    ['{ event.a != nil }', attribute('event', 'a', { is: 'there' })],
    ['{ span."my \\"key\\"" = \'v\' }', attribute('span', 'my "key"', { is: '=', text: 'v' })],
    ['{ span:statusMessage !~ "x" }', { on: 'statusMessage', test: { is: '!~', text: 'x' } }],
    ['{ trace:duration < 2s }', { on: 'traceDuration', test: { is: '<', value: 2_000_000_000n } }],
    ['{ rootServiceName = "w" }', { on: 'rootService', test: { is: '=', text: 'w' } }],
    ['{ nestedSetParent<0 }', { on: 'parentSpanId', id: '', not: false }],
    ['{ trace:id = "AB" }', { on: 'traceId', id: 'ab'.padStart(32, '0'), not: false }],
    ['{ event:name = "retry" }', { on: 'event', test: { is: '=', text: 'retry' } }],
    ['{ name = "say \\"hi\\"\\n" }', { on: 'name', test: { is: '=', text: 'say "hi"\n' } }],
  ])('reads %s', (query, expected) => {
    expect(condition(query)).toEqual(expected);
  });

  it('looks for an attribute without a scope in the span and its resource', () => {
    expect(condition('{ .a = "b" }')).toEqual({
      any: [
        attribute('span', 'a', { is: '=', text: 'b' }),
        attribute('resource', 'a', { is: '=', text: 'b' }),
      ],
    });
  });

  it('binds && closer than ||, and brackets closest', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((text) => ({ on: 'name', test: { is: '=', text } }));
    expect(condition('{ name="a" || name="b" && name="c" }')).toEqual({ any: [a, { all: [b, c] }] });
    expect(condition('{ (name="a" || name="b") && name="c" }')).toEqual({ all: [{ any: [a, b] }, c] });
  });

  it.each([
    '',
    '{',
    '{ a }',
    '{ span.a }',
    '{ span.a = }',
    '{ span.a = b }',
    '{ span.a < "x" }',
    '{ status = broken }',
    '{ status > error }',
    '{ duration = "x" }',
    '{ duration =~ 5ms }',
    '{ span. = 1 }',
    '{ a.b = 1 }',
    '{ name = "a" } && { name = "b" }',
    '{ name = "a" } >> { name = "b" }',
    '{ name = "a" } | count() > 2',
    '{ } | rate()',
    '{ } | select(a',
    '{ name = "a }',
    '{ name ~ "a" }',
    `{ ${'('.repeat(60)}true${')'.repeat(60)} }`,
    `{ ${'name="a" && '.repeat(400)} true }`,
  ])('refuses %s', (query) => {
    expect(() => parseTraceql(query)).toThrow(TraceqlError);
  });

  it('reads or refuses anything', () => {
    const bits = fc.constantFrom(
      '{',
      '}',
      '(',
      ')',
      '&&',
      '||',
      '|',
      '=',
      '<',
      '"a"',
      'name',
      '.a',
      'span."b"',
      '5',
      'nil',
      'select',
      ' ',
    );
    const queries = fc.oneof(
      fc.string(),
      fc.array(bits).map((list) => `{${list.join(' ')}}`),
    );
    fc.assert(
      fc.property(queries, (query) => {
        try {
          parseTraceql(query);
        } catch (error) {
          expect(error).toBeInstanceOf(TraceqlError);
        }
      }),
    );
  });
});
