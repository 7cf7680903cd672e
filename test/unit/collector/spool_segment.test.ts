import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeSegment,
  encodeFrame,
  frameBytes,
  tornAt,
  type Frame,
} from '../../../services/collector/spool_segment.ts';

const plain = {
  partition: fc.integer({ min: 0, max: 1000 }),
  value: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
};
const doubt = fc.record({ batch: fc.string({ maxLength: 40 }), from: fc.nat({ max: 2 ** 50 }) });
const tenant = fc.string({ maxLength: 63, unit: fc.constantFrom('a', 'b', '-', '9') });
const frames = fc.array(
  fc.oneof(
    ...[fc.record(plain), fc.record({ ...plain, doubt })],
    ...[fc.record({ ...plain, tenant }), fc.record({ ...plain, tenant, doubt })],
  ),
  { maxLength: 8 },
);

const encode = (all: readonly Frame[]): Buffer => Buffer.concat(all.flatMap((one) => encodeFrame(one)));

test('a frame takes as many bytes as it says', () => {
  fc.assert(
    fc.property(frames, (all) => {
      expect(encode(all).length).toBe(all.reduce((sum, one) => sum + frameBytes(one), 0));
    }),
  );
});

test('what is written is read', () => {
  fc.assert(
    fc.property(frames, (all) => {
      expect(decodeSegment(encode(all))).toEqual({ frames: all, damage: [] });
    }),
  );
});

test('of a file that ends too early all whole frames are read, and the rest is torn', () => {
  fc.assert(
    fc.property(frames, fc.nat(), (all, cut) => {
      const whole = encode(all);
      const bytes = whole.subarray(0, cut % (whole.length + 1));
      const decoded = decodeSegment(bytes);
      const complete = all.slice(0, decoded.frames.length);
      expect(decoded.frames).toEqual(complete);
      expect(tornAt(decoded, bytes.length)).toBe(encode(complete).length);
      const next = all[complete.length];
      if (next !== undefined) expect(encode([...complete, next]).length).toBeGreaterThan(bytes.length);
    }),
  );
});

test('damage takes the frames that it touches, and no other', () => {
  fc.assert(
    fc.property(frames, fc.nat(), fc.integer({ min: 1, max: 255 }), (all, where, flip) => {
      const bytes = encode(all);
      if (bytes.length === 0) return;
      const at = where % bytes.length;
      bytes.writeUInt8(bytes.readUInt8(at) ^ flip, at);
      const hit = all.findIndex((_, index) => encode(all.slice(0, index + 1)).length > at);
      expect(decodeSegment(bytes).frames).toEqual(all.filter((_, index) => index !== hit));
    }),
    // The bit between the two magics.
    { examples: [[[{ partition: 0, value: Buffer.alloc(0) }], 3, 2]] },
  );
});

test('zeros behind the last frame, as a power cut leaves them, are torn', () => {
  const bytes = Buffer.concat([encode([{ partition: 1, value: Buffer.from('kept') }]), Buffer.alloc(100)]);
  expect(tornAt(decodeSegment(bytes), bytes.length)).toBe(bytes.length - 100);
});
