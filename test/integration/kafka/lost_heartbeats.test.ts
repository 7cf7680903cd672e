import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { connectKafka } from '../../../services/platform/kafka/connect.ts';
import type { Admin, Input, Kafka } from '../../../services/platform/kafka/port.ts';
import { KafkaProxy } from '../../support/kafka_proxy.ts';
import { RecordingListener } from '../../support/recording_listener.ts';
import { recordingLog, type LogLine } from '../../support/recording_log.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';
import { waitFor } from '../../support/wait_for.ts';

jest.setTimeout(60_000);

const HEARTBEAT = 68;
const PARTITIONS = 4;

let proxy: KafkaProxy;
let admin: Admin;
let topic: string;
let group: string;
let inputs: Input[];

beforeEach(async () => {
  const [broker = ''] = testKafka();
  proxy = await KafkaProxy.start(broker);
  [topic, group, inputs] = [uniqueName('beats'), uniqueName('group'), []];
  admin = await member(testKafka(), 'admin').kafka.admin();
  await admin.ensureTopics([{ name: topic, partitions: PARTITIONS, replicationFactor: 1, config: {} }]);
});

afterEach(async () => {
  await Promise.all(inputs.map((input) => input.stop()));
  await admin.stop();
  await proxy.stop();
});

function member(brokers: string[], memberName: string) {
  const lines: LogLine[] = [];
  const log = recordingLog(lines);
  const kafka = connectKafka({ client: 'direct', brokers, clientId: 'beats', memberName, log });
  return { kafka, lines };
}

async function join(kafka: Kafka): Promise<{ input: Input; listener: RecordingListener }> {
  const listener = new RecordingListener();
  const input = await kafka.input({ topic, group, isolation: 'read_committed' }, listener);
  inputs.push(input);
  return { input, listener };
}

test('a member whose partitions came in an answer that was lost hears of them', async () => {
  const { input: other, listener: others } = await join(member(testKafka(), 'other').kafka);
  const { listener } = await join(member([proxy.address], 'one').kafka);
  await listener.until(() => listener.partitions.length === PARTITIONS / 2);
  await others.until(() => others.partitions.length === PARTITIONS / 2);

  let held = 0;
  proxy.holdBack = (apiKey) => apiKey === HEARTBEAT && (held += 1) > 0;
  await waitFor(() => held > 0);
  await other.stop();
  proxy.swallow = (apiKey) => apiKey === HEARTBEAT && proxy.swallowed === 0;
  proxy.deliver();
  await listener.until(() => listener.partitions.length === PARTITIONS);
  expect(proxy.swallowed).toBe(1);
});

test('a member that joined without hearing of it takes its own place again', async () => {
  const { kafka, lines } = member([proxy.address], 'one');
  proxy.swallow = (apiKey) => apiKey === HEARTBEAT && proxy.swallowed === 0;
  const { listener } = await join(kafka);
  await listener.until(() => listener.partitions.length === PARTITIONS);
  expect(proxy.swallowed).toBe(1);
  expect(lines.map(({ message }) => message).join()).not.toContain('another process has the name');
});
