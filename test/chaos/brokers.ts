/** Three Kafka brokers, each a controller as well: who leads what, and their kill and restart. */
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { ensureKafkaJars } from '../../services/local/kafka_jars.ts';
import { startKafka } from '../../services/local/kafka_server.ts';
import { javaHash } from './java_hash.ts';
import { BROKER_HEAP_MB } from './limits.ts';
import type { Roster } from './roster.ts';

export interface Broker {
  readonly id: number;
  readonly name: string;
  start(): Promise<void>;
  kill(): Promise<void>;
}

export interface Brokers {
  /** host:port of each. */
  readonly addresses: readonly string[];
  readonly all: readonly Broker[];
  /** The broker that leads a partition now. */
  leaderOf(topic: string, partition: number): Promise<Broker>;
  /** The broker that coordinates a consumer group now. */
  coordinatorOf(group: string): Promise<Broker>;
}

const COUNT = 3;
const GROUP_OFFSETS_TOPIC = '__consumer_offsets';

export interface BrokersOptions {
  readonly home: string;
  readonly directory: string;
  readonly logDirectory: string;
  /** Two for each broker. */
  readonly ports: readonly number[];
  readonly roster: Roster;
}

export const BROKER_PORTS = 2 * COUNT;

/** Resolves when all of them answer. */
export async function startBrokers(options: BrokersOptions): Promise<Brokers> {
  const jarsDir = join(options.home, 'kafka/libs');
  await ensureKafkaJars(jarsDir);
  const nodes = Array.from({ length: COUNT }, (_, index) => ({
    id: index + 1,
    port: options.ports[2 * index] ?? 0,
    controllerPort: options.ports[2 * index + 1] ?? 0,
  }));
  const voters = nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`);
  const all = nodes.map((node) => broker(node, voters, jarsDir, options));
  await Promise.all(all.map((one) => one.start()));
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const leaderOf = async (topic: string, partition: number): Promise<Broker> =>
    byId(all, await askLeader(addresses, topic, (count) => partition % count));
  const coordinatorOf = async (group: string): Promise<Broker> =>
    byId(all, await askLeader(addresses, GROUP_OFFSETS_TOPIC, (count) => javaHash(group) % count));
  return { addresses, all, leaderOf, coordinatorOf };
}

function broker(
  { id, port, controllerPort }: { id: number; port: number; controllerPort: number },
  voters: readonly string[],
  jarsDir: string,
  { directory, logDirectory, roster }: BrokersOptions,
): Broker {
  const name = `kafka-${id}`;
  return {
    id,
    name,
    start: async () => {
      await startKafka({
        ...{ jarsDir, port, controllerPort, nodeId: id, voters, detached: true },
        dataDir: join(directory, name),
        logFile: join(logDirectory, `${name}.log`),
        maxHeapMb: BROKER_HEAP_MB,
        onSpawn: (pid) => roster.add(name, pid),
      });
    },
    kill: async () => {
      roster.signal(name, 'SIGKILL');
      await roster.gone(name);
    },
  };
}

function byId(brokers: readonly Broker[], id: number): Broker {
  const found = brokers.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no broker ${id}: the partition has no leader`);
  return found;
}

/** The id of the leader of the partition that `choose` picks, given how many there are. */
async function askLeader(
  addresses: readonly string[],
  topic: string,
  choose: (partitions: number) => number,
): Promise<number> {
  const client = new kafkajs.Kafka({ brokers: [...addresses], logLevel: kafkajs.logLevel.NOTHING });
  const admin = client.admin();
  try {
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const partitions = topics[0]?.partitions ?? [];
    const wanted = choose(partitions.length);
    return partitions.find(({ partitionId }) => partitionId === wanted)?.leader ?? -1;
  } finally {
    await admin.disconnect();
  }
}
