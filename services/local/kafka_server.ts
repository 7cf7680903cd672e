/**
 * A real Apache Kafka without Docker: one KRaft process (broker and controller in one) from the jars that Maven
 * resolved. One node by default; several make a cluster when each is given its id and the same `voters`.
 */
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireJava } from './kafka_jars.ts';
import { countBrokers } from './kafka_probe.ts';
import {
  requireFreePort,
  requireSpace,
  ServerStartError,
  startServer,
  type RunningServer,
} from './server_process.ts';

export interface KafkaServerOptions {
  /** As filled by `ensureKafkaJars`. */
  readonly jarsDir: string;
  readonly dataDir: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly logFile: string;
  /** Outlives the process that started it. */
  readonly detached: boolean;
  readonly onSpawn?: (pid: number) => void;
  readonly nodeId?: number;
  /** Every node of the cluster as `id@host:controllerPort`; by default this one alone. */
  readonly voters?: readonly string[];
  /** Several brokers on a machine get less each. */
  readonly maxHeapMb?: number;
  /** Beside the one for this machine's own clients, which asks for nothing. */
  readonly listeners?: readonly KafkaListener[];
  /** More of the broker's configuration, e.g. the listeners' certificates. */
  readonly settings?: BrokerSettings;
  /** Users that the storage is formatted with. */
  readonly scramUsers?: readonly { readonly name: string; readonly password: string }[];
}

export interface KafkaListener {
  /** In capitals, as Kafka has them. */
  readonly name: string;
  readonly protocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  readonly port: number;
}

export type BrokerSettings = Readonly<Record<string, string | number | boolean>>;

/** Names the cluster in every node's storage; one constant, so that nodes formatted apart belong together. */
const CLUSTER_ID = Buffer.from('spanmill-local-1').toString('base64url');
const MIN_FREE_BYTES = 1024 ** 3;
/** A broker that was killed looks through its log first; several that start at once share the processors. */
const START_TIMEOUT_MS = 120_000;

/**
 * A bounded heap, since the broker shares the machine with everything else, and the collector that needs no threads.
 * The page cache does the work, not the heap. The first compiler alone: in its first minutes a broker spends more on the second than
 * that saves it. MEASURED, 12,000 spans/s the whole way, after 30 s: 11 us of CPU a span, and 21 with both.
 */
const JVM_FLAGS = [
  '-Xms128m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
  '-Xshare:auto',
  '-Djava.awt.headless=true',
  // Else each thread keeps memory outside the heap as large as the largest record that it ever wrote, until there is no more.
  '-Djdk.nio.maxCachedBufferSize=1048576',
  '-Dlog4j2.level=WARN',
];

const DEFAULT_HEAP_MB = 512;

const run = promisify(execFile);

/** Resolves when the broker answers clients. Throws ServerStartError. */
export async function startKafka(options: KafkaServerOptions): Promise<RunningServer> {
  await requireJava();
  await requireFreePort('Kafka', options.port);
  await requireFreePort('Kafka', options.controllerPort);
  requireSpace('Kafka', options.dataDir, MIN_FREE_BYTES);

  const configFile = join(options.dataDir, 'server.properties');
  writeFileSync(configFile, propertiesFile(brokerSettings(options)));
  const classPath = ['-cp', join(options.jarsDir, '*')];
  await formatOnce(classPath, configFile, options);
  return startServer({
    name: 'Kafka',
    command: 'java',
    args: [
      `-Xmx${options.maxHeapMb ?? DEFAULT_HEAP_MB}m`,
      ...JVM_FLAGS,
      ...classPath,
      'kafka.Kafka',
      configFile,
    ],
    logFile: options.logFile,
    detached: options.detached,
    ...(options.onSpawn !== undefined && { onSpawn: options.onSpawn }),
    ready: async () => (await countBrokers('127.0.0.1', options.port)) > 0,
    startTimeoutMs: START_TIMEOUT_MS,
  });
}

async function formatOnce(
  classPath: readonly string[],
  configFile: string,
  { dataDir, scramUsers = [] }: KafkaServerOptions,
): Promise<void> {
  if (existsSync(join(logDir(dataDir), 'meta.properties'))) return;
  const format = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', configFile];
  for (const { name, password } of scramUsers) {
    for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
      format.push('--add-scram', `${mechanism}=[name=${name},password=${password}]`);
    }
  }
  try {
    await run('java', ['-Xshare:auto', '-XX:TieredStopAtLevel=1', ...classPath, ...format]);
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new ServerStartError(
      `Kafka's storage could not be formatted: ${stderr.trim().split('\n').at(-1) ?? ''}`,
      {
        cause: error,
      },
    );
  }
}

function logDir(dataDir: string): string {
  return join(dataDir, 'log');
}

/** The broker's configuration; what is not said here is Kafka's default. */
export function brokerSettings(
  options: Pick<
    KafkaServerOptions,
    'dataDir' | 'port' | 'controllerPort' | 'nodeId' | 'voters' | 'listeners' | 'settings'
  >,
): BrokerSettings {
  const { nodeId = 1, port, controllerPort, listeners = [] } = options;
  const clients = [{ name: 'PLAINTEXT', protocol: 'PLAINTEXT', port }, ...listeners];
  const addresses = clients.map((one) => `${one.name}://127.0.0.1:${one.port}`).join(',');
  const protocols = clients.map(({ name, protocol }) => `${name}:${protocol}`).join(',');
  const voters = options.voters ?? [`${nodeId}@127.0.0.1:${controllerPort}`];
  const replicas = Math.min(3, voters.length);
  const inSync = Math.max(1, replicas - 1);
  return {
    'process.roles': 'broker,controller',
    'node.id': nodeId,
    'controller.quorum.voters': voters.join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: `${addresses},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': addresses,
    'listener.security.protocol.map': `${protocols},CONTROLLER:PLAINTEXT`,
    'log.dirs': logDir(options.dataDir),
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    // Few partitions of the internal topics: each is files and start time, and the groups are few.
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 8,
    // A dead owner's open transaction hides what follows it from readers until it is aborted: look often.
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1000,
    'message.max.bytes': 20 * 1024 * 1024,
    'replica.fetch.max.bytes': 20 * 1024 * 1024,
    // Processes of one machine start together; waiting for stragglers only delays the first of them.
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 6000,
    // Of the newer consumer protocol, whose sessions the broker sets (default 45 s, and a heartbeat each 5 s): a killed
    // member's partitions wait as long.
    'group.consumer.session.timeout.ms': 6000,
    'group.consumer.min.session.timeout.ms': 6000,
    'group.consumer.heartbeat.interval.ms': 1000,
    'group.consumer.min.heartbeat.interval.ms': 1000,
    // A killed broker may serve again once its old session is over (default 9 s).
    'broker.session.timeout.ms': 5000,
    'broker.heartbeat.interval.ms': 1000,
    // 128 MB of the heap by default.
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    ...options.settings,
  };
}

function propertiesFile(settings: BrokerSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
