import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  beginLengthField,
  endLengthField,
  lengthFieldSize,
  varint32Size,
  WireWriter,
  writeBytes,
  writeFixed32,
  writeFixed64,
  writeFixed64Halves,
  writeLengthField,
  writeVarint32,
  writeVarint53,
  writeVarint64Halves,
} from '../../../../services/core/wire/writer.ts';
import { varint } from '../../../support/otlp_arbitraries.ts';

const written = (write: (writer: WireWriter) => void): Uint8Array => {
  const writer = new WireWriter(0);
  write(writer);
  return writer.take();
};

test('varints are written in as few bytes as they need, which is what their size says', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 31 - 1 }), fc.nat({ max: 31 }), (value, shift) => {
      const number = value >>> shift;
      expect(written((writer) => writeVarint32(writer, number))).toEqual(varint(number));
      expect(varint32Size(number)).toBe(varint(number).length);
    }),
  );
  expect(written((writer) => writeVarint32(writer, 0xffff_ffff))).toEqual(varint(0xffff_ffff));
});

test('whole numbers up to 2^53 are written exactly', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      expect(written((writer) => writeVarint53(writer, value))).toEqual(varint(value));
      const fixed = written((writer) => writeFixed64(writer, value));
      expect(new DataView(fixed.buffer).getBigUint64(0, true)).toBe(BigInt(value));
    }),
  );
});

test('a field takes as many bytes as its size says', () => {
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 100_000 }), fc.uint8Array({ maxLength: 300 }), (tag, content) => {
      const field = written((writer) => writeLengthField(writer, tag, content));
      expect(field.length).toBe(lengthFieldSize(tag, content.length));
      expect(field.subarray(field.length - content.length)).toEqual(content);
    }),
  );
});

test('a writer that was made as large as its message never moves it', () => {
  const writer = new WireWriter(7);
  const { buf } = writer;
  writeLengthField(writer, 0x0a, Uint8Array.of(1, 2, 3, 4, 5));
  expect(writer.buf).toBe(buf);
  expect(writer.pos).toBe(7);
});

test('what was taken stays as it was when the writer is used again', () => {
  const writer = new WireWriter(4);
  writeBytes(writer, Uint8Array.of(1, 2));
  const first = writer.take();
  writer.reset();
  writeBytes(writer, Uint8Array.of(9, 9));
  expect([...first]).toEqual([1, 2]);
});

test('a field whose length is known last is as one whose length is known first, nested or not', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 20_000 }),
      fc.uint8Array({ maxLength: 200 }),
      (content, before) => {
        const inner = written((writer) => writeLengthField(writer, 0x12, content));
        const known = written((writer) => {
          writeBytes(writer, before);
          writeLengthField(writer, 0x82, inner);
          writeVarint32(writer, 1);
        });
        const late = written((writer) => {
          writeBytes(writer, before);
          const outerStart = beginLengthField(writer, 0x82);
          const innerStart = beginLengthField(writer, 0x12);
          writeBytes(writer, content);
          endLengthField(writer, innerStart);
          endLengthField(writer, outerStart);
          writeVarint32(writer, 1);
        });
        expect(late).toEqual(known);
      },
    ),
  );
});

test('two halves are written as the 64 bits they are', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      const low = Number(value & 0xffff_ffffn);
      const high = Number(value >> 32n);
      expect(written((writer) => writeVarint64Halves(writer, low, high))).toEqual(varint(value));
      const fixed = written((writer) => writeFixed64Halves(writer, low, high));
      expect(new DataView(fixed.buffer).getBigUint64(0, true)).toBe(value);
      const half = written((writer) => writeFixed32(writer, high));
      expect(new DataView(half.buffer).getUint32(0, true)).toBe(high);
    }),
  );
});
