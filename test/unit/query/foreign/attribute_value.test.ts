import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { attributeValue } from '../../../../services/query/foreign/attribute_value.ts';

describe('attributeValue', () => {
  it.each([
    ['true', 'bool', true],
    ['false', 'bool', false],
    ['0', 'int64', 0n],
    ['-42', 'int64', -42n],
    ['9223372036854775807', 'int64', 9223372036854775807n],
    ['1.5', 'float64', 1.5],
    ['1e+21', 'float64', 1e21],
    ['-0.25', 'float64', -0.25],
  ])('takes %s for a %s', (text, type, value) => {
    expect(attributeValue(text)).toEqual({ type, value });
  });

  it.each([
    '',
    'True',
    '007',
    '+1',
    '9223372036854775808',
    '1.50',
    '1.',
    '.5',
    '1 ',
    'NaN',
    '0x1',
    '1e5',
    '10.0.0.1',
    '-',
  ])('leaves %j as it is', (text) => {
    expect(attributeValue(text)).toEqual({ type: 'string', value: text });
  });

  it('gives back the text of whatever it was, to the letter', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String)), (text) => {
        expect(String(attributeValue(text).value)).toBe(text);
      }),
    );
  });
});
