import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeIntent, encodeIntent, IntentError } from '../../../services/sink/intent.ts';

const whole = fc.nat(Number.MAX_SAFE_INTEGER);
const intent = fc.record({
  end: whole,
  refusal: fc.option(fc.record({ table: fc.nat(3), item: whole, size: whole })),
});

describe('an intent', () => {
  it('comes back from the metadata as it went in, which Kafka has room for', () => {
    fc.assert(
      fc.property(intent, (one) => {
        const metadata = encodeIntent(one);
        expect(decodeIntent(metadata)).toEqual(one);
        expect(metadata.length).toBeLessThan(200);
      }),
    );
  });

  it('is none where the metadata is empty', () => {
    expect(decodeIntent('')).toBeNull();
  });

  it('is refused where the metadata is not ours', () => {
    const foreign = [
      'x',
      '{}',
      'null',
      '7',
      '{"intent":-1}',
      '{"intent":1.5}',
      '{"intent":"3"}',
      '{"intent":3,"refusal":{}}',
      '{"intent":3,"refusal":null}',
    ];
    for (const metadata of foreign) expect(() => decodeIntent(metadata)).toThrow(IntentError);
  });
});
