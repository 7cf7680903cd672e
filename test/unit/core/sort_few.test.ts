import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sortFew } from '../../../services/core/sort_few.ts';

test('sorts as sort does, equal items in their order', () => {
  const items = fc.array(fc.record({ key: fc.integer({ min: 0, max: 5 }), name: fc.string() }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(items, (list) => {
      const sorted = list.toSorted((a, b) => a.key - b.key);
      expect(sortFew(list, (a, b) => a.key - b.key)).toEqual(sorted);
    }),
  );
});
