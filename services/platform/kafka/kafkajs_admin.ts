/** Questions about topics and offsets, and the creation of topics. */
import kafkajs, { type Admin as KafkaJsAdmin, type Kafka as KafkaJs } from 'kafkajs';
import { accessProblem } from './access_problem.ts';
import { retrying, settlesWithin } from './deadline.ts';
import { isTransient, requestError } from './kafkajs_errors.ts';
import {
  KafkaRefusedError,
  type Admin,
  type CommittedOffset,
  type TopicSpec,
  type Watermarks,
} from './port.ts';

const REQUEST_TIMEOUT_MS = 15_000;
const RETRY_PAUSE_MS = 100;
const CLOSE_TIMEOUT_MS = 5_000;

export async function connectAdmin(client: KafkaJs): Promise<Admin> {
  const admin = client.admin();
  const ask = async <T>(what: string, question: () => Promise<T>): Promise<T> => {
    try {
      return await retrying(
        { timeoutMs: REQUEST_TIMEOUT_MS, pauseMs: RETRY_PAUSE_MS, retriable: isTransient },
        question,
      );
    } catch (error) {
      throw requestError(error, what);
    }
  };
  await connect(admin);
  return {
    ensureTopics: (specs) => ask('create topics', () => ensureTopics(admin, specs)),
    partitionCount: (topic) =>
      ask(`partitions of ${topic}`, async () => (await partitionsOf(admin, topic)).length),
    watermarks: (topic) => ask(`offsets of ${topic}`, () => watermarks(admin, topic)),
    committed: (group, topic, partition) =>
      ask(`offset of ${group}`, () => committedOffset(admin, group, topic, partition)),
    stop: async () => {
      await settlesWithin(CLOSE_TIMEOUT_MS, admin.disconnect());
    },
  };
}

/** Everything begins with this: where it is refused, the settings are wrong. */
async function connect(admin: KafkaJsAdmin): Promise<void> {
  try {
    await retrying(
      {
        ...{ timeoutMs: REQUEST_TIMEOUT_MS, pauseMs: RETRY_PAUSE_MS },
        retriable: (error) => accessProblem(error) === null && isTransient(error),
      },
      () => admin.connect(),
    );
  } catch (error) {
    const problem = accessProblem(error);
    if (problem !== null) throw new KafkaRefusedError(`Kafka ${problem}`, { cause: error });
    throw requestError(error, 'connect to Kafka');
  }
}

async function ensureTopics(
  admin: KafkaJsAdmin,
  specs: readonly TopicSpec[],
): Promise<{ created: string[]; different: string[] }> {
  const existing = new Set(await admin.listTopics());
  const created: string[] = [];
  const different: string[] = [];
  // One at a time: in a request for several, kafkajs tells an existing topic from a failure only when all exist.
  for (const spec of specs) {
    if (existing.has(spec.name) || !(await createTopic(admin, spec))) {
      different.push(...(await differences(admin, spec)));
    } else {
      created.push(spec.name);
    }
  }
  return { created, different };
}

/** False when somebody else created it meanwhile. */
function createTopic(admin: KafkaJsAdmin, spec: TopicSpec): Promise<boolean> {
  const configEntries = Object.entries(spec.config).map(([name, value]) => ({ name, value }));
  return admin.createTopics({
    topics: [
      {
        topic: spec.name,
        numPartitions: spec.partitions,
        replicationFactor: spec.replicationFactor,
        configEntries,
      },
    ],
    waitForLeaders: true,
  });
}

/** Where a topic that exists is not as wanted, in words. */
async function differences(admin: KafkaJsAdmin, spec: TopicSpec): Promise<string[]> {
  const result: string[] = [];
  const { name } = spec;
  const partitions = await partitionsOf(admin, name);
  if (partitions.length !== spec.partitions) {
    result.push(`${name}: ${partitions.length} partitions, not ${spec.partitions}`);
  }
  const replicas = partitions[0]?.replicas.length ?? 0;
  if (replicas !== spec.replicationFactor) {
    result.push(`${name}: replication factor ${replicas}, not ${spec.replicationFactor}`);
  }
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: Object.keys(spec.config) }],
  });
  const actual = new Map(resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]));
  for (const [key, wanted] of Object.entries(spec.config)) {
    const value = actual.get(key);
    if (value !== wanted) result.push(`${name}: ${key} is ${value ?? 'not set'}, not ${wanted}`);
  }
  return result;
}

async function partitionsOf(
  admin: KafkaJsAdmin,
  topic: string,
): Promise<readonly { readonly replicas: readonly number[] }[]> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return topics[0]?.partitions ?? [];
}

async function watermarks(admin: KafkaJsAdmin, topic: string): Promise<Watermarks[]> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets
    .map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }))
    .sort((a, b) => a.partition - b.partition);
}

async function committedOffset(
  admin: KafkaJsAdmin,
  group: string,
  topic: string,
  partition: number,
): Promise<CommittedOffset | null> {
  const [answer] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  const found = answer?.partitions.find((one) => one.partition === partition);
  const offset = Number(found?.offset ?? -1);
  return offset < 0 ? null : { offset, metadata: found?.metadata ?? '' };
}
