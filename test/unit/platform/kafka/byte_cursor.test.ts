import { describe, expect, test } from '@jest/globals';
import { cursorOf, readCompactArray, readInt8 } from '../../../../services/platform/kafka/byte_cursor.ts';

describe('reading of a compact array', () => {
  test('makes no room for elements that the bytes cannot hold', () => {
    // A count of 2^28 in five bytes, and one element.
    const bytes = Buffer.from([0x81, 0x80, 0x80, 0x80, 0x01, 7]);
    let read = 0;
    const readElement = (): number => ++read;
    expect(() => readCompactArray(cursorOf(bytes), readElement)).toThrow('a count points beyond the end');
    expect(read).toBe(0);
  });

  test('gives the elements that are there', () => {
    expect(readCompactArray(cursorOf(Buffer.from([3, 7, 8])), readInt8)).toEqual([7, 8]);
  });
});
