/**
 * Random OTLP bytes as protobuf allows them and no SDK sends them: fields in any order, absent, repeated, of numbers
 * and wire types that nobody knows, in groups, with tags and lengths longer than they need be. Always decodable.
 */
import fc from 'fast-check';
import { opentelemetry } from '../../proto/generated/index.js';

const { KeyValue } = opentelemetry.proto.common.v1;

type Bytes = Uint8Array;

/** A varint, with `padding` superfluous bytes. */
export function varint(value: number | bigint, padding = 0): Bytes {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  out.push(Number(rest));
  for (let i = 0; i < padding; i++) {
    out[out.length - 1] = (out.at(-1) ?? 0) | 0x80;
    out.push(0);
  }
  return Uint8Array.from(out);
}

export const concat = (parts: readonly Bytes[]): Bytes => new Uint8Array(Buffer.concat(parts));

/** Five bytes are the most that a tag may have. */
function tag(number: number, wireType: number, padding = 0): Bytes {
  const shortest = varint(number * 8 + wireType);
  return varint(number * 8 + wireType, Math.min(padding, 5 - shortest.length));
}

/** Mostly none: superfluous bytes in a tag or a length. */
const padding = fc.oneof(
  { weight: 9, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.nat({ max: 2 }) },
);

const lengthField = (number: number, content: fc.Arbitrary<Bytes>): fc.Arbitrary<Bytes> =>
  fc
    .tuple(content, padding, padding)
    .map(([bytes, inTag, inLength]) =>
      concat([tag(number, 2, inTag), varint(bytes.length, inLength), bytes]),
    );
const varintField = (number: number, value: fc.Arbitrary<number | bigint>): fc.Arbitrary<Bytes> =>
  fc.tuple(value, padding).map(([of, inTag]) => concat([tag(number, 0, inTag), varint(of)]));
const fixed64Field = (number: number): fc.Arbitrary<Bytes> =>
  bytesOf(8).map((value) => concat([tag(number, 1), value]));
const fixed32Field = (number: number): fc.Arbitrary<Bytes> =>
  bytesOf(4).map((value) => concat([tag(number, 5), value]));

const bytesOf = (length: number): fc.Arbitrary<Bytes> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const text = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .map((value) => new Uint8Array(Buffer.from(value)));

/** A field that a message with fields up to 16 does not have, or one of its own with a wire type that it has not. */
const unknownNumber = fc.oneof(fc.integer({ min: 17, max: 300 }), fc.constant(2 ** 29 - 1));
const unknownField: fc.Arbitrary<Bytes> = unknownNumber.chain((number) =>
  fc.oneof(
    varintField(number, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
    fixed64Field(number),
    fixed32Field(number),
    lengthField(number, fc.uint8Array({ maxLength: 6 })),
    group(number),
  ),
);
const group = (number: number): fc.Arbitrary<Bytes> =>
  fc
    .array(
      fc.oneof(varintField(3, fc.nat()), lengthField(1, fc.uint8Array({ maxLength: 4 })), emptyGroup(2)),
      {
        maxLength: 3,
      },
    )
    .map((fields) => concat([tag(number, 3), ...fields, tag(number, 4)]));
const emptyGroup = (number: number): fc.Arbitrary<Bytes> =>
  fc.constant(concat([tag(number, 3), tag(number, 4)]));
const wrongWireType = (number: number): fc.Arbitrary<Bytes> =>
  fc.oneof(varintField(number, fc.nat()), fixed32Field(number));

const message = (...fields: [fc.Arbitrary<Bytes>, number][]): fc.Arbitrary<Bytes> =>
  fc
    .array(
      fc.oneof(
        ...fields.map(([arbitrary, weight]) => ({ arbitrary, weight: weight * 4 })),
        { arbitrary: unknownField, weight: 2 },
        { arbitrary: wrongWireType(1), weight: 1 },
      ),
      { maxLength: 8 },
    )
    .map(concat);

const keyValue = fc
  .record({
    key: fc.string({ maxLength: 6 }),
    value: fc.oneof(
      fc.string({ maxLength: 6 }).map((stringValue) => ({ stringValue })),
      fc.integer().map((intValue) => ({ intValue })),
      fc.double({ noNaN: true }).map((doubleValue) => ({ doubleValue })),
    ),
  })
  .map((value) => new Uint8Array(KeyValue.encode(value).finish()));

const traceId = fc.oneof(
  { weight: 12, arbitrary: bytesOf(16) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array(16)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 17 }) },
);
const spanId = fc.oneof(
  { weight: 12, arbitrary: bytesOf(8) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array(8)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 9 }) },
);
const enumeration = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: -3, max: 2 ** 31 - 1 }));

const event = message([fixed64Field(1), 1], [lengthField(2, text), 1], [lengthField(3, keyValue), 1]);
const link = message([lengthField(1, traceId), 1], [lengthField(2, spanId), 1], [fixed32Field(6), 1]);
const status = message([lengthField(2, text), 1], [varintField(3, enumeration), 2]);

const anyFieldsOfSpan = message(
  [lengthField(1, traceId), 1],
  [lengthField(2, spanId), 1],
  [lengthField(3, text), 1],
  [lengthField(4, spanId), 1],
  [lengthField(5, text), 1],
  [varintField(6, enumeration), 1],
  [fixed64Field(7), 1],
  [fixed64Field(8), 1],
  [lengthField(9, keyValue), 1],
  [varintField(10, fc.nat()), 1],
  [lengthField(11, event), 1],
  [lengthField(13, link), 1],
  [lengthField(15, status), 1],
  [fixed32Field(16), 1],
);
/** Most have both ids somewhere, or hardly a span would be a valid one. */
export const span: fc.Arbitrary<Bytes> = fc.oneof(
  { weight: 1, arbitrary: anyFieldsOfSpan },
  {
    weight: 3,
    arbitrary: fc
      .tuple(anyFieldsOfSpan, lengthField(1, traceId), lengthField(2, spanId), anyFieldsOfSpan)
      .map(concat),
  },
);

const scope = message([lengthField(1, text), 1], [lengthField(2, text), 1], [lengthField(3, keyValue), 1]);
const resource = message([lengthField(1, keyValue), 3], [varintField(2, fc.nat()), 1]);

const scopeSpans = message([lengthField(1, scope), 1], [lengthField(2, span), 4], [lengthField(3, text), 1]);
const resourceSpans = message(
  [lengthField(1, resource), 1],
  [lengthField(2, scopeSpans), 4],
  [lengthField(3, text), 1],
);

/** TracesData, or ExportTraceServiceRequest. */
export const tracesData: fc.Arbitrary<Bytes> = message([lengthField(1, resourceSpans), 4]);
