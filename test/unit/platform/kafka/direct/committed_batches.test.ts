import { describe, expect, test } from '@jest/globals';
import { committedBatches, recordBatches } from '../../../../../services/platform/kafka/committed_batches.ts';
import { encodeBatch } from '../../../../../services/platform/kafka/direct/record_batch.ts';
import type { FetchedBatch } from '../../../../../services/platform/kafka/record_set.ts';

const { bytes: ANY } = await encodeBatch({ records: [{ value: Buffer.from('a') }] }, 0);

/** Header, then one record: length, attributes, time delta, offset delta, key length 4, version, type. */
function markerBytes(isAbort: boolean): Buffer {
  const record = Buffer.from([0, 0, 0, 0, 8, 0, 0, 0, isAbort ? 0 : 1, 1, 0]);
  return Buffer.concat([Buffer.alloc(61), record]);
}

const batch = (producer: number, baseOffset: number, lastOffset = baseOffset): FetchedBatch => ({
  baseOffset,
  lastOffset,
  producerId: BigInt(producer),
  isTransactional: producer >= 0,
  isControl: false,
  isDamaged: false,
  bytes: ANY,
});
const marker = (producer: number, offset: number, kind: 'abort' | 'commit'): FetchedBatch => ({
  ...batch(producer, offset),
  isControl: true,
  bytes: markerBytes(kind === 'abort'),
});
const aborted = (producer: number, firstOffset: number) => ({ producerId: BigInt(producer), firstOffset });
const offsets = (batches: readonly FetchedBatch[]) => batches.map(({ baseOffset }) => baseOffset);

describe('reading committed records only', () => {
  test('leaves out what was aborted, up to the marker, and nothing behind it', () => {
    const log = [batch(1, 0), batch(1, 1), marker(1, 2, 'abort'), batch(1, 3), marker(1, 4, 'commit')];
    expect(offsets(committedBatches(log, [aborted(1, 0)]))).toEqual([3]);
  });

  test('tells transactions of several producers apart that lie in each other', () => {
    const log = [
      batch(1, 0),
      batch(2, 1),
      batch(1, 2),
      marker(2, 3, 'commit'),
      batch(2, 4),
      marker(1, 5, 'abort'),
      batch(1, 6),
      marker(2, 7, 'abort'),
      marker(1, 8, 'commit'),
    ];
    expect(offsets(committedBatches(log, [aborted(2, 4), aborted(1, 0)]))).toEqual([1, 6]);
  });

  test('a transaction that began before these batches, or ends behind them, is told by the list alone', () => {
    const log = [batch(1, 10, 14), batch(2, 15), batch(1, 16)];
    expect(offsets(committedBatches(log, [aborted(1, 3)]))).toEqual([15]);
  });

  test('the same producer may abort again and again', () => {
    const log = Array.from({ length: 5 }, (_, index) => [
      batch(1, 4 * index),
      marker(1, 4 * index + 1, 'abort'),
      batch(1, 4 * index + 2),
      marker(1, 4 * index + 3, 'commit'),
    ]).flat();
    const list = [0, 4, 8, 12, 16].map((offset) => aborted(1, offset));
    expect(offsets(committedBatches(log, list))).toEqual([2, 6, 10, 14, 18]);
  });

  test('records without a transaction stay, also of a producer that aborted one', () => {
    const log = [
      batch(-1, 0),
      { ...batch(1, 1), isTransactional: false },
      batch(1, 2),
      marker(1, 3, 'abort'),
    ];
    expect(offsets(committedBatches(log, [aborted(1, 1)]))).toEqual([0, 1]);
  });
});

test('reading everything leaves out the markers only', () => {
  const log = [batch(1, 0), marker(1, 1, 'abort'), batch(-1, 2)];
  expect(offsets(recordBatches(log))).toEqual([0, 2]);
});
