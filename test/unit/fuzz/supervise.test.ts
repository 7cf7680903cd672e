import { describe, expect, test } from '@jest/globals';
import { SharedInput } from '../../fuzz/shared_input.ts';

describe('the input that a thread shares with its supervisor', () => {
  test('is seen from the other side, also when it never comes back', () => {
    const own = new SharedInput();
    const seen = new SharedInput(own.memory);
    own.write(41, Buffer.from('before'));
    const writes = seen.writes;
    own.write(42, Buffer.from('it'));
    expect(seen.iteration).toBe(42);
    expect(Buffer.from(seen.input()).toString()).toBe('it');
    expect(seen.writes).not.toBe(writes);
  });
});
