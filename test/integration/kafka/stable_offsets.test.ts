/**
 * A claim after the brokers of the groups' offsets were killed: the one that comes back has a high watermark from before the last
 * commits, which stands still until enough replicas are in sync. What is read at it is old, and what follows would be done again.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import kafkajs, { type Admin as KafkaJsAdmin } from 'kafkajs';
import { connectKafka } from '../../../services/platform/kafka/connect.ts';
import {
  KafkaUnavailableError,
  type Admin,
  type Kafka,
  type Ownership,
} from '../../../services/platform/kafka/port.ts';
import { BROKER_PORTS, startBrokers, type Broker, type Brokers } from '../../chaos/brokers.ts';
import { Roster } from '../../chaos/roster.ts';
import { freePorts } from '../../support/free_ports.ts';
import { KAFKA_CLIENTS } from '../../support/kafka_clients.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { testHome } from '../../support/servers.ts';
import { waitFor } from '../../support/wait_for.ts';

const TIMEOUT_MS = 180_000;
const TOPIC = 'source';
const GROUP_OFFSETS_TOPIC = '__consumer_offsets';
const COMMITS = 5;

describe('a claim when the coordinator has come back without the newest high watermark', () => {
  const directory = mkdtempSync(join(tmpdir(), 'spanmill-stable-'));
  const roster = new Roster();
  let brokers: Brokers;
  let admin: KafkaJsAdmin;
  let questions: Admin;

  const kafkaOf = (client: (typeof KAFKA_CLIENTS)[number]): Kafka =>
    connectKafka({ client, brokers: brokers.addresses, clientId: 'stable', log: quietLog });

  beforeAll(async () => {
    for (const name of ['logs', 'kafka-1', 'kafka-2', 'kafka-3']) mkdirSync(join(directory, name));
    const logDirectory = join(directory, 'logs');
    const ports = await freePorts(BROKER_PORTS);
    brokers = await startBrokers({ home: testHome(), directory, logDirectory, ports, roster });
    const options = { brokers: [...brokers.addresses], logLevel: kafkajs.logLevel.NOTHING };
    admin = new kafkajs.Kafka(options).admin();
    await admin.connect();
    questions = await kafkaOf('kafkajs').admin();
    await questions.ensureTopics([{ name: TOPIC, partitions: 1, replicationFactor: 3, config: {} }]);
    await electAnyInSync(brokers.addresses);
  }, TIMEOUT_MS);

  afterAll(async () => {
    await Promise.all([admin.disconnect(), questions.stop()]);
    await roster.killAll();
    rmSync(directory, { recursive: true, force: true });
  }, TIMEOUT_MS);

  test(
    'waits for it, and finds what was committed last, by every client',
    async () => {
      // The first of them is there to elect.
      const [, follower, leader] = brokers.all as [Broker, Broker, Broker];
      const checkpoint = join(directory, leader.name, 'log/replication-offset-checkpoint');
      const oldCheckpoint = join(directory, 'old-checkpoint');
      for (const client of KAFKA_CLIENTS) await commitUpTo(1, kafkaOf(client), client);
      await replicateGroupOffsets(admin, leader.id, follower.id);
      await waitForCheckpoint(checkpoint, admin);
      copyFileSync(checkpoint, oldCheckpoint);
      for (const client of KAFKA_CLIENTS) await commitUpTo(COMMITS, kafkaOf(client), client);

      await follower.kill();
      await waitFor(async () => (await inSync(admin)).every((ids) => ids.join() === String(leader.id)));
      await leader.kill();
      // What a kill within 5 s of the last commit leaves: brokers write it that seldom.
      copyFileSync(oldCheckpoint, checkpoint);
      await leader.start();
      const claims = Promise.all(KAFKA_CLIENTS.map((client) => claimAtLast(kafkaOf(client), client)));
      // A test that fails before it looks at them ends their brokers.
      claims.catch(() => undefined);
      // Else there is nothing to be misled by: the questions of an admin are answered at the high watermark.
      for (const client of KAFKA_CLIENTS) {
        expect(await questions.committed(client, TOPIC, 0)).toEqual({ offset: 1, metadata: 'm1' });
      }
      await follower.start();

      for (const ownership of await claims) {
        expect(ownership.committed).toEqual({ offset: COMMITS, metadata: `m${COMMITS}` });
        await ownership.release();
      }
    },
    TIMEOUT_MS,
  );
});

function claim(kafka: Kafka, group: string): Promise<Ownership> {
  return kafka.claim({ topic: TOPIC, partition: 0, group, transactionalId: group });
}

/** As services do, though not for ever: a broker may be away for longer than one claim waits. */
async function claimAtLast(kafka: Kafka, group: string): Promise<Ownership> {
  for (let left = 2; ; left--) {
    try {
      return await claim(kafka, group);
    } catch (error) {
      if (!(error instanceof KafkaUnavailableError) || left === 0) throw error;
    }
  }
}

/** The claim after it has waited for the last of the transactions to end in every log. */
async function commitUpTo(last: number, kafka: Kafka, group: string): Promise<void> {
  const ownership = await claim(kafka, group);
  for (let offset = (ownership.committed?.offset ?? 0) + 1; offset <= last; offset++) {
    await ownership.commit([], [{ group, offset, metadata: `m${offset}` }]);
  }
  await ownership.release();
  const next = await claim(kafka, group);
  await next.release();
  expect(next.committed?.offset).toBe(last);
}

/**
 * Of brokers that were killed Kafka 4 elects only who led last, and not before it knows of others that they may have less. Without
 * this, it elects who was in sync last.
 */
async function electAnyInSync(addresses: readonly string[]): Promise<void> {
  const command = ['org.apache.kafka.tools.FeatureCommand', '--bootstrap-server', addresses.join(',')];
  const disable = ['disable', '--feature', 'eligible.leader.replicas.version'];
  await promisify(execFile)('java', ['-cp', join(testHome(), 'kafka/libs/*'), ...command, ...disable]);
}

/** On these two, and in sync: the leader alone is then too few for the high watermark to go on. */
async function replicateGroupOffsets(admin: KafkaJsAdmin, leader: number, follower: number): Promise<void> {
  const replicas = [leader, follower];
  const partitionAssignment = (await inSync(admin)).map((_, partition) => ({ partition, replicas }));
  await admin.alterPartitionReassignments({ topics: [{ topic: GROUP_OFFSETS_TOPIC, partitionAssignment }] });
  await waitFor(async () =>
    (await inSync(admin)).every((ids) => ids.toSorted().join() === replicas.toSorted().join()),
  );
}

/** Of each partition of the groups' offsets; none while it has no leader. */
async function inSync(admin: KafkaJsAdmin): Promise<number[][]> {
  const answer = await admin.fetchTopicMetadata({ topics: [GROUP_OFFSETS_TOPIC] }).catch(() => null);
  return answer?.topics[0]?.partitions.map(({ isr }) => isr) ?? [[]];
}

/** Brokers write their high watermarks every few seconds: a line for each partition, its topic, number and offset. */
async function waitForCheckpoint(file: string, admin: KafkaJsAdmin): Promise<void> {
  await waitFor(async () => {
    // None while a leader moves.
    const ends = await admin.fetchTopicOffsets(GROUP_OFFSETS_TOPIC).catch(() => null);
    const written = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    const isWritten = ({ partition, high }: { partition: number; high: string }): boolean =>
      written.includes(`${GROUP_OFFSETS_TOPIC} ${partition} ${high}`);
    return ends?.every(isWritten) === true;
  });
}
