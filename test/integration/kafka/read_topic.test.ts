import { expect, jest, test } from '@jest/globals';
import { connectKafka } from '../../../services/platform/kafka/connect.ts';
import { readTopic } from '../../../services/platform/kafka/read_topic.ts';
import { KAFKA_CLIENTS } from '../../support/kafka_clients.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';

jest.setTimeout(60_000);

test.each(KAFKA_CLIENTS)(
  '%s reads a topic once, from an offset to its end, markers included',
  async (client) => {
    const kafka = connectKafka({ client, brokers: testKafka(), clientId: 'read-topic', log: quietLog });
    const admin = await kafka.admin();
    const topic = uniqueName('letters');
    await admin.ensureTopics([{ name: topic, partitions: 2, replicationFactor: 1, config: {} }]);
    const owner = await kafka.claim({ topic, partition: 0, group: topic, transactionalId: topic });
    for (const value of ['a', 'b', 'c']) {
      const records = [{ value: Buffer.from(value) }];
      await owner.commit(
        [0, 1].map((partition) => ({ topic, partition, records })),
        [],
      );
    }
    // The coordinator writes the last markers after it has answered the commit.
    let marks = await admin.watermarks(topic);
    while (marks.some(({ high }) => high < 6)) marks = await admin.watermarks(topic);
    const ranges = marks.map(({ partition, high }) => ({ partition, from: 2 * partition, to: high }));

    const values: string[] = [];
    await readTopic(kafka, {
      topic,
      ranges,
      isolation: 'read_committed',
      onRecords: (partition, records) => {
        for (const { value } of records) values.push(`${value.toString()}${partition}`);
      },
    });

    expect(marks.map(({ high }) => high)).toEqual([6, 6]);
    expect(values.sort()).toEqual(['a0', 'b0', 'b1', 'c0', 'c1']);
    await Promise.all([owner.release(), admin.stop()]);
  },
);
