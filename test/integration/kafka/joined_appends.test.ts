import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { connectKafka } from '../../../services/platform/kafka/connect.ts';
import {
  type Admin,
  type Kafka,
  type PartitionRecords,
  type Producer,
} from '../../../services/platform/kafka/port.ts';
import { API_KEY, KafkaProxy } from '../../support/kafka_proxy.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';

jest.setTimeout(60_000);

const PARTITIONS = 6;
const NOT_LEADER_OR_FOLLOWER = 6;

let proxy: KafkaProxy;
let admin: Admin;
let producer: Producer;
let topic: string;

beforeEach(async () => {
  const [broker = ''] = testKafka();
  topic = uniqueName('joined');
  const direct = (address: string): Kafka =>
    connectKafka({ client: 'direct', brokers: [address], clientId: 'joined', log: quietLog });
  admin = await direct(broker).admin();
  await admin.ensureTopics([{ name: topic, partitions: PARTITIONS, replicationFactor: 1, config: {} }]);
  proxy = await KafkaProxy.start(broker);
  producer = await direct(proxy.address).producer();
});

afterEach(async () => {
  await producer.stop();
  await admin.stop();
  await proxy.stop();
});

const batch = (partition: number, text: string): PartitionRecords => ({
  ...{ topic, partition, compression: 'zstd' as const },
  records: [{ value: Buffer.from(text) }],
});

/** To each partition, at the same time. */
const appendAll = (text: string) =>
  Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => producer.append(batch(partition, text))));

const ends = async (): Promise<number[]> => (await admin.watermarks(topic)).map(({ high }) => high);

const produced = (): number => proxy.count(API_KEY.produce);

test('what goes to a broker at the same time is one request', async () => {
  await appendAll('first');
  const before = produced();
  expect(await appendAll('second')).toEqual(Array.from({ length: PARTITIONS }, () => ({ offset: 1 })));
  expect(produced() - before).toBe(1);
  expect(await ends()).toEqual(Array.from({ length: PARTITIONS }, () => 2));
});

test('when its answer is lost, every batch is stored once and the rows go on', async () => {
  await appendAll('before');
  const before = produced();
  proxy.swallow = (apiKey) => {
    if (apiKey !== API_KEY.produce || proxy.swallowed > 0) return false;
    proxy.takeAway();
    proxy.bringBack();
    return true;
  };
  expect(await appendAll('cut')).toEqual(Array.from({ length: PARTITIONS }, () => ({ offset: 1 })));
  // Together once, and then each alone.
  expect(produced() - before).toBe(1 + PARTITIONS);
  await appendAll('after');
  expect(await ends()).toEqual(Array.from({ length: PARTITIONS }, () => 3));
});

test('a partition whose leader has moved is repeated alone; the others are stored', async () => {
  await appendAll('before');
  const before = produced();
  proxy.alter = (apiKey, answer) => {
    if (apiKey === API_KEY.produce && produced() === before + 1) setCode(answer, 2, NOT_LEADER_OR_FOLLOWER);
  };
  expect(await appendAll('moved')).toEqual(Array.from({ length: PARTITIONS }, () => ({ offset: 1 })));
  expect(produced() - before).toBe(2);
  expect(await ends()).toEqual(Array.from({ length: PARTITIONS }, () => 2));
});

/** Source: the Kafka protocol, Produce answer, version 11: index and code stand beside each other. */
function setCode(answer: Buffer, partition: number, code: number): void {
  const start = answer.indexOf(topic) + Buffer.byteLength(topic);
  const index = Buffer.alloc(6);
  index.writeInt32BE(partition);
  const at = answer.indexOf(index, start);
  answer.writeInt16BE(code, at + 4);
}
