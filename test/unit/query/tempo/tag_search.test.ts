import { describe, expect, it } from '@jest/globals';
import { tagCondition } from '../../../../services/query/foreign/span_search.ts';
import { tagSearch } from '../../../../services/query/tempo/tag_search.ts';

const contains = (key: string, text: string) => tagCondition(key, { is: 'contains', text });

describe('tagSearch', () => {
  it('reads logfmt', () => {
    expect(tagSearch(' a=b  c.d="x \\"y\\" z" e= ')).toEqual([
      contains('a', 'b'),
      contains('c.d', 'x "y" z'),
      contains('e', ''),
    ]);
    expect(tagSearch('')).toEqual([]);
  });

  it('knows the words that are no attributes', () => {
    expect(tagSearch('root.name=x root.service.name=y status.code=error')).toEqual([
      { on: 'rootName', test: { is: 'contains', text: 'x' } },
      { on: 'rootService', test: { is: 'contains', text: 'y' } },
      { on: 'status', test: { is: 'contains', text: 'error' } },
    ]);
  });

  it.each(['a', '="b"', 'a=b c', 'x '.repeat(3)])('refuses %j', (text) => {
    expect(() => tagSearch(text)).toThrow('invalid tags');
  });
});
