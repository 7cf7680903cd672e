/** Batches that are other bytes than were written: changed between the broker and its reader, as a bad disk would. */
import { expect, jest, test } from '@jest/globals';
import { compressionsAlgorithms } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { connectKafka } from '../../../services/platform/kafka/connect.ts';
import { API_KEY, KafkaProxy } from '../../support/kafka_proxy.ts';
import { KAFKA_CLIENTS } from '../../support/kafka_clients.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { RecordingListener, startAll } from '../../support/recording_listener.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';

jest.setTimeout(60_000);

const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

async function createTopic(): Promise<string> {
  const kafka = connectKafka({ client: 'kafkajs', brokers: testKafka(), clientId: 'damage', log: quietLog });
  const admin = await kafka.admin();
  const name = uniqueName('damaged');
  await admin.ensureTopics([{ name, partitions: 1, replicationFactor: 1, config: {} }]);
  await admin.stop();
  return name;
}

async function append(topic: string, value: string, compression: 'zstd' | 'none' = 'none'): Promise<void> {
  const kafka = connectKafka({ client: 'direct', brokers: testKafka(), clientId: 'damage', log: quietLog });
  const producer = await kafka.producer();
  const records = [{ value: Buffer.from(value) }, { value: Buffer.from(`${value}, too`) }];
  await producer.append({ topic, partition: 0, records, compression });
  await producer.stop();
}

async function readVia(brokers: string[], client: 'kafkajs' | 'direct', topic: string) {
  const kafka = connectKafka({ client, brokers, clientId: 'reader', log: quietLog });
  const listener = new RecordingListener();
  const input = await kafka.input({ topic, group: topic, isolation: 'read_committed' }, listener);
  try {
    await listener.until(() => listener.partitions.length > 0);
    startAll(input, listener);
    await listener.until(() => listener.next.get(0) === 6);
  } finally {
    await input.stop();
  }
  expect(listener.failures).toEqual([]);
  return listener.records(0).map(({ offset, value, unreadable }) => [offset, unreadable ?? value.toString()]);
}

const AROUND = {
  before: [
    [0, 'before'],
    [1, 'before, too'],
  ],
  after: [
    [4, 'after'],
    [5, 'after, too'],
  ],
} as const;

test.each(KAFKA_CLIENTS)('%s reads on behind a batch whose compressed bytes are damaged', async (client) => {
  const topic = await createTopic();
  await append(topic, 'before');
  await append(topic, 'damaged '.repeat(100), 'zstd');
  await append(topic, 'after');
  const proxy = await KafkaProxy.start(testKafka()[0] ?? '');
  proxy.alter = (apiKey, answer) => {
    const at = apiKey === API_KEY.fetch ? answer.indexOf(ZSTD_MAGIC) : -1;
    if (at !== -1) answer.fill(0, at, at + ZSTD_MAGIC.length);
  };
  const read = await readVia([proxy.address], client, topic).finally(() => proxy.stop());
  expect(read).toEqual([
    ...AROUND.before,
    [2, expect.stringContaining('compression zstd, records: 2')],
    ...AROUND.after,
  ]);
});

test.each(KAFKA_CLIENTS)('%s reads on behind a batch whose records cannot be told apart', async (client) => {
  const topic = await createTopic();
  await append(topic, 'before');
  await append(topic, 'torn');
  await append(topic, 'after');
  const proxy = await KafkaProxy.start(testKafka()[0] ?? '');
  proxy.alter = (apiKey, answer) => {
    const at = apiKey === API_KEY.fetch ? answer.indexOf('torn') : -1;
    // The lengths before the value: of the record, and of the value itself.
    if (at !== -1) answer.fill(0xff, at - 6, at);
  };
  const read = await readVia([proxy.address], client, topic).finally(() => proxy.stop());
  expect(read).toEqual([
    ...AROUND.before,
    [2, expect.stringContaining('a batch that cannot be read')],
    ...AROUND.after,
  ]);
});

test.each([
  [
    'kafkajs',
    (value: unknown) => typeof value === 'string' && value.includes('SPANMILL_KAFKA_CLIENT=direct'),
  ],
  ['direct', (value: unknown) => value === 'snappy'],
] as const)('%s reads on behind a batch compressed by snappy', async (client, isAsExpected) => {
  const topic = await createTopic();
  await append(topic, 'before');
  const raw = new kafkajs.Kafka({ brokers: testKafka(), logLevel: kafkajs.logLevel.NOTHING });
  const { CompressionTypes, CompressionCodecs, Partitioners } = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = () => ({
    compress: ({ buffer }: { readonly buffer: Buffer }) =>
      Promise.resolve(compressionsAlgorithms.snappy.compressSync(buffer)),
  });
  const producer = raw.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const messages = ['snappy', 'snappy, too'].map((value) => ({ value, partition: 0 }));
  await producer.send({ topic, compression: CompressionTypes.Snappy, messages });
  await producer.disconnect();
  await append(topic, 'after');
  const read = await readVia(testKafka(), client, topic);
  expect(read.filter(([offset]) => offset !== 2 && offset !== 3)).toEqual([
    ...AROUND.before,
    ...AROUND.after,
  ]);
  expect(isAsExpected(read.find(([offset]) => offset === 2)?.[1])).toBe(true);
});
