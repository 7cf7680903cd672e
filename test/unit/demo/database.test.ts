import { expect, test } from '@jest/globals';
import { Table } from '../../../demo/database.ts';

test('a full table forgets its oldest row, and a written row is the youngest', () => {
  const table = new Table<number>(2);
  table.set('a', 1);
  table.set('b', 2);
  table.set('a', 3);
  table.set('c', 4);
  expect([table.get('a'), table.get('b'), table.get('c')]).toEqual([3, undefined, 4]);
  table.delete('a');
  expect(table.get('a')).toBeUndefined();
});
