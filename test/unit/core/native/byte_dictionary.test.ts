import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ByteDictionary } from '../../../../services/core/native/byte_dictionary.ts';
import { fingerprint } from '../../../../services/core/wire/keys.ts';
import { collidingKeys } from '../../../support/colliding_keys.ts';

const intern = (dictionary: ByteDictionary, key: Uint8Array): number => dictionary.intern(key, 0, key.length);

/** The keys as they would go into a block; each shorter than 128 bytes. */
function keysOf(dictionary: ByteDictionary): string[] {
  const { buf, pos } = dictionary.keys;
  const keys: string[] = [];
  for (let at = 0; at < pos; at += 1 + (buf[at] ?? 0)) {
    keys.push(Buffer.from(buf.subarray(at + 1, at + 1 + (buf[at] ?? 0))).toString('hex'));
  }
  return keys;
}

describe('a byte dictionary', () => {
  it('numbers each key once, in the order of first sight', () => {
    const key = fc.uint8Array({ maxLength: 3, max: 3 });
    fc.assert(
      fc.property(fc.array(key, { maxLength: 400 }), (keys) => {
        const dictionary = new ByteDictionary();
        const numbers = keys.map((one) => intern(dictionary, one));
        const order = [...new Set(keys.map((one) => Buffer.from(one).toString('hex')))];
        expect(numbers.map((number) => order[number])).toEqual(
          keys.map((one) => Buffer.from(one).toString('hex')),
        );
        expect(keysOf(dictionary)).toEqual(order);
      }),
    );
  });

  it('finds a key again after it has grown', () => {
    const dictionary = new ByteDictionary();
    const keys = Array.from({ length: 5000 }, (_, i) => Buffer.from(`key ${i}`));
    const numbers = keys.map((key) => intern(dictionary, key));
    expect(keys.map((key) => intern(dictionary, key))).toEqual(numbers);
    expect(dictionary.size).toBe(5000);
  });

  it('tells keys apart by any one of their bytes, wherever they lie', () => {
    const dictionary = new ByteDictionary();
    const keys: Buffer[] = [];
    for (let length = 0; length <= 13; length++) {
      keys.push(Buffer.alloc(length, 'a'));
      for (let at = 0; at < length; at++) keys.push(Buffer.alloc(length, 'a').fill('b', at, at + 1));
    }
    keys.forEach((key, number) => expect(intern(dictionary, key)).toBe(number));
    const shifted = Buffer.concat([Buffer.from('x'), ...keys]);
    let start = 1;
    for (const [number, key] of keys.entries()) {
      // Twice, since the second time it is the one that is guessed.
      expect(dictionary.intern(shifted, start, start + key.length)).toBe(number);
      expect(dictionary.intern(shifted, start, start + key.length)).toBe(number);
      start += key.length;
    }
  });

  it('starts over after a reset', () => {
    const dictionary = new ByteDictionary();
    intern(dictionary, Buffer.from('old'));
    dictionary.reset();
    expect(intern(dictionary, Buffer.from('new'))).toBe(0);
    expect(keysOf(dictionary)).toEqual([Buffer.from('new').toString('hex')]);
  });

  it('gives every key a number of its own bytes however many keys share a hash', () => {
    const keys = collidingKeys(300);
    expect(new Set(keys.map((key) => fingerprint(key, 0, 8))).size).toBe(1);
    const dictionary = new ByteDictionary();
    const twice = [...keys, ...keys.toReversed()];
    const numbers = twice.map((key) => intern(dictionary, key));
    const stored = keysOf(dictionary);
    expect(numbers.map((number) => stored[number])).toEqual(
      twice.map((key) => Buffer.from(key).toString('hex')),
    );
    // What the search does not reach is numbered again rather than looked for.
    expect(dictionary.size).toBeGreaterThan(300);
  });
});
