import { createRequire } from 'node:module';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { compressionsAlgorithms, jsCRC32C } from '@platformatic/kafka';
import fc from 'fast-check';
import {
  ATTRIBUTES_AT,
  COUNT_AT,
  CRC_AT,
  HEADER_BYTES,
} from '../../../../../services/platform/kafka/batch_layout.ts';
import { inflateAll } from '../../../../../services/platform/kafka/direct/inflate_all.ts';
import { encodeBatch, stampBatch } from '../../../../../services/platform/kafka/direct/record_batch.ts';
import { MAX_BATCH_BYTES } from '../../../../../services/platform/kafka/inflate.ts';
import * as recordSet from '../../../../../services/platform/kafka/record_set.ts';
import type { IncomingRecord, OutgoingRecord } from '../../../../../services/platform/kafka/port.ts';

/** kafkajs's own reading and writing of batches, as the other opinion. */
const require = createRequire(import.meta.url);
const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object;
const decodeByKafkajs = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (
  decoder: object,
) => Promise<KafkajsBatch>;
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch: (batch: object) => Promise<{ buffer: Buffer }>;
};
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => object;

interface KafkajsBatch {
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly inTransaction: boolean;
  readonly lastOffsetDelta: number;
  readonly records: readonly {
    readonly value: Buffer;
    readonly headers: Readonly<Record<string, Buffer>>;
    readonly offset: string;
    readonly timestamp: string;
  }[];
}

const readBatches = (bytes: Buffer) => recordSet.readBatches(bytes, jsCRC32C);
const readRecords = (batch: recordSet.FetchedBatch): readonly IncomingRecord[] =>
  recordSet.readWithinLimit([batch], inflateAll).flatMap(({ records }) => records);

const STAMP = { producerId: 4_000_000_123n, epoch: 7, sequence: 41, isTransactional: false };
const TIME = 1_790_000_000_123;

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const records = fc.array(
  fc.record({
    value: bytes,
    headers: fc.dictionary(
      // What every object has, kafkajs takes for a header that came before.
      fc.string({ minLength: 1 }).filter((name) => !(name in {})),
      bytes,
    ),
  }),
  { minLength: 1, maxLength: 200 },
);

async function encoded(given: readonly OutgoingRecord[], stamp = STAMP): Promise<Buffer> {
  const batch = await encodeBatch({ records: given }, TIME);
  stampBatch(batch, stamp);
  return batch.bytes;
}

const plain = (headers: Readonly<Record<string, Buffer | string>> = {}) =>
  Object.entries(headers).map(([name, value]) => [name, Buffer.from(value as Buffer).toString('hex')]);

describe('writing record batches', () => {
  test('kafkajs reads what is written', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (given) => {
        const decoder = new Decoder(await encoded(given, { ...STAMP, isTransactional: true }));
        const batch = await decodeByKafkajs(decoder);
        expect(batch).toMatchObject({
          producerId: '4000000123',
          producerEpoch: 7,
          firstSequence: 41,
          inTransaction: true,
          lastOffsetDelta: given.length - 1,
        });
        expect(batch.records.map(({ value, headers }) => [value.toString('hex'), plain(headers)])).toEqual(
          given.map(({ value, headers }) => [value.toString('hex'), plain(headers)]),
        );
        expect(batch.records.map(({ timestamp }) => timestamp)).toEqual(given.map(() => String(TIME)));
      }),
      { numRuns: 50 },
    );
  });

  test('a stamp replaces the one before, checksum included', async () => {
    const batch = await encodeBatch({ records: [{ value: Buffer.from('a') }] }, TIME);
    stampBatch(batch, { ...STAMP, isTransactional: true });
    stampBatch(batch, { ...STAMP, sequence: 42 });
    expect(batch.bytes).toEqual(await encoded([{ value: Buffer.from('a') }], { ...STAMP, sequence: 42 }));
    expect(batch.bytes.readUInt32BE(CRC_AT)).toBe(jsCRC32C(batch.bytes.subarray(ATTRIBUTES_AT)));
  });
});

describe('reading record batches', () => {
  test('gives back what was written, batch after batch', async () => {
    await fc.assert(
      fc.asyncProperty(records, records, async (first, second) => {
        const [one, two] = [await encoded(first), await encoded(second)];
        two.writeBigInt64BE(1000n, 0);
        const batches = readBatches(Buffer.concat([one, two]));
        expect(batches.map(({ baseOffset, lastOffset }) => [baseOffset, lastOffset])).toEqual([
          [0, first.length - 1],
          [1000, 1000 + second.length - 1],
        ]);
        const read = batches.flatMap(readRecords);
        expect(read.map(({ value, headers }) => [value.toString('hex'), plain(headers)])).toEqual(
          [...first, ...second].map(({ value, headers }) => [value.toString('hex'), plain(headers)]),
        );
      }),
      { numRuns: 50 },
    );
  });

  test('what kafkajs writes, with times and keys, reads the same', async () => {
    const { buffer } = await RecordBatch({
      firstTimestamp: TIME,
      maxTimestamp: TIME + 5,
      lastOffsetDelta: 1,
      records: [
        encodeRecord({ offsetDelta: 0, timestampDelta: 0, key: Buffer.from('k'), value: Buffer.from('a') }),
        encodeRecord({ offsetDelta: 1, timestampDelta: 5, value: Buffer.from('b'), headers: { h: 'x' } }),
      ],
    });
    const read = readBatches(buffer).flatMap(readRecords);
    expect(read.map(({ offset, timestampMs, value }) => [offset, timestampMs, value.toString()])).toEqual([
      [0, TIME, 'a'],
      [1, TIME + 5, 'b'],
    ]);
    expect(read[1]?.headers).toEqual({ h: Buffer.from('x') });
  });

  test('a batch that the broker cut off is left for the next fetch', async () => {
    const one = await encoded([{ value: Buffer.from('whole') }]);
    for (let cut = 1; cut < one.length; cut++) {
      expect(readBatches(Buffer.concat([one, one.subarray(0, cut)]))).toHaveLength(1);
    }
  });

  test('a single changed byte behind the checksum is found', async () => {
    const whole = await encoded([{ value: Buffer.from('what was written') }]);
    for (let position = CRC_AT; position < whole.length; position++) {
      const changed = Buffer.from(whole);
      changed.writeUInt8((changed.readUInt8(position) + 1) % 256, position);
      // Of the message format itself nothing more is believed.
      expect(readBatches(changed)).toMatchObject([{ isDamaged: true, isControl: false, baseOffset: 0 }]);
    }
  });

  test('the broker time of the append stands for all records where the topic wants it so', async () => {
    const batch = await encoded([{ value: Buffer.from('a') }, { value: Buffer.from('b') }]);
    batch.writeInt16BE(0x08, ATTRIBUTES_AT);
    batch.writeBigInt64BE(BigInt(TIME + 77), 35);
    rechecked(batch);
    expect(
      readBatches(batch)
        .flatMap(readRecords)
        .map(({ timestampMs }) => timestampMs),
    ).toEqual([TIME + 77, TIME + 77]);
  });

  test.each([
    ['gzip', 1, (body: Buffer) => gzipSync(body)],
    ['snappy', 2, (body: Buffer) => compressionsAlgorithms.snappy.compressSync(body)],
    ['lz4', 3, (body: Buffer) => compressionsAlgorithms.lz4.compressSync(body)],
  ])('reads %s', async (_name, attributes, compress) => {
    const batch = await encoded([{ value: Buffer.alloc(5000, 'a') }]);
    expect(readBatches(compressed(batch, attributes, compress)).flatMap(readRecords)[0]?.value).toEqual(
      Buffer.alloc(5000, 'a'),
    );
  });

  test('reads the zstd that it writes', async () => {
    const batch = await encodeBatch(
      { records: [{ value: Buffer.alloc(5000, 'a') }], compression: 'zstd' },
      TIME,
    );
    stampBatch(batch, STAMP);
    expect(batch.bytes.length).toBeLessThan(500);
    expect(readBatches(batch.bytes).flatMap(readRecords)[0]?.value).toEqual(Buffer.alloc(5000, 'a'));
  });

  test('batches that are compressed at the same time keep their own records, small and large', async () => {
    const values = [100, 400_000, 5_000, 262_000, 1].map((size, place) => Buffer.alloc(size, `${place}`));
    const batches = await Promise.all(
      values.map((value) => encodeBatch({ records: [{ value }], compression: 'zstd' }, TIME)),
    );
    for (const batch of batches) stampBatch(batch, STAMP);
    expect(
      batches.flatMap(({ bytes }) => readBatches(bytes).flatMap(readRecords)).map(({ value }) => value),
    ).toEqual(values);
  });

  test('what cannot be read is one record that says why, with the bytes as they lie in the log', async () => {
    const batch = await encoded([{ value: Buffer.from('a') }, { value: Buffer.from('b') }]);
    for (const [attributes, reason] of [
      [1, 'incorrect header check'],
      [2, 'cannot be read'],
      [3, 'no frame of lz4'],
      [4, 'Unknown frame descriptor'],
      [5, 'cannot undo its compression'],
    ] as const) {
      const strange = compressed(batch, attributes, (body) => body);
      const [record, ...rest] = readBatches(strange).flatMap(readRecords);
      expect(rest).toEqual([]);
      expect(record?.unreadable).toContain(reason);
      expect(record).toMatchObject({ offset: 0, timestampMs: TIME, value: batch.subarray(HEADER_BYTES) });
    }
  });

  test.each([
    ['gzip', 1, (body: Buffer) => gzipSync(body)],
    ['snappy', 2, (body: Buffer) => compressionsAlgorithms.snappy.compressSync(body)],
    ['lz4', 3, (body: Buffer) => compressionsAlgorithms.lz4.compressSync(body)],
    ['zstd', 4, (body: Buffer) => zstdCompressSync(body)],
  ])('does not inflate %s beyond the limit', async (_name, attributes, compress) => {
    const { bytes } = await encodeBatch({ records: [{ value: Buffer.alloc(MAX_BATCH_BYTES) }] }, TIME);
    const batch = compressed(bytes, attributes, compress);
    expect(readBatches(batch).flatMap(readRecords)).toMatchObject([
      { unreadable: expect.stringContaining(`inflates to more than ${MAX_BATCH_BYTES} bytes`) },
    ]);
  });

  test('two frames of lz4 are not taken for one, whose size alone is known', async () => {
    const { compressSync } = compressionsAlgorithms.lz4;
    const twice = (body: Buffer) => Buffer.concat([compressSync(body), compressSync(body)]);
    const batch = compressed(await encoded([{ value: Buffer.from('a') }]), 3, twice);
    expect(readBatches(batch).flatMap(readRecords)[0]?.unreadable).toContain('more behind its frame');
  });

  test('a value in parts is written as if it were in one', async () => {
    const whole = Buffer.from('three parts, one of them empty');
    const parts = [whole.subarray(0, 5), whole.subarray(5, 5), whole.subarray(5)];
    for (const compression of ['none', 'zstd'] as const) {
      const inOne = await encodeBatch({ records: [{ value: whole }], compression }, TIME);
      const inParts = await encodeBatch({ records: [{ value: parts }], compression }, TIME);
      // Until it is stamped, a batch holds whatever its memory held.
      stampBatch(inOne, STAMP);
      stampBatch(inParts, STAMP);
      expect(inParts.bytes).toEqual(inOne.bytes);
    }
  });

  test('a count of records that are not there, or that are too many, makes no records', async () => {
    for (const count of [3, 250_001]) {
      const batch = await encoded([{ value: Buffer.from('a') }, { value: Buffer.from('b') }]);
      batch.writeInt32BE(count, COUNT_AT);
      rechecked(batch);
      expect(readBatches(batch).flatMap(readRecords)).toMatchObject([
        { offset: 0, unreadable: expect.any(String) },
      ]);
    }
  });

  test('the time of a damaged batch is not believed', async () => {
    const batch = await encoded([{ value: Buffer.from('a') }]);
    batch.writeBigInt64BE(BigInt(TIME * 2), 27);
    expect(readBatches(batch).flatMap(readRecords)).toMatchObject([
      { timestampMs: 0, unreadable: expect.stringContaining('CRC') },
    ]);
  });

  test('a fetch is read as far as memory allows, and by one batch at least', async () => {
    const large = await encoded([{ value: Buffer.alloc(20 * 1024 * 1024) }]);
    const batches = readBatches(Buffer.concat([large, large]));
    expect(recordSet.readWithinLimit(batches, inflateAll).map(({ batch }) => batch)).toEqual(
      batches.slice(0, 1),
    );
  });
});

function compressed(batch: Buffer, attributes: number, compress: (body: Buffer) => Buffer): Buffer {
  const result = Buffer.concat([batch.subarray(0, HEADER_BYTES), compress(batch.subarray(HEADER_BYTES))]);
  result.writeInt32BE(result.length - 12, 8);
  result.writeInt16BE(attributes, ATTRIBUTES_AT);
  rechecked(result);
  return result;
}

function rechecked(batch: Buffer): void {
  batch.writeUInt32BE(jsCRC32C(batch.subarray(ATTRIBUTES_AT)), CRC_AT);
}
