/** What a process that comes back does for the one that was killed in its place, on a real Kafka. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import kafkajs, { type Admin, type Consumer } from 'kafkajs';
import { leaveForPredecessor } from '../../../services/platform/kafka/kafkajs_predecessor.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';

const TIMEOUT_MS = 60_000;
const topic = uniqueName('predecessor');
const groupId = uniqueName('group');
const clientOf = (clientId: string) =>
  new kafkajs.Kafka({ brokers: testKafka(), clientId, logLevel: kafkajs.logLevel.NOTHING });
let admin: Admin;
let consumers: Consumer[] = [];

/** A member of the group that has joined; its id. */
async function join(clientId: string): Promise<string> {
  const consumer = clientOf(clientId).consumer({ groupId });
  consumers.push(consumer);
  const joined = new Promise<string>((resolve) => {
    consumer.on('consumer.group_join', ({ payload }) => resolve(payload.memberId));
  });
  await consumer.connect();
  await consumer.subscribe({ topic });
  await consumer.run({ eachMessage: () => Promise.resolve() });
  return joined;
}

async function memberIds(): Promise<string[]> {
  const { groups } = await admin.describeGroups([groupId]);
  return groups.flatMap(({ members }) => members.map(({ memberId }) => memberId));
}

beforeEach(async () => {
  admin = clientOf('admin').admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true });
}, TIMEOUT_MS);

afterEach(async () => {
  for (const consumer of consumers) await consumer.disconnect();
  consumers = [];
  await admin.disconnect();
}, TIMEOUT_MS);

it(
  'takes leave for the member of its own name alone',
  async () => {
    const other = await join('processor/b');
    const killed = await join('processor/a');
    const before = await memberIds();
    expect(before).toContain(killed);
    await leaveForPredecessor(clientOf('processor/a'), groupId, 'processor/a', quietLog);
    const after = await memberIds();
    expect(after).not.toContain(killed);
    expect(after).toContain(other);
  },
  TIMEOUT_MS,
);

it(
  'does nothing where the group has no such member, or Kafka is away',
  async () => {
    await leaveForPredecessor(clientOf('a'), uniqueName('group'), 'a', quietLog);
    const options = { brokers: ['127.0.0.1:1'], retry: { retries: 0 }, logLevel: kafkajs.logLevel.NOTHING };
    await leaveForPredecessor(new kafkajs.Kafka(options), groupId, 'a', quietLog);
    expect(await memberIds()).toEqual([]);
  },
  TIMEOUT_MS,
);
