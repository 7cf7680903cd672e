import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import avsc from 'avsc';
import type { Schema } from 'avsc';
import fc from 'fast-check';
import type { ServiceEdgeDelta, SpanMetricDelta } from '../../../../services/core/metrics/deltas.ts';
import type { AvroSchema } from '../../../../services/platform/avro/avro_bounds.ts';
import { AvroDecodeError, UnknownSchemaError } from '../../../../services/platform/avro/avro_errors.ts';
import {
  decodeServiceEdgeDeltas,
  decodeSpanMetricDeltas,
  deltasOf,
  EDGE_SCHEMA,
  encodeServiceEdgeDeltas,
  encodeSpanMetricDeltas,
  METRIC_SCHEMA,
} from '../../../../services/platform/avro/codec.ts';
import { SchemaFamily } from '../../../../services/platform/avro/schema_family.ts';

const root = join(import.meta.dirname, '../../../..');
const readSchema = (path: string): AvroSchema =>
  JSON.parse(readFileSync(join(root, path), 'utf8')) as AvroSchema;
const TODAY = readSchema('proto/avro/span_metric_deltas.avsc');
const FIRST = readSchema('test/fixtures/avro/span_metric_deltas.first.avsc');

const amount = fc.double({ noNaN: true, min: 0, noDefaultInfinity: true });
/** As far as avsc writes a long, short of 2^53 by two. */
const whole = fc.nat({ max: Number.MAX_SAFE_INTEGER - 1 });
const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const id = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((raw) => Buffer.from(raw).toString('latin1'));
const histogram = fc.array(fc.record({ index: fc.integer({ min: -1, max: 511 }), count: amount }), {
  maxLength: 4,
});
const spanDelta: fc.Arbitrary<SpanMetricDelta> = fc.record({
  ...{
    tenant: text,
    windowStart: whole,
    stepSeconds: fc.nat({ max: 3_600 }),
    service: text,
    operation: text,
  },
  ...{
    kind: text,
    status: text,
    dimensions: fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      text,
    ),
  },
  ...{
    spans: whole,
    calls: amount,
    errors: amount,
    durationSumNs: amount,
    histogram,
    criticalPathNs: amount,
  },
  exemplars: fc.array(fc.record({ traceId: id(16), spanId: id(8), startMs: whole, durationNs: amount }), {
    maxLength: 2,
  }),
});
const edgeDelta: fc.Arbitrary<ServiceEdgeDelta> = fc.record({
  ...{ tenant: text, windowStart: whole, stepSeconds: fc.nat({ max: 3_600 }), client: text, server: text },
  ...{
    connectionType: text,
    calls: amount,
    errors: amount,
    clientDurationSumNs: amount,
    serverDurationSumNs: amount,
  },
  ...{ clientHistogram: histogram, serverHistogram: histogram },
});

const DELTA: SpanMetricDelta = {
  ...{ tenant: 'default', windowStart: 1_700_000_000, stepSeconds: 10, service: 'web', operation: 'GET /{}' },
  ...{ kind: 'Server', status: 'Ok', dimensions: { region: 'eu' }, spans: 3, calls: 4.5, errors: 0 },
  ...{ durationSumNs: 1e9, histogram: [{ index: 79, count: 4.5 }], criticalPathNs: 7 },
  exemplars: [{ traceId: 'trace 0123456789', spanId: 'span 012', startMs: 1_700_000_000_123, durationNs: 5 }],
};

describe('metric deltas in Avro', () => {
  test('come back as they were, whole numbers up to 2^53 exactly', () => {
    fc.assert(
      fc.property(fc.array(spanDelta, { maxLength: 4 }), (deltas) => {
        expect(decodeSpanMetricDeltas(encodeSpanMetricDeltas(deltas), METRIC_SCHEMA)).toEqual(deltas);
      }),
    );
  });

  test('of edges come back as they were', () => {
    fc.assert(
      fc.property(fc.array(edgeDelta, { maxLength: 4 }), (deltas) => {
        expect(decodeServiceEdgeDeltas(encodeServiceEdgeDeltas(deltas), EDGE_SCHEMA)).toEqual(deltas);
      }),
    );
  });

  test('say by their header which of the two they are', () => {
    expect([METRIC_SCHEMA, EDGE_SCHEMA, 'x'].map(deltasOf)).toEqual(['spans', 'edges', null]);
    expect(METRIC_SCHEMA).toMatch(/^[0-9a-f]{64}$/);
  });

  test('of a schema that is not known are refused as such', () => {
    const bytes = encodeSpanMetricDeltas([DELTA]);
    expect(() => decodeSpanMetricDeltas(bytes, 'f'.repeat(64))).toThrow(UnknownSchemaError);
    expect(() => decodeSpanMetricDeltas(bytes, EDGE_SCHEMA)).toThrow(UnknownSchemaError);
  });

  test('that are cut off, or have something behind them, are refused', () => {
    const bytes = encodeSpanMetricDeltas([DELTA, DELTA]);
    for (let end = 0; end < bytes.length; end++) {
      expect(() => decodeSpanMetricDeltas(bytes.subarray(0, end), METRIC_SCHEMA)).toThrow(AvroDecodeError);
    }
    expect(() => decodeSpanMetricDeltas(Buffer.concat([bytes, Buffer.of(0)]), METRIC_SCHEMA)).toThrow(
      '1 bytes behind the value',
    );
  });

  test('that claim billions of items or bytes are refused before room is made for them', () => {
    const claim =
      (...bytes: number[]) =>
      () =>
        decodeSpanMetricDeltas(Buffer.from(bytes), METRIC_SCHEMA);
    expect(claim(0xfe, 0xff, 0xff, 0xff, 0x1f, 0)).toThrow('4294967295 items in 1 bytes');
    expect(claim(0xff, 0xff, 0xff, 0xff, 0x1f, 0, 0)).toThrow('items in 1 bytes');
    expect(claim(0x02, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0x61)).toThrow(/bytes where 1 are left/);
    expect(claim(0x02, 0x01)).toThrow('-1 bytes where 0 are left');
    expect(claim(...new Array<number>(11).fill(0xff))).toThrow('more than ten bytes');
  });

  test('of any bytes are read or refused, never anything else', () => {
    const good = encodeSpanMetricDeltas([DELTA, DELTA]);
    const changed = fc
      .tuple(fc.nat({ max: good.length - 1 }), fc.uint8Array({ minLength: 1, maxLength: 4 }))
      .map(([at, bytes]) => Buffer.concat([good.subarray(0, at), bytes, good.subarray(at + bytes.length)]));
    const random = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(changed, random), (bytes) => {
        try {
          decodeSpanMetricDeltas(bytes, METRIC_SCHEMA);
        } catch (error) {
          expect(error).toBeInstanceOf(AvroDecodeError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('whose numbers no double can hold are refused with the cause', () => {
    const beyond = avsc.types.LongType.__with({
      fromBuffer: (buf: Buffer) => buf.readBigInt64LE(),
      toBuffer: (value: bigint) => {
        const buf = Buffer.alloc(8);
        buf.writeBigInt64LE(value);
        return buf;
      },
      fromJSON: BigInt,
      toJSON: String,
      isValid: (value: unknown) => typeof value === 'bigint',
      compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
    });
    const writer = avsc.Type.forSchema(TODAY as Schema, { registry: { long: beyond } });
    const bytes = writer.toBuffer({
      deltas: [
        {
          ...record(),
          window_start: 2n ** 60n,
          spans: 1n,
          dimensions: {},
          exemplars: [],
          critical_path_ns: 0,
        },
      ],
    });
    expect(() => decodeSpanMetricDeltas(bytes, METRIC_SCHEMA)).toThrow(AvroDecodeError);
  });
});

/** A delta as the schemas have it, as far as the first one went. */
function record() {
  return {
    ...{
      tenant: 'default',
      window_start: 1_700_000_000,
      step_seconds: 10,
      service: 'web',
      operation: 'GET /{}',
    },
    ...{ kind: 'Server', status: 'Ok', spans: 3, calls: 4.5, errors: 0, duration_sum_ns: 1e9 },
    histogram: [{ index: 79, count: 4.5 }],
  };
}

describe('schemas through time', () => {
  test('a record of the first schema is read today, with defaults for what it did not have', () => {
    const first = avsc.Type.forSchema(FIRST as Schema);
    const bytes = first.toBuffer({ deltas: [record()] });
    const family = new SchemaFamily(TODAY, [FIRST]);
    const fingerprint = first.fingerprint('sha256').toString('hex');
    expect(fingerprint).not.toBe(family.fingerprint);
    expect(decodeSpanMetricDeltas(bytes, fingerprint, family)).toEqual([
      { ...DELTA, dimensions: {}, criticalPathNs: 0, exemplars: [] },
    ]);
    expect(() => decodeSpanMetricDeltas(bytes.subarray(1), fingerprint, family)).toThrow(AvroDecodeError);
  });

  test('a record of the first schema is unknown to a reader that does not keep it', () => {
    const first = avsc.Type.forSchema(FIRST as Schema);
    const fingerprint = first.fingerprint('sha256').toString('hex');
    expect(() => decodeSpanMetricDeltas(first.toBuffer({ deltas: [] }), fingerprint)).toThrow(
      UnknownSchemaError,
    );
  });

  test('a schema that today cannot resolve is a fault at once, not at the first record', () => {
    const other = { type: 'record', name: 'SpanMetricDeltas', namespace: 'spanmill.v1', fields: [] };
    expect(() => new SchemaFamily(TODAY, [other])).toThrow();
  });

  test('a schema with types that bounds are not known of is a fault at once', () => {
    const fields = [{ name: 'a', type: ['null', 'string'], default: null }];
    expect(() => new SchemaFamily({ type: 'record', name: 'R', fields }, [])).toThrow('unions');
    expect(() => new SchemaFamily({ type: 'array', items: 'boolean' }, [])).toThrow('boolean');
  });

  test('documentation and defaults do not change a fingerprint', () => {
    const documented = { ...(TODAY as { type: string }), doc: 'other words' };
    expect(new SchemaFamily(documented, []).fingerprint).toBe(METRIC_SCHEMA);
  });
});
