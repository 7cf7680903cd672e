import { describe, expect, it } from '@jest/globals';
import { searchesSpans, spanConditions } from '../../../services/query/span_conditions.ts';
import type { SpanConditions } from '../../../services/query/store.ts';

const ANY: SpanConditions = {
  service: null,
  operation: null,
  kind: null,
  status: null,
  name: null,
  minSpanNs: null,
  maxSpanNs: null,
  attributes: [],
  resourceAttributes: [],
};

describe('spanConditions', () => {
  it('has a line for each condition and no value in its text', () => {
    const hostile = "x' OR 1=1 --";
    const { sql, params } = spanConditions({
      service: hostile,
      operation: hostile,
      kind: hostile,
      status: hostile,
      name: hostile,
      minSpanNs: 1,
      maxSpanNs: 2,
      attributes: [
        [hostile, hostile],
        ['k', ''],
      ],
      resourceAttributes: [[hostile, hostile]],
    });
    expect(sql).not.toContain('1=1');
    expect(sql.split('\n')).toHaveLength(11);
    expect(sql).toContain('AND SpanAttributes[{attributeKey1:String}] = {attributeValue1:String}');
    expect(sql).toContain('AND mapContains(SpanAttributes, {attributeKey1:String})');
    expect(Object.values(params).filter((value) => value === hostile)).toHaveLength(9);
    expect(spanConditions(ANY)).toEqual({ sql: '', params: {} });
  });

  it('finds an operation by its name where it has one, else by a pattern', () => {
    expect(spanConditions({ ...ANY, operation: 'GET /' }).sql).toBe('AND SpanName = {operation:String}');
    expect(spanConditions({ ...ANY, operation: 'GET /{}' })).toEqual({
      sql: 'AND match(SpanName, {operation:String})',
      params: { operation: '^GET /[^/\\s]*$' },
    });
  });
});

describe('searchesSpans', () => {
  it.each<[Partial<SpanConditions>, boolean]>([
    [{}, false],
    [{ service: 'a' }, false],
    [{ status: 'Error' }, false],
    [{ service: 'a', status: 'Error' }, true],
    [{ status: 'Ok' }, true],
    [{ name: 'a' }, true],
    [{ minSpanNs: 0 }, true],
    [{ attributes: [['a', 'b']] }, true],
  ])('of %j is %s', (given, expected) => {
    expect(searchesSpans({ ...ANY, ...given })).toBe(expected);
  });
});
