import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { connectKafka } from '../../../services/platform/kafka/kafkajs_kafka.ts';
import { type Admin, type PartitionRecords, type Producer } from '../../../services/platform/kafka/port.ts';
import { API_KEY, KafkaProxy } from '../../support/kafka_proxy.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';
import { waitFor } from '../../support/wait_for.ts';

jest.setTimeout(120_000);

let proxy: KafkaProxy;
let admin: Admin;
let producer: Producer;
let topic: string;

beforeEach(async () => {
  const [broker = ''] = testKafka();
  topic = uniqueName('wire');
  admin = await connectKafka({ brokers: [broker], clientId: 'wire', log: quietLog }).admin();
  await admin.ensureTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
  proxy = await KafkaProxy.start(broker);
  const kafka = connectKafka({ brokers: [proxy.address], clientId: 'wire', log: quietLog });
  producer = await kafka.producer();
});

afterEach(async () => {
  await producer.stop();
  await admin.stop();
  await proxy.stop();
});

const batch = (text: string): PartitionRecords => ({
  ...{ topic, partition: 0, compression: 'zstd' as const },
  records: [{ value: Buffer.from(text) }],
});

const stored = async (): Promise<number> => (await admin.watermarks(topic))[0]?.high ?? -1;

/** Source: the Kafka protocol, Produce request, versions 3 to 8 and (flexible) 9 and later. */
function acksOf({ apiVersion, bytes }: { apiVersion: number; bytes: Buffer }): number {
  // Behind api key, version and correlation id.
  let at = 8 + 2 + Math.max(0, bytes.readInt16BE(8));
  if (apiVersion < 9) return bytes.readInt16BE(at + 2 + Math.max(0, bytes.readInt16BE(at)));
  // An empty list of tags, then the transactional id as a compact string.
  at += 1;
  return bytes.readInt16BE(at + Math.max(1, bytes.readUInt8(at)));
}

test('every append asks for all in-sync replicas, on the wire', async () => {
  for (const text of ['a', 'b', 'c']) await producer.append(batch(text));
  const produced = proxy.requests.filter(({ apiKey }) => apiKey === API_KEY.produce);
  expect(produced.map(acksOf)).toEqual([-1, -1, -1]);
});

test('an append that was given up is not sent later, when Kafka is back', async () => {
  await producer.append(batch('before'));
  proxy.holdBack = () => true;
  await expect(producer.append(batch('given up'))).rejects.toThrow('no outcome within');
  proxy.holdBack = () => false;
  const { accepted } = proxy;
  // When its own time for the answer is over, kafkajs connects and tries again: it must find that nobody wants it.
  await waitFor(() => proxy.accepted > accepted && proxy.open === 0);
  expect([proxy.count(API_KEY.produce), await stored()]).toEqual([2, 1]);
  await producer.append(batch('next'));
  expect(await stored()).toBe(2);
});
