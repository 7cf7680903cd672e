import { expect, jest, test } from '@jest/globals';
import { connectKafka } from '../../../services/platform/kafka/connect.ts';
import { Cluster } from '../../../services/platform/kafka/direct/cluster.ts';
import { claimPartition } from '../../../services/platform/kafka/direct/ownership.ts';
import { SharedCluster } from '../../../services/platform/kafka/direct/shared_cluster.ts';
import { FencedError } from '../../../services/platform/kafka/port.ts';
import { readTopic } from '../../../services/platform/kafka/read_topic.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';

jest.setTimeout(60_000);

test('where the cluster has not switched to the shorter transactions, the longer ones do the same', async () => {
  const connection = { brokers: testKafka(), clientId: 'older', log: quietLog };
  const cluster = new Cluster(connection);
  const features = await cluster.whatBrokersDo();
  cluster.whatBrokersDo = () => Promise.resolve({ ...features, transactionVersion: 1 });
  const shared = new SharedCluster(() => cluster);
  const kafka = connectKafka({ ...connection, client: 'direct' });
  const admin = await kafka.admin();
  const [topic, group] = [uniqueName('older'), uniqueName('group')];
  await admin.ensureTopics([{ name: topic, partitions: 2, replicationFactor: 1, config: {} }]);
  const claim = () =>
    claimPartition(shared, { topic, partition: 0, group, transactionalId: group }, () => Date.now());
  const output = (partition: number, value: string) => ({
    topic,
    partition,
    records: [{ value: Buffer.from(value) }],
  });

  const owner = await claim();
  for (let offset = 1; offset <= 3; offset++) {
    await owner.commit(
      [output(0, `a${offset}`), output(1, `b${offset}`), output(0, `c${offset}`)],
      [
        { group, offset, metadata: 'm' },
        { group: `${group}.progress`, offset: 10 * offset, metadata: '' },
      ],
    );
  }
  const next = await claim();
  expect(next.committed).toEqual({ offset: 3, metadata: 'm' });
  await expect(owner.commit([output(0, 'late')], [])).rejects.toThrow(FencedError);
  expect(await admin.committed(`${group}.progress`, topic, 0)).toEqual({ offset: 30, metadata: '' });

  // The commits are answered before their last markers are written; what is read waits for those.
  const values: string[][] = [[], []];
  await readTopic(kafka, {
    topic,
    ranges: [
      { partition: 0, from: 0, to: 9 },
      { partition: 1, from: 0, to: 6 },
    ],
    isolation: 'read_committed',
    onRecords: (partition, records) => {
      for (const { value } of records) values[partition]?.push(value.toString());
    },
  });
  expect(values).toEqual([
    ['a1', 'c1', 'a2', 'c2', 'a3', 'c3'],
    ['b1', 'b2', 'b3'],
  ]);
  await Promise.all([owner.release(), next.release(), admin.stop()]);
});
