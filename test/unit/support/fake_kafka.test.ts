import { systemClock } from '../../../services/platform/clock.ts';
import { describeKafka } from '../../contract/kafka/kafka_contract.ts';
import { FakeKafka } from '../../support/fake_kafka.ts';
import { uniqueName } from '../../support/servers.ts';

describeKafka('the fake Kafka', () => {
  const kafka = new FakeKafka(systemClock);
  return Promise.resolve({
    kafka,
    now: () => systemClock.now(),
    uniqueName,
    leaveOpenTransaction: async (owner, output) => {
      const ownership = await kafka.claim(owner);
      kafka.failNextCommit('during');
      await ownership.commit([output], []).catch(() => undefined);
    },
    appendBomb: (topic, partition) => {
      kafka.appendUnreadable(topic, partition, 'it inflates to more than there is room for');
      return Promise.resolve();
    },
    deleteRecords: (topic, partition, before) => {
      kafka.deleteRecords(topic, partition, before);
      return Promise.resolve();
    },
  });
});
