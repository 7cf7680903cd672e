/** What a test of a real Kafka does behind the back of the client under test; by kafkajs, whichever that is. */
import kafkajs from 'kafkajs';
import { systemClock } from '../../../services/platform/clock.ts';
import type { Kafka } from '../../../services/platform/kafka/port.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';
import type { KafkaUnderTest } from './contract_kit.ts';

export function realKafka(kafka: Kafka): KafkaUnderTest {
  const raw = new kafkajs.Kafka({ brokers: testKafka(), logLevel: kafkajs.logLevel.NOTHING });
  return {
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
  };
}
