import { expect, test } from '@jest/globals';
import { SpansTopic } from '../../../services/collector/spans_topic.ts';
import { KafkaUnavailableError, type Kafka } from '../../../services/platform/kafka/port.ts';
import { FakeKafka } from '../../support/fake_kafka.ts';
import { ManualTime } from '../../support/manual_time.ts';
import { quietLog } from '../../support/quiet_log.ts';

const TOPIC = 'spans';
const BATCH = { topic: TOPIC, partition: 0, records: [{ value: Buffer.from('x') }] };

/** All promises that can settle have settled. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function createTopic(kafka: Kafka, partitions: number): Promise<void> {
  const admin = await kafka.admin();
  await admin.ensureTopics([{ name: TOPIC, partitions, replicationFactor: 1, config: {} }]);
}

function setup(): { kafka: FakeKafka; time: ManualTime; topic: SpansTopic } {
  const time = new ManualTime();
  const kafka = new FakeKafka(time);
  return { kafka, time, topic: new SpansTopic({ kafka, topic: TOPIC, timers: time, log: quietLog }) };
}

test('the start waits for Kafka and its topic as long as it takes', async () => {
  const { kafka, time, topic } = setup();
  let isStarted = false;
  const started = topic.start().then(() => (isStarted = true));
  await settle();
  time.advance(1_000);
  await settle();
  expect([isStarted, topic.partitions]).toEqual([false, 0]);
  expect(topic.notReady()).toContain('waiting for Kafka and its topic spans');
  await createTopic(kafka, 7);
  time.advance(10_000);
  await started;
  expect([topic.partitions, topic.notReady()]).toEqual([7, null]);
});

test('a stop ends a start that waits', async () => {
  const { time, topic } = setup();
  const started = topic.start();
  await settle();
  await topic.stop();
  time.advance(10_000);
  await expect(started).rejects.toThrow('stopped before Kafka was reached');
});

test('an append before the start finds Kafka unavailable', async () => {
  const { topic } = setup();
  await expect(topic.append(BATCH)).rejects.toThrow(KafkaUnavailableError);
});

test('a failed append makes it unready until Kafka answers again, also without any traffic', async () => {
  const { kafka, topic } = setup();
  await createTopic(kafka, 1);
  await topic.start();
  kafka.failNextAppend('before');
  await expect(topic.append(BATCH)).rejects.toThrow(KafkaUnavailableError);
  expect(topic.notReady()).toContain('did not take the last append');
  await settle();
  expect(topic.notReady()).toBeNull();
});

test('partitions added later do not change where traces go', async () => {
  const { kafka, topic } = setup();
  await createTopic(kafka, 2);
  let partitions = 2;
  let questions = 0;
  const admin = await kafka.admin();
  const partitionCount = (): Promise<number> => {
    questions++;
    return Promise.resolve(partitions);
  };
  kafka.admin = () => Promise.resolve({ ...admin, partitionCount });
  await topic.start();
  partitions = 3;
  kafka.failNextAppend('before');
  await expect(topic.append(BATCH)).rejects.toThrow(KafkaUnavailableError);
  await settle();
  expect([questions, topic.partitions]).toEqual([2, 2]);
});
