/** Whatever comes: a request of bounded size that the split can read, or a FormatError. */
import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { zipkin } from '../../../../proto/generated/index.js';
import { FormatError } from '../../../../services/core/otlp/format_error.ts';
import { zipkinV1JsonToOtlp } from '../../../../services/core/zipkin/v1_json.ts';
import { zipkinV2JsonToOtlp } from '../../../../services/core/zipkin/v2_json.ts';
import { zipkinV2ProtoToOtlp } from '../../../../services/core/zipkin/v2_proto.ts';
import { zipkinSpan, type ZipkinSpan } from '../../../../services/query/zipkin/zipkin_span.ts';
import { MAX_GROWTH, targets } from '../../../fuzz/zipkin.ts';
import { otlpSpans, storedSpanOf } from '../../../support/otlp_spans.ts';
import { v2Proto } from '../../../support/zipkin_v2.ts';

const { ListOfSpans } = zipkin.proto3;

describe.each(targets.map((target) => [target.name, target] as const))('%s', (_name, { run, seeds }) => {
  it('takes its seeds', () => {
    for (const seed of seeds) run(seed);
  });

  it('bears any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void run(bytes)),
      { numRuns: 500 },
    );
  });

  it('bears its seeds with some bytes changed, put in and left out', () => {
    fc.assert(
      fc.property(mutated(seeds), (bytes) => void run(bytes)),
      { numRuns: 1000 },
    );
  });

  it('bears its seeds cut off anywhere', () => {
    for (const seed of seeds) for (let end = 0; end < seed.length; end++) run(seed.subarray(0, end));
  });
});

function mutated(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const edit = fc.record({ at: fc.nat(), removed: fc.nat({ max: 4 }), put: fc.uint8Array({ maxLength: 4 }) });
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 6 }))
    .map(([seed, edits]) =>
      edits.reduce<Uint8Array>((bytes, { at, removed, put }) => {
        const start = at % (bytes.length + 1);
        return Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + removed)]);
      }, seed),
    );
}

const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const hex = (digits: number) =>
  fc
    .bigInt({ min: 16n ** BigInt(digits - 1), max: 16n ** BigInt(digits) - 1n })
    .map((value) => value.toString(16).padStart(digits, '0'));
const micros = fc.integer({ min: 1, max: 2 ** 52 });
const endpoint = fc.record(
  {
    serviceName: text.filter((name) => name !== ''),
    ipv4: fc.ipV4(),
    ipv6: fc.constantFrom('2001:db8::1', '::1', 'fe80::1:0:2'),
    port: fc.integer({ min: 1, max: 65_535 }),
  },
  { requiredKeys: ['ipv4'] },
);
const zipkinSpans: fc.Arbitrary<ZipkinSpan> = fc.record(
  {
    ...{
      traceId: fc.oneof(hex(16), hex(32)),
      id: hex(16),
      parentId: hex(16),
      name: text.filter((name) => name !== ''),
    },
    kind: fc.constantFrom('CLIENT' as const, 'SERVER' as const, 'PRODUCER' as const, 'CONSUMER' as const),
    ...{ timestamp: micros, duration: micros, localEndpoint: endpoint, remoteEndpoint: endpoint },
    ...{ shared: fc.constant(true as const), debug: fc.constant(true as const) },
    annotations: fc.array(fc.record({ timestamp: micros, value: text }), { minLength: 1, maxLength: 3 }),
    tags: fc.dictionary(text, text, { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
  },
  { requiredKeys: ['traceId', 'id', 'timestamp', 'localEndpoint'] },
);

test('any span comes back from both formats of v2 as it went in', () => {
  fc.assert(
    fc.property(zipkinSpans, (span) => {
      // A name of "otel.scope.name" or the like would come back, but in another order or under its new name.
      fc.pre(span.parentId !== span.id && Object.keys(span.tags ?? {}).every((key) => !KNOWN.test(key)));
      const requests = [
        zipkinV2JsonToOtlp(Buffer.from(JSON.stringify([span]))),
        zipkinV2ProtoToOtlp(v2Proto([span])),
      ];
      for (const request of requests) {
        expect(otlpSpans(request).map((one) => zipkinSpan(storedSpanOf(one)))).toEqual([span]);
      }
    }),
    { numRuns: 300 },
  );
});
const KNOWN = /^(?:__|otel|otlp|w3c|net|zipkin|peer|span|error|service)/;

test('what comes out has at most eight times the bytes that came in, even where little says much', () => {
  const id = Buffer.alloc(8, 1);
  const flags = {
    traceId: id,
    id,
    debug: true,
    shared: true,
    localEndpoint: { port: 1 },
    remoteEndpoint: { port: 1 },
  };
  const hosts = Array.from({ length: 8 }, (_, i) => ({
    timestamp: 1,
    value: '',
    endpoint: { serviceName: `${i}` },
  }));
  const manyHosts = [{ traceId: '1', id: '1', name: 'n'.repeat(100_000), annotations: hosts }];
  const bodies: [Uint8Array, (body: Uint8Array) => Uint8Array][] = [
    [ListOfSpans.encode({ spans: Array.from({ length: 1000 }, () => flags) }).finish(), zipkinV2ProtoToOtlp],
    [
      ListOfSpans.encode({ spans: Array.from({ length: 1000 }, () => ({ debug: true })) }).finish(),
      zipkinV2ProtoToOtlp,
    ],
    [Buffer.from(`[${'{},'.repeat(9_999)}{}]`), zipkinV2JsonToOtlp],
    [Buffer.from(JSON.stringify(manyHosts)), zipkinV1JsonToOtlp],
  ];
  for (const [body, convert] of bodies) {
    expect(convert(body).length).toBeLessThan(MAX_GROWTH * body.length);
  }
});

test('a refusal quotes nothing of the body but the names of fields', () => {
  const bodies = [
    '[{"tags":{"token":"SECRET"}]',
    '[{"tags":{"token":["SECRET"]}}]',
    '[{"timestamp":"SECRET"}]',
  ];
  for (const body of bodies) {
    expect(() => zipkinV2JsonToOtlp(Buffer.from(body))).toThrow(FormatError);
    expect(() => zipkinV2JsonToOtlp(Buffer.from(body))).not.toThrow(/SECRET/);
  }
});
