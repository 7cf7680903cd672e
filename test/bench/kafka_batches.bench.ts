/**
 * Record batches of the direct Kafka client, without Kafka: `node test/bench/kafka_batches.bench.ts`. A batch holds one record, a request
 * of 512 spans, as the collector appends it; not compressed, its cost is that of the framing.
 */
import { crc32c } from '@platformatic/kafka';
import { TENANT_HEADER } from '../../services/core/contracts.ts';
import { inflateAll } from '../../services/platform/kafka/direct/inflate_all.ts';
import {
  encodeBatch,
  stampBatch,
  type BatchStamp,
} from '../../services/platform/kafka/direct/record_batch.ts';
import type { PartitionRecords } from '../../services/platform/kafka/port.ts';
import { readBatches, readWithinLimit } from '../../services/platform/kafka/record_set.ts';
import { seeded } from '../support/known_load.ts';
import { cartRequest, cartTraces, SPANS_A_TRACE, START_MS } from './corpus/carts.ts';
import { runMicroBench, type Path } from './micro_bench.ts';

const SPANS = 512;
const STAMP: BatchStamp = { producerId: 1n, epoch: 0, sequence: 0, isTransactional: false };

const value = Buffer.from(cartRequest(cartTraces(seeded(42), SPANS / SPANS_A_TRACE)));
const records = [{ value, headers: { [TENANT_HEADER]: 'shop' } }];

async function pathsOf(compression: NonNullable<PartitionRecords['compression']>): Promise<Path[]> {
  const batch = await encodeBatch({ records, compression }, START_MS);
  stampBatch(batch, STAMP);
  return [
    {
      ...{ name: `encode a batch, compression ${compression}`, count: SPANS },
      run: async () => {
        const { bytes } = await encodeBatch({ records, compression }, START_MS);
        if (bytes.length !== batch.bytes.length) throw new Error(`${bytes.length} bytes`);
      },
    },
    {
      ...{ name: `stamp it (CRC-32C), compression ${compression}`, count: SPANS },
      run: () => stampBatch(batch, STAMP),
    },
    {
      ...{ name: `check and read it, compression ${compression}`, count: SPANS },
      run: () => {
        const [read] = readWithinLimit(readBatches(batch.bytes, crc32c), inflateAll);
        const record = read?.records[0];
        if (record?.value.length !== value.length || record.unreadable !== undefined)
          throw new Error(`read ${record?.value.length} bytes of ${value.length}`);
      },
    },
  ];
}

const checksum = crc32c(value);
const crc: Path = {
  ...{ name: 'CRC-32C of the plain bytes', count: SPANS },
  run: () => {
    if (crc32c(value) !== checksum) throw new Error('another checksum');
  },
};
await runMicroBench({
  paths: [...(await pathsOf('none')), ...(await pathsOf('zstd')), crc],
  about: `${(value.length / SPANS).toFixed(0)} bytes a span`,
});
