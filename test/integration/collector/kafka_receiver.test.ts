/** The Kafka receiver on a real Kafka, in collectors that are killed in the middle: every span is counted afterwards. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, jest, test } from '@jest/globals';
import { Producer } from '@platformatic/kafka';
import { DEAD_LETTER_HEADERS, topicNames } from '../../../services/core/contracts.ts';
import { connectKafka } from '../../../services/platform/kafka/connect.ts';
import { readTopic } from '../../../services/platform/kafka/read_topic.ts';
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../../services/platform/kafka/topics.ts';
import { startCollectorProcess, type CollectorProcess } from '../../support/collector_process.ts';
import { requestOf, testSpan } from '../../support/export_requests.ts';
import { freePorts } from '../../support/free_ports.ts';
import { KAFKA_CLIENTS } from '../../support/kafka_clients.ts';
import { httpSender } from '../../support/otlp_client.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';
import { spansInTopic } from '../../support/topic_spans.ts';
import { waitFor } from '../../support/wait_for.ts';

jest.setTimeout(150_000);

const PARTITIONS = 4;
const SPANS_A_RECORD = 20;
/** Those that a client can undo. */
const CODECS = {
  direct: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
  kafkajs: ['none', 'gzip', 'zstd'],
} as const;
const GARBAGE = Buffer.from('no spans at all');
const kafka = connectKafka({
  client: 'direct',
  brokers: testKafka(),
  clientId: 'receiver-test',
  log: quietLog,
});

interface Topics {
  readonly prefix: string;
  readonly source: string;
}

async function createTopics(): Promise<Topics> {
  const prefix = uniqueName('receiver');
  const source = `${prefix}.others`;
  const admin = await kafka.admin();
  const others = { name: source, partitions: PARTITIONS, replicationFactor: 1, config: {} };
  await admin.ensureTopics([...topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, prefix, partitions: 3 }), others]);
  await admin.stop();
  return { prefix, source };
}

const receiving = ({ prefix, source }: Topics, more: Readonly<Record<string, string>> = {}) => ({
  SPANMILL_KAFKA_BROKERS: testKafka().join(','),
  SPANMILL_KAFKA_TOPIC_PREFIX: prefix,
  SPANMILL_COLLECTOR_RECEIVER_TOPICS: `${source}:otlp_proto`,
  SPANMILL_COLLECTOR_RECEIVER_GROUP: prefix,
  ...more,
});

/** Writes `count` records a call with every codec in turn, each with its own spans; every 50th is garbage. */
class Others {
  readonly spans: string[] = [];
  garbage = 0;
  private records = 0;
  private readonly topic: string;
  private readonly codecs: (typeof CODECS)[keyof typeof CODECS];
  private readonly producer = new Producer({ clientId: 'others', bootstrapBrokers: testKafka() });

  constructor(topic: string, client: keyof typeof CODECS) {
    this.topic = topic;
    this.codecs = CODECS[client];
  }

  async write(count: number): Promise<void> {
    const compression = this.codecs[Math.floor(this.records / count) % this.codecs.length] ?? 'none';
    const messages = Array.from({ length: count }, () => {
      const partition = this.records++ % PARTITIONS;
      return { topic: this.topic, partition, key: Buffer.from('any'), value: this.nextValue() };
    });
    await this.producer.send({ messages, compression });
  }

  close(): Promise<void> {
    return this.producer.close();
  }

  private nextValue(): Buffer {
    if (this.records % 50 === 0) {
      this.garbage += 1;
      return GARBAGE;
    }
    const spans = Array.from({ length: SPANS_A_RECORD }, (_, at) => {
      const name = `span ${this.spans.length + at}`;
      return testSpan(1 + ((7 * this.records + at) % 250), at, name);
    });
    this.spans.push(...spans.map(({ name }) => name ?? ''));
    return requestOf(...spans);
  }
}

async function letters({ prefix }: Topics): Promise<string[]> {
  const topic = topicNames(prefix).deadLetters;
  const admin = await kafka.admin();
  const ends = await admin.watermarks(topic);
  await admin.stop();
  const reasons: string[] = [];
  await readTopic(kafka, {
    ...{ topic, isolation: 'read_committed' },
    ranges: ends.map(({ partition, low, high }) => ({ partition, from: low, to: high })),
    onRecords: (_partition, records) => {
      for (const { headers } of records) reasons.push(headers[DEAD_LETTER_HEADERS.reason]?.toString() ?? '');
    },
  });
  return reasons;
}

/** How far the group has got, of all records of the source. */
async function untilAllRead({ prefix, source }: Topics): Promise<void> {
  const admin = await kafka.admin();
  await waitFor(async () => {
    const ends = await admin.watermarks(source);
    const read = await Promise.all(ends.map(({ partition }) => admin.committed(prefix, source, partition)));
    return ends.every(({ high }, at) => (read[at]?.offset ?? 0) >= high);
  }, 'that all is read');
  await admin.stop();
}

/** Two collectors; one is killed and one begun at a time while others write, over and over. */
async function driveAndKill(
  topics: Topics,
  client: keyof typeof CODECS,
  more: Readonly<Record<string, string>> = {},
): Promise<Others> {
  const settings = { SPANMILL_KAFKA_CLIENT: client, ...more };
  const others = new Others(topics.source, client);
  const collectors: CollectorProcess[] = await Promise.all([
    startCollectorProcess(receiving(topics, settings)),
    startCollectorProcess(receiving(topics, settings)),
  ]);
  for (let round = 0; round < 60; round++) {
    await others.write(10);
    await delay(40);
    if (round % 20 !== 15) continue;
    await collectors.shift()?.stop('SIGKILL');
    collectors.push(await startCollectorProcess(receiving(topics, settings)));
  }
  await untilAllRead(topics);
  await Promise.all(collectors.map((collector) => collector.stop()));
  await others.close();
  return others;
}

test.each(KAFKA_CLIENTS)(
  '%s: from our own Kafka every span arrives exactly once, in every codec, while collectors are killed',
  async (client) => {
    const topics = await createTopics();
    const others = await driveAndKill(topics, client);
    expect(await spansInTopic(kafka, topicNames(topics.prefix).spans)).toEqual([...others.spans].sort());
    expect(await letters(topics)).toEqual(Array.from({ length: others.garbage }, () => 'malformed_record'));
  },
);

test('from another Kafka every span arrives at least once while collectors are killed', async () => {
  const topics = await createTopics();
  // The same brokers under another address: the collector cannot know that no transaction is needed.
  const brokers = testKafka()
    .map((address) => address.replace('127.0.0.1', 'localhost'))
    .join(',');
  expect(brokers).not.toBe(testKafka().join(','));
  const others = await driveAndKill(topics, 'direct', { SPANMILL_COLLECTOR_RECEIVER_BROKERS: brokers });
  const arrived = await spansInTopic(kafka, topicNames(topics.prefix).spans);
  expect([...new Set(arrived)]).toEqual([...others.spans].sort());
  // Repeated is what a killed collector had stored and not yet committed: of four partitions, three times.
  expect(arrived.length).toBeLessThan(1.5 * others.spans.length);
  expect((await letters(topics)).length).toBeGreaterThanOrEqual(others.garbage);
});

test.each(KAFKA_CLIENTS)(
  '%s: a topic that is made later is read then, and OTLP does not wait for it',
  async (client) => {
    const prefix = uniqueName('receiver');
    const topics = { prefix, source: `${prefix}.others` };
    const admin = await kafka.admin();
    await admin.ensureTopics(topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, prefix, partitions: 3 }));
    const collector = await startCollectorProcess(receiving(topics, { SPANMILL_KAFKA_CLIENT: client }));
    await waitFor(async () => (await collector.readiness())[0] === 200, 'the readiness');
    const sender = httpSender(collector.url);
    await sender.send(requestOf(testSpan(1, 1, 'over OTLP')));
    await admin.ensureTopics([
      { name: topics.source, partitions: PARTITIONS, replicationFactor: 1, config: {} },
    ]);
    const others = new Others(topics.source, client);
    await others.write(8);
    await untilAllRead(topics);
    await Promise.all([collector.stop(), others.close(), admin.stop()]);
    // Whoever writes to a topic that is just being made may have to send some of it again.
    const written = await spansInTopic(kafka, topics.source);
    expect(new Set(written)).toEqual(new Set(others.spans));
    expect(await spansInTopic(kafka, topicNames(prefix).spans)).toEqual(['over OTLP', ...written].sort());
  },
);

test.each(KAFKA_CLIENTS)(
  '%s: another Kafka that is away holds up neither OTLP nor the stop',
  async (client) => {
    const prefix = uniqueName('receiver');
    const topics = { prefix, source: 'others' };
    const admin = await kafka.admin();
    await admin.ensureTopics(topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, prefix, partitions: 3 }));
    await admin.stop();
    const [nobody = 0] = await freePorts(1);
    const away = {
      SPANMILL_COLLECTOR_RECEIVER_BROKERS: `127.0.0.1:${nobody}`,
      SPANMILL_KAFKA_CLIENT: client,
    };
    const collector = await startCollectorProcess(receiving(topics, away));
    await waitFor(async () => (await collector.readiness())[0] === 200, 'the readiness');
    expect((await collector.readiness())[1]).toContain(
      'Kafka receiver: not yet a member of the consumer group of others',
    );
    await httpSender(collector.url).send(requestOf(testSpan(1, 1, 'over OTLP')));
    expect(await collector.stop()).toBe(0);
    expect(await spansInTopic(kafka, topicNames(prefix).spans)).toEqual(['over OTLP']);
  },
);
