import { jest } from '@jest/globals';
import kafkajs from 'kafkajs';
import { systemClock } from '../../../services/platform/clock.ts';
import { connectKafka } from '../../../services/platform/kafka/kafkajs_kafka.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';
import { describeKafka } from './kafka_contract.ts';

jest.setTimeout(60_000);

describeKafka('Kafka through kafkajs', () => {
  const brokers = testKafka();
  const kafka = connectKafka({ brokers, clientId: 'contract', log: quietLog });
  const raw = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING });
  return Promise.resolve({
    kafka,
    now: () => systemClock.now(),
    uniqueName,
    leaveOpenTransaction: async ({ transactionalId }, { topic, partition, records }) => {
      const producer = raw.producer({
        transactionalId,
        maxInFlightRequests: 1,
        createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      });
      await producer.connect();
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: records.map(({ value }) => ({ value, partition })) });
      // The connection ends, the transaction does not.
      await producer.disconnect();
    },
    deleteRecords: async (topic, partition, before) => {
      const admin = raw.admin();
      await admin.connect();
      // kafkajs finds the leader only of topics whose metadata it has.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(before) }] });
      await admin.disconnect();
    },
  });
});
