import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { operationName } from '../../../services/core/metrics/operation_name.ts';
import { isTemplate, operationPattern } from '../../../services/query/operation_pattern.ts';

/** RE2 and JavaScript read these patterns alike. */
const matches = (operation: string, name: string): boolean =>
  new RegExp(operationPattern(operation), 's').test(name);

describe('operationPattern', () => {
  it.each([
    ['GET /users/{}/cart', 'GET /users/123/cart', true],
    ['GET /users/{}/cart', 'GET /users/4bf92f35-77b3-4da6-a3ce-929d0e0e4736/cart', true],
    ['GET /users/{}/cart', 'GET /users/1/2/cart', false],
    ['GET /users/{}', 'GET /users/1/cart', false],
    ['a.b (c)', 'a.b (c)', true],
    ['a.b', 'axb', false],
    ['x'.repeat(200), `${'x'.repeat(200)}yz`, true],
  ])('%s: %s', (operation, name, expected) => {
    expect(matches(operation, name)).toBe(expected);
  });

  it('matches every name that the operation was made of', () => {
    const word = fc.oneof(
      fc.constantFrom('GET ', '/', 'v1', '.', '-', '(', '{id}', '$'),
      fc.nat().map(String),
      fc.uuid(),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const name = words.join('').slice(0, 200);
        const operation = operationName(name);
        if (isTemplate(operation)) expect(matches(operation, name)).toBe(true);
        else expect(operation).toBe(name);
      }),
    );
  });
});
