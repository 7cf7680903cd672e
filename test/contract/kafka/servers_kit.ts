/** What a test of a real Kafka does behind the back of the client under test; by kafkajs, whichever that is. */
import kafkajs from 'kafkajs';
import { systemClock } from '../../../services/platform/clock.ts';
import { MAX_BATCH_BYTES } from '../../../services/platform/kafka/inflate.ts';
import type { Kafka } from '../../../services/platform/kafka/port.ts';
import { wholeValue } from '../../../services/platform/kafka/record_value.ts';
import { registerZstd } from '../../../services/platform/kafka/zstd_codec.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';
import type { KafkaUnderTest } from './contract_kit.ts';

/** `brokers` are those of `kafka`, where they ask for nothing. */
export function realKafka(kafka: Kafka, brokers: string[] = testKafka()): KafkaUnderTest {
  const raw = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING });
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
      const messages = records.map(({ value }) => ({ value: wholeValue(value), partition }));
      await transaction.send({ topic, messages });
      // The connection ends, the transaction does not.
      await producer.disconnect();
    },
    appendBomb: async (topic, partition) => {
      registerZstd();
      const producer = raw.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
      await producer.connect();
      const value = Buffer.alloc(MAX_BATCH_BYTES);
      const compression = kafkajs.CompressionTypes.ZSTD;
      await producer.send({
        topic,
        compression,
        acks: -1,
        messages: [
          { value, partition },
          { value: 'b', partition },
        ],
      });
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
