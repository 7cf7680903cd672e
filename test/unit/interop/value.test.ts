import { expect, test } from '@jest/globals';
import { opentelemetry } from '../../../proto/generated/index.js';
import { array, bool, bytes, double, int, map, storedText, string, typedValue } from '../../interop/value.ts';

const { AnyValue } = opentelemetry.proto.common.v1;

const CASES = [
  [{ stringValue: '' }, string(''), ''],
  [{ stringValue: 'Grüße "🚀"' }, string('Grüße "🚀"'), 'Grüße "🚀"'],
  [{ boolValue: false }, bool(false), 'false'],
  [{ intValue: 0 }, int(0n), '0'],
  [{ doubleValue: Number.MAX_VALUE }, double(Number.MAX_VALUE), '1.7976931348623157e+308'],
  [{ bytesValue: Uint8Array.of(0, 1, 255) }, bytes('0001ff'), 'AAH/'],
  [{ arrayValue: { values: [] } }, array([]), '[]'],
  [
    { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: 'ß' }] } },
    array([string('a'), string('ß')]),
    '["a","ß"]',
  ],
  [
    {
      kvlistValue: {
        values: [
          { key: 'b', value: { arrayValue: { values: [{ intValue: 1 }] } } },
          { key: 'a', value: { boolValue: true } },
        ],
      },
    },
    map({ a: bool(true), b: array([int(1n)]) }),
    '{"a":true,"b":[1]}',
  ],
] as const;

test.each(CASES)(
  '%j keeps its type on the way through protobuf, and has the text that is stored',
  (value, typed, text) => {
    const decoded = AnyValue.decode(AnyValue.encode(value as never).finish());
    expect(typedValue(decoded)).toBe(typed);
    expect(storedText(typed)).toBe(text);
  },
);

test('an int64 keeps all of its digits', () => {
  // Tag of int_value, then 2^53 + 1 as a varint.
  const decoded = AnyValue.decode(Buffer.from('188180808080808010', 'hex'));
  expect(typedValue(decoded)).toBe(int(2n ** 53n + 1n));
});
