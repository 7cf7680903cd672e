import { expect, jest, test } from '@jest/globals';
import { connectKafka } from '../../../services/platform/kafka/connect.ts';
import { API_KEY, KafkaProxy } from '../../support/kafka_proxy.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { RecordingListener, startAll } from '../../support/recording_listener.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';

jest.setTimeout(60_000);

const PARTITIONS = 4;
const TURN_MS = 100;
const APPENDING_MS = 1_500;
/** A fetch that was waiting with the broker, and that of the turn. */
const FETCHES_A_TURN = 2;
const BEGINNING = 5;

test('partitions of which all was read are fetched together, a few times a second, however often something comes', async () => {
  const [broker = ''] = testKafka();
  const proxy = await KafkaProxy.start(broker);
  const kafka = connectKafka({ client: 'direct', brokers: [proxy.address], clientId: 'pace', log: quietLog });
  const [admin, producer, topic] = [await kafka.admin(), await kafka.producer(), uniqueName('pace')];
  await admin.ensureTopics([{ name: topic, partitions: PARTITIONS, replicationFactor: 1, config: {} }]);
  const listener = new RecordingListener();
  const group = uniqueName('group');
  const input = await kafka.input({ topic, group, isolation: 'read_committed' }, listener);
  try {
    await listener.until(() => listener.partitions.length === PARTITIONS);
    startAll(input, listener);
    const [before, beganAt] = [proxy.count(API_KEY.fetch), performance.now()];
    let rounds = 0;
    for (; performance.now() - beganAt < APPENDING_MS; rounds++) {
      const value = Buffer.from(String(rounds));
      const appends = listener.partitions.map((partition) =>
        producer.append({ topic, partition, records: [{ value }] }),
      );
      await Promise.all(appends);
    }
    const turns = (performance.now() - beganAt) / TURN_MS;
    expect(proxy.count(API_KEY.fetch) - before).toBeLessThan(turns * FETCHES_A_TURN + BEGINNING);
    await listener.until(() => listener.partitions.every((one) => listener.records(one).length === rounds));
  } finally {
    await input.stop();
    await Promise.all([producer.stop(), admin.stop()]);
    await proxy.stop();
  }
});
