/** What a broker may answer with: fetches, and the record batches in them in every compression. */
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compressionsAlgorithms, Reader } from '@platformatic/kafka';
import { ATTRIBUTES_AT, COMPRESSION, HEADER_BYTES } from '../../services/platform/kafka/batch_layout.ts';
import { committedBatches } from '../../services/platform/kafka/committed_batches.ts';
import { fetchRecords } from '../../services/platform/kafka/direct/fetch_request.ts';
import { inflateAll } from '../../services/platform/kafka/direct/inflate_all.ts';
import { encodeBatch, stampBatch } from '../../services/platform/kafka/direct/record_batch.ts';
import { CorruptBatchError, readBatches, readWithinLimit } from '../../services/platform/kafka/record_set.ts';
import { expecting, type FuzzTarget } from './target.ts';

const plain = await encodeBatch(
  {
    records: [
      { value: Buffer.from('first'), headers: { tenant: 'a', batch: Buffer.from('b') } },
      { value: Buffer.alloc(0) },
      { value: Buffer.alloc(300, 'x') },
    ],
  },
  1_700_000_000_000,
);
stampBatch(plain, { producerId: 7n, epoch: 1, sequence: 0, isTransactional: false });

function compressed(how: number, compress: (body: Buffer) => Buffer): Buffer {
  const header = Buffer.from(plain.bytes.subarray(0, HEADER_BYTES));
  const bytes = Buffer.concat([header, compress(plain.bytes.subarray(HEADER_BYTES))]);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt16BE(how, ATTRIBUTES_AT);
  return bytes;
}

const { lz4, snappy } = compressionsAlgorithms;
const BATCHES = [
  plain.bytes,
  compressed(COMPRESSION.gzip, (body) => gzipSync(body)),
  compressed(COMPRESSION.zstd, (body) => zstdCompressSync(body)),
  compressed(COMPRESSION.snappy, (body) => snappy.compressSync(body)),
  compressed(COMPRESSION.lz4, (body) => lz4.compressSync(body)),
  Buffer.concat([plain.bytes, plain.bytes]),
];

/** Without a checksum, or hardly a mutation would come further than it. */
function recordSet(bytes: Uint8Array): string {
  const batches = readBatches(Buffer.from(bytes), null);
  committedBatches(
    batches.filter(({ isControl }) => !isControl),
    [{ producerId: 7n, firstOffset: 0 }],
  );
  const read = readWithinLimit(batches, inflateAll);
  return read.flatMap(({ records }) => records.flatMap(({ unreadable }) => unreadable ?? [])).join();
}

/** throttle, code, session | one topic, one partition | code, offsets | one aborted transaction | replica | records. */
const FETCH = Buffer.concat([
  Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  Buffer.from([2, 2, 0x74, 2]),
  Buffer.from([0, 0, 0, 0, 0, 0]),
  Buffer.alloc(24),
  Buffer.from([2, ...new Uint8Array(16), 0]),
  Buffer.from([0, 0, 0, 0, 4, 1, 2, 3, 0]),
  Buffer.from([0, 0]),
]);

const { parse } = fetchRecords({ topic: 't', isolation: 'read_committed', partitions: [] });

export const targets: readonly FuzzTarget[] = [
  { name: 'kafka/record_set', seeds: BATCHES, run: expecting([CorruptBatchError], recordSet) },
  {
    name: 'kafka/fetch',
    seeds: [FETCH],
    // What is wrong with an answer is the connection's to judge: it is closed, whatever the error is called.
    run: expecting([Error], (bytes) => {
      parse(0, 1, 12, Reader.from(Buffer.from(bytes)));
    }),
  },
];
