import { expect, test } from '@jest/globals';
import { oneLine } from '../../../services/local/one_line.ts';

test('an error and its causes are one line', () => {
  const error = new Error('tables: 0001.sql failed', { cause: new Error('Code: 62.\n  Syntax error') });
  expect(oneLine(error)).toBe('tables: 0001.sql failed: Code: 62. Syntax error');
});

test('a cause whose words are there already is not repeated', () => {
  expect(oneLine(new Error('connect: ECONNREFUSED', { cause: new Error('ECONNREFUSED') }))).toBe(
    'connect: ECONNREFUSED',
  );
});

test('what is thrown without being an error is shown as it is', () => {
  expect(oneLine({ code: 5 })).toBe('{"code":5}');
});
