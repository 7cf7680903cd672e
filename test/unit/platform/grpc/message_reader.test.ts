import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MessageReader } from '../../../../services/platform/grpc/message_reader.ts';
import { prefixed } from '../../../support/raw_grpc.ts';

describe('a message', () => {
  test('is the same in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.array(fc.nat(55), { maxLength: 8 }), (bytes, cuts) => {
        const reader = new MessageReader(50, undefined);
        const request = prefixed(bytes);
        const ends = [...cuts.filter((cut) => cut < request.length), request.length].sort((a, b) => a - b);
        let at = 0;
        for (const end of ends) {
          expect(reader.take(request.subarray(at, end))).toBeNull();
          at = end;
        }
        expect(reader.end()).toEqual({ bytes: Buffer.from(bytes), compression: null });
      }),
    );
  });

  test('is not copied where it comes in one piece', () => {
    const reader = new MessageReader(50, undefined);
    const request = prefixed(Buffer.from('ping'));
    reader.take(request);
    const message = reader.end();
    expect('bytes' in message && message.bytes.buffer === request.buffer).toBe(true);
  });

  test('that is cut short anywhere is refused', () => {
    const request = prefixed(Buffer.from('ping'));
    for (let length = 0; length < request.length; length++) {
      const reader = new MessageReader(50, undefined);
      expect(reader.take(request.subarray(0, length))).toBeNull();
      expect(reader.end()).toHaveProperty('code');
    }
  });
});
