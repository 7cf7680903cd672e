/**
 * The stack of a drill: three brokers, ClickHouse behind its fault proxy, and the services, in a directory of its own on
 * ports of its own. Not for what is done to it (faults/), nor for the load.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { topicNames, type TopicNames } from '../../services/core/contracts.ts';
import { connectClickHouse, type ClickHouse } from '../../services/platform/clickhouse/client.ts';
import { connectKafka } from '../../services/platform/kafka/kafkajs_kafka.ts';
import type { Kafka } from '../../services/platform/kafka/port.ts';
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../services/platform/kafka/topics.ts';
import { ANY_PORTS } from '../support/any_ports.ts';
import { createTables } from '../support/migrated_tables.ts';
import { quietLog } from '../support/quiet_log.ts';
import type { KafkaClient } from './arguments.ts';
import { BROKER_PORTS, startBrokers, type Brokers } from './brokers.ts';
import { clickHouseServer, type ClickHouseServer } from './clickhouse.ts';
import { startClickHouseProxy, type ClickHouseProxy } from './clickhouse_proxy.ts';
import { PROCESSOR_MEMORY_BYTES, SINK_MEMORY_BYTES } from './limits.ts';
import { Member, type Role } from './members.ts';
import { freePorts } from '../support/free_ports.ts';
import type { Roster } from './roster.ts';

/** Short, so that a drill sees the end of its traces; `forget` holds what a client may need to come back. */
export const RULES = { forgetMs: 30_000, settleMs: 3_000, settleCompleteMs: 1_000 } as const;
export const GROUPS = { processor: 'chaos-processor', sink: 'chaos-sink' } as const;
/** Of the spans, and of what is made of them: shared, and enough for two sinks. */
export const PARTITIONS = 4;
export const OUTPUT_PARTITIONS = 2;
/** About the drill's load, so that traces go to both partitions, and to one while faults keep load away. */
const TRACES_RATE = 400;
/** Answers that are later than this come to nobody. */
export const CLICKHOUSE_TIMEOUT_MS = 5_000;

const DATABASE = 'chaos';
const TOPIC_PREFIX = 'chaos';
const LATE_ANSWER_MS = CLICKHOUSE_TIMEOUT_MS + 2_000;
/** How many of each there may be; those beyond `atFirst` are for scaling. */
export const MEMBERS: Readonly<Record<Role, { readonly most: number; readonly atFirst: number }>> = {
  collector: { most: 2, atFirst: 2 },
  processor: { most: 3, atFirst: 2 },
  sink: { most: 2, atFirst: 2 },
};
const PORTS_A_COLLECTOR = 3;
/** Small, so that a drain is several transactions. */
const SEGMENT_BYTES = 1024 * 1024;

export interface Collector {
  readonly member: Member;
  /** host:port */
  readonly grpc: string;
  /** http://host:port */
  readonly http: string;
  readonly spoolDirectory: string;
}

export interface Stack {
  readonly roster: Roster;
  readonly brokers: Brokers;
  readonly clickhouseServer: ClickHouseServer;
  readonly proxy: ClickHouseProxy;
  /** To ClickHouse itself, past the proxy. */
  readonly clickhouse: ClickHouse;
  readonly kafka: Kafka;
  readonly topics: TopicNames;
  readonly directory: string;
  readonly collectors: readonly Collector[];
  readonly members: Readonly<Record<Role, readonly Member[]>>;
  /** What members were not told to do: ends of their own. */
  readonly surprises: readonly string[];
  /** Done at the end, whatever happens: what is neither a process nor a file. */
  readonly undoAtEnd: (() => void)[];
}

export interface StackOptions {
  /** Where downloaded parts are kept. */
  readonly home: string;
  readonly directory: string;
  readonly roster: Roster;
  readonly random: () => number;
  readonly client: KafkaClient;
  readonly onStep: (what: string) => void;
}

export const ledgerDirectory = (directory: string): string => join(directory, 'ledger');
export const logDirectory = (directory: string): string => join(directory, 'logs');

/** Resolves when every service says that it is ready. What it began is ended through the roster, also where it fails. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { directory, home, roster, random, client, onStep } = options;
  const logs = logDirectory(directory);
  mkdirSync(logs, { recursive: true });
  const memberPorts = PORTS_A_COLLECTOR * MEMBERS.collector.most + MEMBERS.processor.most + MEMBERS.sink.most;
  const ports = await freePorts(BROKER_PORTS + 2 + memberPorts, random);
  const take = (): number => ports.pop() ?? 0;
  const clickhouseServer = clickHouseServer({
    ...{ directory, logDirectory: logs, httpPort: take(), tcpPort: take(), roster },
  });
  onStep('starting three brokers and ClickHouse');
  const [brokers] = await Promise.all([
    startBrokers({ home, directory, logDirectory: logs, roster, ports: ports.splice(0, BROKER_PORTS) }),
    clickhouseServer.start(),
  ]);
  const proxy = await startClickHouseProxy(clickhouseServer.url, LATE_ANSWER_MS);
  onStep('creating topics and tables');
  const kafka = connectKafka({ brokers: brokers.addresses, clientId: 'chaos', log: quietLog });
  await Promise.all([createTopics(kafka), createTables(connectionOf(clickhouseServer.url), DATABASE)]);
  onStep('starting the services');
  const surprises: string[] = [];
  const common = commonEnv(brokers.addresses, client, proxy.url);
  const make = (role: Role, number: number, healthPort: number, env: Record<string, string>): Member =>
    new Member({
      ...{ role, number, healthPort, roster, logDirectory: logs },
      env: { ...common, ...env },
      onSurprise: (what) => surprises.push(what),
    });
  const collectors = numbers('collector').map((number) => makeCollector(number, directory, take, make));
  const members = {
    collector: collectors.map(({ member }) => member),
    processor: numbers('processor').map((number) => makeProcessor(number, directory, take(), make)),
    sink: numbers('sink').map((number) => makeSink(number, take(), make)),
  };
  await Promise.all(
    Object.entries(members).flatMap(([role, all]) =>
      all.slice(0, MEMBERS[role as Role].atFirst).map((member) => member.start()),
    ),
  );
  return {
    ...{ roster, brokers, clickhouseServer, proxy, kafka, directory, collectors, members, surprises },
    clickhouse: connectClickHouse(connectionOf(clickhouseServer.url)),
    topics: topicNames(TOPIC_PREFIX),
    undoAtEnd: [],
  };
}

type Make = (role: Role, number: number, healthPort: number, env: Record<string, string>) => Member;

const numbers = (role: Role): number[] => Array.from({ length: MEMBERS[role].most }, (_, index) => index + 1);

function makeCollector(number: number, directory: string, take: () => number, make: Make): Collector {
  const [grpc, http, health] = [take(), take(), take()];
  const spoolDirectory = join(directory, `spool-${number}`);
  const member = make('collector', number, health, {
    ...ANY_PORTS,
    SPANMILL_COLLECTOR_GRPC_PORT: String(grpc),
    SPANMILL_COLLECTOR_HTTP_PORT: String(http),
    SPANMILL_COLLECTOR_HEALTH_PORT: String(health),
    SPANMILL_COLLECTOR_SPOOL_DIRECTORY: spoolDirectory,
    SPANMILL_COLLECTOR_SPOOL_SEGMENT_BYTES: String(SEGMENT_BYTES),
  });
  return { member, grpc: `127.0.0.1:${grpc}`, http: `http://127.0.0.1:${http}`, spoolDirectory };
}

function makeProcessor(number: number, directory: string, health: number, make: Make): Member {
  return make('processor', number, health, {
    SPANMILL_PROCESSOR_GROUP: GROUPS.processor,
    SPANMILL_PROCESSOR_HEALTH_PORT: String(health),
    SPANMILL_PROCESSOR_SCRATCH_DIRECTORY: join(directory, `scratch-${number}`),
    SPANMILL_PROCESSOR_MEMORY_BYTES: String(PROCESSOR_MEMORY_BYTES),
    SPANMILL_PROCESSOR_FORGET_MS: String(RULES.forgetMs),
    SPANMILL_PROCESSOR_SETTLE_MS: String(RULES.settleMs),
    SPANMILL_PROCESSOR_SETTLE_COMPLETE_MS: String(RULES.settleCompleteMs),
    SPANMILL_PROCESSOR_TRACES_RATE: String(TRACES_RATE),
  });
}

function makeSink(number: number, health: number, make: Make): Member {
  return make('sink', number, health, {
    SPANMILL_CLICKHOUSE_TIMEOUT_MS: String(CLICKHOUSE_TIMEOUT_MS),
    SPANMILL_SINK_GROUP: GROUPS.sink,
    SPANMILL_SINK_HEALTH_PORT: String(health),
    SPANMILL_SINK_MEMORY_BYTES: String(SINK_MEMORY_BYTES),
  });
}

/** Nothing of the caller's settings: a drill is the same wherever it runs. */
function commonEnv(
  brokers: readonly string[],
  client: KafkaClient,
  clickhouseUrl: string,
): Record<string, string> {
  const machine = ['PATH', 'HOME', 'TMPDIR', 'LANG'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(machine),
    SPANMILL_KAFKA_BROKERS: brokers.join(','),
    SPANMILL_KAFKA_CLIENT: client,
    SPANMILL_KAFKA_TOPIC_PREFIX: TOPIC_PREFIX,
    SPANMILL_CLICKHOUSE_URL: clickhouseUrl,
    SPANMILL_CLICKHOUSE_DATABASE: DATABASE,
    SPANMILL_LOG_FORMAT: 'json',
  };
}

async function createTopics(kafka: Kafka): Promise<void> {
  const admin = await kafka.admin();
  try {
    const specs = topicSpecs({
      ...DEFAULT_TOPIC_OPTIONS,
      ...{ prefix: TOPIC_PREFIX, partitions: PARTITIONS, replicationFactor: 3 },
      ...{ tracesPartitions: OUTPUT_PARTITIONS, metricsPartitions: OUTPUT_PARTITIONS },
    });
    await admin.ensureTopics(specs);
  } finally {
    await admin.stop();
  }
}

const connectionOf = (url: string) => ({
  ...{ url, database: DATABASE, user: 'default', password: '', timeoutMs: 60_000 },
});
