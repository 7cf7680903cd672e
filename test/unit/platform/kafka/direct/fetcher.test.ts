import { expect, test } from '@jest/globals';
import type { Cluster } from '../../../../../services/platform/kafka/direct/cluster.ts';
import type { FetchedPartition } from '../../../../../services/platform/kafka/direct/fetch_request.ts';
import { Fetcher, type Wanted } from '../../../../../services/platform/kafka/direct/fetcher.ts';
import { quietLog } from '../../../../support/quiet_log.ts';

const PARTITIONS = 4;

/** A broker that leads all partitions and answers a fetch with so many bytes for each; every partition is wanted until it was handed over. */
function fetching(bytes: number) {
  const handedOver: { readonly partition: number; readonly turn: number }[] = [];
  const fetches: number[] = [];
  let turn = 0;
  const wanted = (): Wanted[] =>
    Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, offset: 7 })).filter(
      ({ partition }) => !handedOver.some((one) => one.partition === partition),
    );
  const cluster = {
    topic: () => Promise.resolve({ partitions: Array.from({ length: PARTITIONS }, () => ({ leader: 1 })) }),
    askNode: (): Promise<FetchedPartition[]> => {
      const partitions = wanted();
      fetches.push(partitions.length);
      return Promise.resolve(
        partitions.map(({ partition }) => ({
          ...{ partition, code: 0, highWatermark: 8, aborted: [] },
          recordSet: Buffer.alloc(bytes),
        })),
      );
    },
  } as unknown as Cluster;
  const fetcher = new Fetcher({
    cluster,
    topic: 't',
    isolation: 'read_committed',
    log: quietLog,
    wanted,
    onFetched: ({ partition }, offset) => {
      expect(offset).toBe(7);
      handedOver.push({ partition, turn });
      fetcher.wake();
    },
  });
  const untilAll = async (): Promise<void> => {
    fetcher.wake();
    for (; handedOver.length < PARTITIONS; turn++) await new Promise((resolve) => setImmediate(resolve));
    fetcher.stop();
  };
  return { handedOver, fetches, untilAll };
}

test('a large answer is handed over in turns of the event loop, and meanwhile none of it is fetched again', async () => {
  const { handedOver, fetches, untilAll } = fetching(1024 * 1024);
  await untilAll();
  expect(handedOver.map(({ partition }) => partition)).toEqual([0, 1, 2, 3]);
  expect(new Set(handedOver.map(({ turn }) => turn)).size).toBe(PARTITIONS);
  expect(fetches).toEqual([PARTITIONS]);
});

test('a small answer is handed over at once', async () => {
  const { handedOver, untilAll } = fetching(1024);
  await untilAll();
  expect(new Set(handedOver.map(({ turn }) => turn)).size).toBe(1);
});
