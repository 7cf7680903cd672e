import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { conditionsSql, SqlParameters } from '../../../../services/query/foreign/condition_sql.ts';
import {
  NOTHING,
  tagCondition,
  type SpanCondition,
  type TextTest,
} from '../../../../services/query/foreign/span_search.ts';

function sql(...conditions: SpanCondition[]) {
  const params = new SqlParameters();
  return { sql: conditionsSql(conditions, params), params: params.values };
}
const attribute = (test: TextTest) => sql({ on: 'attribute', scope: 'span', key: 'k', test });

describe('conditionsSql', () => {
  it('is true without conditions, and false for a choice of none', () => {
    expect(sql().sql).toBe('1');
    expect(sql(NOTHING).sql).toBe('(0)');
  });

  it('joins what must all hold, and what may', () => {
    expect(
      sql({ on: 'service', test: { is: '=', text: 'a' } }, tagCondition('k', { is: '=', text: 'v' })),
    ).toEqual({
      sql: '(ServiceName = {p0:String}) AND ((SpanAttributes[{p1:String}] = {p2:String}) OR (ResourceAttributes[{p3:String}] = {p4:String}))',
      params: { p0: 'a', p1: 'k', p2: 'v', p3: 'k', p4: 'v' },
    });
  });

  it('asks for the key where an absent one would pass', () => {
    const there = 'mapContains(SpanAttributes, {p0:String})';
    expect(attribute({ is: '=', text: 'v' }).sql).toBe('(SpanAttributes[{p0:String}] = {p1:String})');
    expect(attribute({ is: '=', text: '' }).sql).toBe(
      `(${there} AND SpanAttributes[{p0:String}] = {p1:String})`,
    );
    expect(attribute({ is: '!=', text: 'v' }).sql).toBe(
      `(${there} AND SpanAttributes[{p0:String}] != {p1:String})`,
    );
    expect(attribute({ is: 'there' }).sql).toBe(`(${there})`);
    expect(attribute({ is: 'absent' }).sql).toBe(`(NOT ${there})`);
  });

  it('matches the whole text with a regular expression', () => {
    expect(attribute({ is: '!~', text: 'a|b' })).toEqual({
      sql: '(mapContains(SpanAttributes, {p0:String}) AND NOT match(SpanAttributes[{p0:String}], {p1:String}))',
      params: { p0: 'k', p1: '^(?:a|b)$' },
    });
  });

  it('never writes a value into the text', () => {
    const text = fc.string({ minLength: 3 }).map((value) => `§${value}§`);
    fc.assert(
      fc.property(text, text, (key, value) => {
        const made = sql(
          tagCondition(key, { is: 'contains', text: value }),
          { on: 'event', test: { is: '=~', text: value } },
          { on: 'operation', template: value },
          { on: 'names', names: [value] },
          { on: 'rootName', test: { is: '=', text: value } },
          { on: 'spanId', id: value, not: true },
        );
        expect(made.sql).not.toContain('§');
      }),
    );
  });
});
