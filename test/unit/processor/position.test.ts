import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodePosition, encodePosition, PositionError } from '../../../services/processor/position.ts';

describe('committed position', () => {
  test('comes back as it was written, and fits the 4,096 bytes that Kafka takes', () => {
    const whole = fc.maxSafeNat();
    fc.assert(
      fc.property(whole, whole, whole, whole, (offset, streamMs, appendMs, publishFrom) => {
        const position = { low: { offset, clock: { streamMs, appendMs } }, publishFrom };
        const committed = encodePosition(position);
        expect(committed.metadata.length).toBeLessThan(4096);
        expect(decodePosition(committed)).toEqual(position);
      }),
    );
  });

  test.each(['', 'x', '{}', 'null', '{"p":1}', '{"p":1,"t":[1]}', '{"p":"1","t":[1,2]}'])(
    'of another consumer (%j) is refused with what to do',
    (metadata) => {
      const decode = (): unknown => decodePosition({ offset: 5, metadata });
      expect(decode).toThrow(PositionError);
      expect(decode).toThrow('a group of its own');
    },
  );
});
