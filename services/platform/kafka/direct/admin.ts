/** Questions about topics and offsets, and the creation of topics. */
import { retrying } from '../deadline.ts';
import type { Admin, CommittedOffset, TopicSpec, Watermarks } from '../port.ts';
import {
  BrokerError,
  ConnectionLostError,
  ERROR,
  hasCode,
  isTransient,
  requestError,
} from './broker_error.ts';
import type { Cluster } from './cluster.ts';
import { createTopic, describeTopicConfig, EARLIEST, LATEST, listOffsets, offsetFetch } from './requests.ts';

const REQUEST_TIMEOUT_MS = 15_000;
const CREATE_TIMEOUT_MS = 10_000;
const RETRY_PAUSE_MS = 100;
const LANE = 'questions';

/** Once Kafka answers. Throws KafkaUnavailableError. */
export async function connectAdmin(cluster: Cluster): Promise<Admin> {
  try {
    await ask('connect to Kafka', () => cluster.whatBrokersDo());
    return createAdmin(cluster);
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

/** Closes the cluster when it stops. */
export function createAdmin(cluster: Cluster): Admin {
  return {
    ensureTopics: (specs) => ask('create topics', () => ensureTopics(cluster, specs)),
    partitionCount: (topic) =>
      ask(`partitions of ${topic}`, async () => (await freshTopic(cluster, topic)).partitions.length),
    watermarks: (topic) => ask(`offsets of ${topic}`, () => watermarks(cluster, topic)),
    committed: (group, topic, partition) =>
      ask(`offset of ${group}`, () => committedOffset(cluster, { group, topic, partition }, false)),
    stop: () => cluster.close(),
  };
}

async function ask<T>(what: string, question: () => Promise<T>): Promise<T> {
  try {
    return await retrying(
      { timeoutMs: REQUEST_TIMEOUT_MS, pauseMs: RETRY_PAUSE_MS, retriable: isTransient },
      question,
    );
  } catch (error) {
    throw requestError(error, what);
  }
}

/** Null where there is none. With `isStable` it waits (UNSTABLE_OFFSET_COMMIT) while a transaction may change it. */
export async function committedOffset(
  cluster: Cluster,
  of: { readonly group: string; readonly topic: string; readonly partition: number },
  isStable: boolean,
): Promise<CommittedOffset | null> {
  const request = offsetFetch(of.group, of.topic, of.partition, isStable);
  const { groups } = await cluster.askCoordinator('group', of.group, LANE, request);
  const found = groups[0]?.topics[0]?.partitions[0];
  // No answer is not the answer that there is none.
  if (found === undefined) throw new ConnectionLostError(`no answer for ${of.group}`);
  const offset = Number(found.committedOffset);
  return offset < 0 ? null : { offset, metadata: found.metadata ?? '' };
}

async function ensureTopics(
  cluster: Cluster,
  specs: readonly TopicSpec[],
): Promise<{ created: string[]; different: string[] }> {
  const created: string[] = [];
  const different: string[] = [];
  for (const spec of specs) {
    if ((await exists(cluster, spec.name)) || !(await create(cluster, spec))) {
      different.push(...(await differences(cluster, spec)));
    } else {
      created.push(spec.name);
      await ledTopic(cluster, spec.name);
    }
  }
  return { created, different };
}

function freshTopic(cluster: Cluster, name: string) {
  cluster.forgetTopic(name);
  return cluster.topic(name);
}

async function exists(cluster: Cluster, name: string): Promise<boolean> {
  try {
    await freshTopic(cluster, name);
    return true;
  } catch (error) {
    if (hasCode(error, ERROR.UNKNOWN_TOPIC_OR_PARTITION)) return false;
    throw error;
  }
}

/** False when somebody else created it meanwhile. */
async function create(cluster: Cluster, spec: TopicSpec): Promise<boolean> {
  try {
    await cluster.ask(createTopic(spec, CREATE_TIMEOUT_MS));
    return true;
  } catch (error) {
    if (hasCode(error, ERROR.TOPIC_ALREADY_EXISTS)) return false;
    throw error;
  }
}

/** Waits until every partition of a new topic has a leader. */
async function ledTopic(cluster: Cluster, name: string): Promise<void> {
  await retrying(
    { timeoutMs: REQUEST_TIMEOUT_MS, pauseMs: RETRY_PAUSE_MS, retriable: isTransient },
    async () => {
      const { partitions } = await freshTopic(cluster, name);
      if (partitions.some(({ leader }) => leader < 0))
        throw new BrokerError(ERROR.LEADER_NOT_AVAILABLE, name);
    },
  );
}

/** Where a topic that exists is not as wanted, in words. */
async function differences(cluster: Cluster, spec: TopicSpec): Promise<string[]> {
  const { name, config } = spec;
  const result: string[] = [];
  const { partitions } = await freshTopic(cluster, name);
  if (partitions.length !== spec.partitions) {
    result.push(`${name}: ${partitions.length} partitions, not ${spec.partitions}`);
  }
  const replicas = partitions[0]?.replicas ?? 0;
  if (replicas !== spec.replicationFactor) {
    result.push(`${name}: replication factor ${replicas}, not ${spec.replicationFactor}`);
  }
  const { results } = await cluster.ask(describeTopicConfig(name, Object.keys(config)));
  const actual = new Map(results[0]?.configs.map((entry) => [entry.name, entry.value]));
  for (const [key, wanted] of Object.entries(config)) {
    const value = actual.get(key);
    if (value !== wanted) result.push(`${name}: ${key} is ${value ?? 'not set'}, not ${wanted}`);
  }
  return result;
}

async function watermarks(cluster: Cluster, topic: string): Promise<Watermarks[]> {
  const { partitions } = await freshTopic(cluster, topic);
  const byLeader = Map.groupBy(partitions.keys(), (partition) => partitions[partition]?.leader ?? -1);
  if (byLeader.has(-1)) throw new BrokerError(ERROR.LEADER_NOT_AVAILABLE, topic);
  const found = await Promise.all(
    [...byLeader].map(async ([leader, led]) => {
      const [low, high] = await Promise.all(
        [EARLIEST, LATEST].map((timestamp) =>
          cluster.askNode(leader, topic, LANE, listOffsets(topic, led, timestamp)),
        ),
      );
      const offsetIn = (answer: typeof low, partition: number) =>
        Number(answer?.topics[0]?.partitions.find((one) => one.partitionIndex === partition)?.offset ?? 0);
      return led.map((partition) => ({
        partition,
        low: offsetIn(low, partition),
        high: offsetIn(high, partition),
      }));
    }),
  );
  return found.flat().sort((a, b) => a.partition - b.partition);
}
