/** What is attacked: a Kafka, and a collector with credentials for the victim and the attacker, each a process, all on loopback. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { topicNames, type TopicNames } from '../../services/core/contracts.ts';
import { ensureKafkaJars } from '../../services/local/kafka_jars.ts';
import { startKafka } from '../../services/local/kafka_server.ts';
import { hashPassword, hashToken, newToken } from '../../services/platform/auth/secret_hash.ts';
import { connectKafka } from '../../services/platform/kafka/kafkajs_kafka.ts';
import type { Kafka } from '../../services/platform/kafka/port.ts';
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../services/platform/kafka/topics.ts';
import { ANY_PORTS } from '../support/any_ports.ts';
import { freePorts } from '../support/free_ports.ts';
import { quietLog } from '../support/quiet_log.ts';
import { serviceEnv } from '../support/servers.ts';
import { waitFor } from '../support/wait_for.ts';

const PREFIX = 'attack';
const MEGABYTE = 1024 * 1024;
export const VICTIM = 'calm';
export const ATTACKER = 'loud';
/** Of the collector; what it may use in all follows from this, as its README says. */
export const IN_FLIGHT_BYTES = 64 * MEGABYTE;
export const MEMORY_LIMIT_BYTES = 384 * MEGABYTE + 4 * IN_FLIGHT_BYTES;
const ATTACKER_SPANS_A_SECOND = 1_000;
const ATTACKER_BYTES_A_SECOND = 1_000_000;

export interface Stack {
  readonly kafka: Kafka;
  readonly topics: TopicNames;
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly udpPort: number;
  readonly victimToken: string;
  readonly attackerToken: string;
  readonly collectorPid: number;
  collectorMetrics(): Promise<string>;
  stop(): Promise<void>;
}

export async function startStack(directory: string, home: string): Promise<Stack> {
  mkdirSync(directory, { recursive: true });
  const jarsDir = join(home, 'kafka/libs');
  await ensureKafkaJars(jarsDir);
  const [port = 0, controllerPort = 0, grpcPort = 0, httpPort = 0, healthPort = 0, udpPort = 0] =
    await freePorts(6);
  const server = await startKafka({
    ...{ jarsDir, port, controllerPort, detached: false },
    ...{ dataDir: join(directory, 'kafka'), logFile: join(directory, 'kafka.log') },
  });
  const broker = `127.0.0.1:${port}`;
  const kafka = connectKafka({ brokers: [broker], clientId: 'attack', log: quietLog });
  const admin = await kafka.admin();
  await admin.ensureTopics(topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, prefix: PREFIX, partitions: 4 }));
  await admin.stop();
  const [victimToken, attackerToken] = [newToken(randomBytes), newToken(randomBytes)];
  const credentialsFile = join(directory, 'credentials.yaml');
  writeFileSync(credentialsFile, await credentials(victimToken, attackerToken), { mode: 0o600 });
  const collector = startCollector(directory, {
    ...ANY_PORTS,
    SPANMILL_KAFKA_BROKERS: broker,
    SPANMILL_KAFKA_TOPIC_PREFIX: PREFIX,
    SPANMILL_COLLECTOR_CREDENTIALS_FILE: credentialsFile,
    SPANMILL_COLLECTOR_MAX_IN_FLIGHT_BYTES: String(IN_FLIGHT_BYTES),
    SPANMILL_COLLECTOR_GRPC_PORT: String(grpcPort),
    SPANMILL_COLLECTOR_HTTP_PORT: String(httpPort),
    SPANMILL_COLLECTOR_HEALTH_PORT: String(healthPort),
    SPANMILL_COLLECTOR_JAEGER_COMPACT_PORT: String(udpPort),
  });
  const ask = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${healthPort}/${path}`);
  await waitFor(
    () =>
      ask('readyz').then(
        ({ ok }) => ok,
        () => collector.exitCode !== null,
      ),
    'the collector',
  );
  if (collector.exitCode !== null) throw new Error(`the collector ended: see ${directory}`);
  return {
    ...{ kafka, topics: topicNames(PREFIX), httpPort, grpcPort, udpPort, victimToken, attackerToken },
    collectorPid: collector.pid ?? 0,
    collectorMetrics: async () => (await ask('metrics')).text(),
    stop: async () => {
      await end(collector);
      await server.stop();
    },
  };
}

async function credentials(victim: string, attacker: string): Promise<string> {
  const entry = (name: string, kind: string, hash: string): string =>
    `  - { name: ${name}, kind: ${kind}, tenant: ${name.split('-')[0]}, use: [ingest], hash: "${hash}" }\n`;
  const password = await hashPassword('right', randomBytes);
  return (
    `tenants:\n  ${VICTIM}: {}\n  ${ATTACKER}: { spansPerSecond: ${ATTACKER_SPANS_A_SECOND}, bytesPerSecond: ${ATTACKER_BYTES_A_SECOND} }\ncredentials:\n` +
    entry(`${VICTIM}-token`, 'token', hashToken(victim)) +
    entry(`${ATTACKER}-token`, 'token', hashToken(attacker)) +
    entry(`${ATTACKER}-people`, 'basic, user: anna', password)
  );
}

function startCollector(directory: string, settings: Readonly<Record<string, string>>): ChildProcess {
  const main = join(import.meta.dirname, '../../services/collector/main.ts');
  const child = spawn(process.execPath, [main], {
    env: serviceEnv({ NODE_OPTIONS: '', ...settings }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(join(directory, 'collector.log'));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
