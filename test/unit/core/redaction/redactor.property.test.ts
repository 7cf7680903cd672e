import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { opentelemetry } from '../../../../proto/generated/index.js';
import { WireError } from '../../../../services/core/wire/cursor.ts';
import { concat, tracesData, varint } from '../../../support/otlp_arbitraries.ts';
import { policyOf, redactWith } from '../../../support/redaction.ts';
import { oracle, type PlainPolicy, type PlainRule } from '../../../support/redaction_oracle.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
const { KeyValue } = opentelemetry.proto.common.v1;
type AnyValueShape = opentelemetry.proto.common.v1.AnyValue.$Properties;
type KeyValueShape = opentelemetry.proto.common.v1.KeyValue.$Properties;

const key = fc.oneof(
  fc.constantFrom('a', 'b', 'A', 'a.b', 'ab', 'service.name'),
  fc.string({ maxLength: 4 }),
);
const words = fc.oneof(
  fc.constantFrom('x12y', 'secret', 'ÄÖ secret ÜÜÜ', 'shop', '', '12', 'a1b22c333'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);

const { value } = fc.letrec<{ value: AnyValueShape; pair: KeyValueShape }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    words.map((stringValue) => ({ stringValue })),
    fc.integer().map((intValue) => ({ intValue })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((doubleValue) => ({ doubleValue })),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => ({ arrayValue: { values } })),
    fc.array(tie('pair'), { maxLength: 3 }).map((values) => ({ kvlistValue: { values } })),
  ),
  pair: fc.record({ key, value: tie('value') }),
}));
const pair: fc.Arbitrary<KeyValueShape> = fc.record({ key, value });
const attributes = fc.array(pair, { maxLength: 4 });

const span = fc.record({
  name: words,
  traceState: fc.constantFrom('', 'ot=th:8', 'x12y'),
  attributes,
  droppedAttributesCount: fc.nat({ max: 3 }),
  events: fc.array(fc.record({ name: words, attributes }), { maxLength: 3 }),
  links: fc.array(fc.record({ traceState: words, attributes, droppedAttributesCount: fc.nat({ max: 2 }) }), {
    maxLength: 3,
  }),
  status: fc.record({ message: words }),
});
const usualRequest = fc
  .array(
    fc.record({
      resource: fc.record({ attributes }),
      scopeSpans: fc.array(
        fc.record({
          scope: fc.record({ name: fc.constantFrom('io.http', 'io.sql', ''), attributes }),
          spans: fc.array(span, { maxLength: 3 }),
        }),
        { maxLength: 2 },
      ),
    }),
    { maxLength: 2 },
  )
  .map((resourceSpans) => new Uint8Array(TracesData.encode({ resourceSpans }).finish()));
const request = fc.oneof(usualRequest, tracesData);

const PLACES = [
  'resource',
  'scope',
  'span',
  'event',
  'link',
  'span-name',
  'status-message',
  'event-name',
  'trace-state',
];
const ATTRIBUTE_PLACES = PLACES.slice(0, 5);
const someOf = (places: string[]) => fc.uniqueArray(fc.constantFrom(...places), { minLength: 1 });
const selector: fc.Arbitrary<Partial<PlainRule>> = fc.oneof(
  fc.record(
    { attribute: fc.constantFrom('a', 'a*', '?', '*b', 'a.b', '*'), place: someOf(ATTRIBUTE_PLACES) },
    { requiredKeys: ['attribute'] },
  ),
  fc.record({ place: someOf(PLACES) }),
  fc.record(
    {
      value: fc.constantFrom('[0-9]+', 'secret', '^x', 'a[0-9]b', 'Ö.').map((pattern) => ({ pattern })),
      attribute: fc.constantFrom('a', '*b'),
    },
    { requiredKeys: ['value'] },
  ),
);
const action: fc.Arbitrary<Partial<PlainRule>> = fc.oneof(
  fc.constantFrom('keep', 'drop', 'hash', 'mask').map((one) => ({ action: one })),
  fc.nat({ max: 6 }).map((bytes) => ({ action: 'truncate' as const, bytes })),
);
const condition: fc.Arbitrary<Partial<PlainRule>> = fc.record(
  { service: fc.constantFrom('sh*', 'unknown_service'), scope: fc.constantFrom('io.*', 'io.sql') },
  { requiredKeys: [] },
);
const rule = fc
  .tuple(selector, action, condition)
  .map((parts) => Object.assign({}, ...parts) as Omit<PlainRule, 'id'>);
const limits = fc.record(
  {
    'span-attributes': fc.nat({ max: 3 }),
    'event-attributes': fc.nat({ max: 2 }),
    'link-attributes': fc.nat({ max: 2 }),
    events: fc.nat({ max: 2 }),
    links: fc.nat({ max: 2 }),
    'value-bytes': fc.constantFrom(16, 20),
    'name-bytes': fc.constantFrom(16, 20),
  },
  { requiredKeys: [] },
);
const policy: fc.Arbitrary<PlainPolicy> = fc
  .record({ rules: fc.array(rule, { maxLength: 4 }), limits })
  .map(({ rules, ...rest }) => ({ ...rest, rules: rules.map((one, i) => ({ id: `r${i}`, ...one })) }))
  // A rule for resources alone cannot ask for a scope.
  .filter(({ rules }) =>
    rules.every(({ place, scope }) => scope === undefined || place?.join() !== 'resource'),
  );

const compiled = (plain: PlainPolicy) => policyOf(JSON.stringify(plain));

test('equals a plain redaction of the decoded message', () => {
  fc.assert(
    fc.property(policy, request, (plain, bytes) => {
      const redacted = redactWith(compiled(plain), bytes).bytes;
      const expected = TracesData.create(oracle(plain, TracesData.decode(bytes)));
      // Encoded once more, for a default that is there and one that is not are the same.
      expect(TracesData.decode(redacted).toJSON()).toEqual(
        TracesData.decode(TracesData.encode(expected).finish()).toJSON(),
      );
    }),
    { numRuns: 400 },
  );
});

test('a list of which every member is dropped goes with its attribute, at once', () => {
  const rules = [
    { id: 'digits', value: { pattern: '[0-9]+' }, action: 'keep' as const },
    { id: 'all-of-a', attribute: 'a', action: 'drop' as const },
  ];
  const value = { kvlistValue: { values: [{ key: 'a', value: { stringValue: 'secret' } }] } };
  const bytes = (attributes: KeyValueShape[]): Uint8Array =>
    new Uint8Array(
      TracesData.encode({
        resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'x', attributes }] }] }],
      }).finish(),
    );
  const once = redactWith(compiled({ rules, limits: {} }), bytes([{ key: 'a', value }])).bytes;
  expect(TracesData.decode(once).toJSON()).toEqual(TracesData.decode(bytes([])).toJSON());
});

test('to redact again changes nothing', () => {
  // What a rule does to service.name decides which rules concern the service the next time.
  const fixed = policy
    .filter(({ rules }) => rules.every(({ service }) => service === undefined))
    .filter(isSettled);
  fc.assert(
    fc.property(fixed, request, (plain, bytes) => {
      const once = redactWith(compiled(plain), bytes).bytes;
      expect(redactWith(compiled(plain), once).bytes).toBe(once);
    }),
    { numRuns: 500 },
  );
});

/** Where texts are cut, what made them exempt can be gone, and half a hash is none. */
function isSettled({ rules, limits: given }: PlainPolicy): boolean {
  const isCut =
    rules.some((one) => one.action === 'truncate') ||
    given?.['value-bytes'] !== undefined ||
    given?.['name-bytes'] !== undefined;
  return (
    !isCut ||
    rules.every((one) => one.action !== 'hash' && (one.action !== 'keep' || one.value === undefined))
  );
}

test('nothing but WireError is thrown, whatever the bytes and wherever they end', () => {
  const only = <T>(run: () => T): T | null => {
    try {
      return run();
    } catch (error) {
      if (error instanceof WireError) return null;
      throw error;
    }
  };
  const all = compiled({
    rules: [
      { id: 'v', value: { pattern: '[0-9]+' }, action: 'mask' },
      { id: 'n', attribute: '*', action: 'hash' },
    ],
    limits: { events: 1, 'span-attributes': 1 },
  });
  fc.assert(
    fc.property(
      request,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(),
      fc.nat({ max: 255 }),
      (bytes, cut, at, byte) => {
        only(() => redactWith(all, bytes.slice(0, Math.floor(cut * bytes.length))));
        const flipped = bytes.slice();
        if (flipped.length > 0) flipped[at % flipped.length] = byte;
        const result = only(() => redactWith(all, flipped).bytes);
        // What was readable stays readable.
        if (result !== null) redactWith(all, result);
      },
    ),
    { numRuns: 400 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void only(() => redactWith(all, bytes))),
    { numRuns: 2000 },
  );
});

const field = (number: number, content: Uint8Array, padding = 0) =>
  concat([varint(number * 8 + 2), varint(content.length, padding), content]);
const MARKER = 'PLANTED';

/** A KeyValue as protobuf allows it: its value in several pieces, several alternatives in each, keys that do not count. */
const strangePair = fc
  .array(
    fc.oneof(
      fc.constant(field(1, Buffer.from('other'))),
      fc.nat({ max: 2 }).map((padding) => field(2, field(1, Buffer.from(`${MARKER} one`), padding), padding)),
      fc.constant(field(2, concat([field(7, Buffer.from(`${MARKER} two`)), varint(2 * 8), varint(1)]))),
      fc.constant(field(2, field(5, field(1, field(1, Buffer.from(`${MARKER} three`)))))),
      fc.constant(
        field(
          2,
          field(
            6,
            field(1, new Uint8Array(KeyValue.encode({ key: 'k', value: { stringValue: MARKER } }).finish())),
          ),
        ),
      ),
      fc.constant(field(99, Buffer.from('unknown'))),
    ),
    { maxLength: 6 },
  )
  .map((fields) => concat([...fields, field(1, Buffer.from('secret'))]));

test.each([
  ['drop', { id: 'r', attribute: 'secret', action: 'drop' }],
  ['hash', { id: 'r', attribute: 'secret', action: 'hash' }],
  ['mask', { id: 'r', attribute: 'secret', action: 'mask' }],
  ['mask by value', { id: 'r', value: { pattern: MARKER }, action: 'mask' }],
  ['drop by value', { id: 'r', value: { pattern: MARKER }, action: 'drop' }],
] as const)('nothing of a planted value is left anywhere by %s, and unknown fields are', (_, one) => {
  const plain = compiled({ rules: [one] });
  fc.assert(
    fc.property(fc.array(strangePair, { maxLength: 3 }), (pairs) => {
      const unknown = field(77, Buffer.from('kept'));
      const inSpan = concat([...pairs.map((bytes) => field(9, bytes)), unknown]);
      const bytes = field(1, concat([field(2, concat([field(2, inSpan), unknown])), unknown]));
      const redacted = Buffer.from(redactWith(plain, bytes).bytes);
      expect(redacted.includes(MARKER)).toBe(false);
      expect(redacted.toString('latin1').split('kept').length).toBe(4);
      TracesData.decode(redacted);
    }),
    { numRuns: 300 },
  );
});
