import { expect, jest, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { connectKafka } from '../../../services/platform/kafka/connect.ts';
import { KAFKA_CLIENTS } from '../../support/kafka_clients.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { RecordingListener } from '../../support/recording_listener.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';

jest.setTimeout(60_000);

// By itself, kafkajs then commits offset -2 to the group it is a member of, without a transaction and without metadata.
test.each(KAFKA_CLIENTS)(
  'retention that overtakes a reader by %s leaves the committed offset alone, and reading goes on',
  async (client) => {
    const brokers = testKafka();
    const kafka = connectKafka({ client, brokers, clientId: 'retention', log: quietLog });
    const raw = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
    const [admin, producer] = await Promise.all([kafka.admin(), kafka.producer(), raw.connect()]);
    const [topic, group] = [uniqueName('spans'), uniqueName('group')];
    await admin.ensureTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
    const append = (value: string) =>
      producer.append({ topic, partition: 0, records: [{ value: Buffer.from(value) }] });
    const owner = await kafka.claim({ topic, partition: 0, group, transactionalId: group });
    await owner.commit([], [{ group, offset: 1, metadata: '{"p":1}' }]);

    const listener = new RecordingListener();
    const input = await kafka.input({ topic, group, isolation: 'read_committed' }, listener);
    await append('0');
    await listener.until(() => listener.partitions.length === 1);
    input.startAt(0, 0);
    await listener.until(() => listener.records(0).length === 1);

    input.pause(0);
    for (const value of ['1', '2', '3']) await append(value);
    await raw.fetchTopicOffsets(topic);
    await raw.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '3' }] });
    input.resume(0);
    await listener.until(() => listener.records(0).length === 2);

    expect(listener.values(0)).toEqual(['0', '3']);
    expect(listener.failures).toEqual([]);
    expect(await admin.committed(group, topic, 0)).toEqual({ offset: 1, metadata: '{"p":1}' });
    await Promise.all([input.stop(), owner.release(), producer.stop(), admin.stop(), raw.disconnect()]);
  },
);
