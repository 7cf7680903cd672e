/**
 * The whole pipeline for a test: its own topics and tables on the test servers, each service a process of its own that
 * can be killed and started again. Logs are kept in memory and told when something fails.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectClickHouse, type ClickHouse } from '../../services/platform/clickhouse/client.ts';
import { topicNames, type TopicNames } from '../../services/core/contracts.ts';
import { connectKafka } from '../../services/platform/kafka/kafkajs_kafka.ts';
import type { Admin } from '../../services/platform/kafka/port.ts';
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../services/platform/kafka/topics.ts';
import { ANY_PORTS } from './any_ports.ts';
import { freePorts } from './free_ports.ts';
import { createTables } from './migrated_tables.ts';
import { quietLog } from './quiet_log.ts';
import { serviceEnv, testClickHouseUrl, testConnection, testKafka, uniqueName } from './servers.ts';

export type ServiceName = 'collector' | 'processor' | 'sink' | 'query';

export interface Pipeline {
  readonly otlpGrpc: string;
  readonly otlpHttp: string;
  readonly zipkin: string;
  readonly queryUrl: string;
  readonly queryGrpc: string;
  readonly clickhouse: ClickHouse;
  /** Resolves when the service says that it is ready. */
  start(service: ServiceName): Promise<void>;
  /** Resolves when the process is gone. */
  kill(service: ServiceName, signal: NodeJS.Signals): Promise<void>;
  /** How many records were ever written to a topic, transaction markers among them. */
  recordsIn(topic: keyof TopicNames): Promise<number>;
  /** What the service says of itself on /metrics. */
  metrics(service: ServiceName): Promise<string>;
  /** What a service that runs has written. */
  log(service: ServiceName): readonly string[];
  /** What it says on /readyz. */
  readiness(service: ServiceName): Promise<string>;
  /** Of a service that runs. */
  pid(service: ServiceName): number;
  /** Its topics are named PREFIX.spans and so on; its database is named PREFIX. */
  readonly prefix: string;
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 90_000;
const POLL_MS = 50;
const LOG_LINES = 200;

interface Running {
  readonly child: ChildProcess;
  readonly lines: string[];
}

export interface PipelineShape {
  readonly partitions?: number;
  /** Of the traces and of the metrics; a share of `partitions` by default. */
  readonly outputPartitions?: number;
  /** Of Node, for each service. */
  readonly nodeArguments?: readonly string[];
  /** Of each service's log; the last ones where there are more. */
  readonly logLines?: number;
}

export async function startPipeline(
  services: readonly ServiceName[],
  settings: Readonly<Record<string, string>> = {},
  {
    partitions = DEFAULT_TOPIC_OPTIONS.partitions,
    outputPartitions = 0,
    nodeArguments = [],
    logLines = LOG_LINES,
  }: PipelineShape = {},
): Promise<Pipeline> {
  const prefix = uniqueName('test');
  const ports = await freePorts(8);
  const [
    grpc = 0,
    http = 0,
    collectorHealth = 0,
    processorHealth = 0,
    sinkHealth = 0,
    query = 0,
    queryGrpc = 0,
    zipkin = 0,
  ] = ports;
  const health = { collector: collectorHealth, processor: processorHealth, sink: sinkHealth, query };
  const scratch = mkdtempSync(join(tmpdir(), 'spanmill-test-'));
  const env = serviceEnv({
    SPANMILL_KAFKA_BROKERS: testKafka().join(','),
    SPANMILL_KAFKA_TOPIC_PREFIX: prefix,
    SPANMILL_CLICKHOUSE_URL: testClickHouseUrl(),
    SPANMILL_CLICKHOUSE_DATABASE: prefix,
    ...ANY_PORTS,
    SPANMILL_COLLECTOR_ZIPKIN_PORT: String(zipkin),
    SPANMILL_COLLECTOR_GRPC_PORT: String(grpc),
    SPANMILL_COLLECTOR_HTTP_PORT: String(http),
    SPANMILL_COLLECTOR_HEALTH_PORT: String(collectorHealth),
    SPANMILL_PROCESSOR_GROUP: `${prefix}-processor`,
    SPANMILL_PROCESSOR_HEALTH_PORT: String(processorHealth),
    SPANMILL_PROCESSOR_SCRATCH_DIRECTORY: scratch,
    SPANMILL_SINK_GROUP: `${prefix}-sink`,
    SPANMILL_SINK_HEALTH_PORT: String(sinkHealth),
    SPANMILL_QUERY_PORT: String(query),
    SPANMILL_QUERY_GRPC_PORT: String(queryGrpc),
    SPANMILL_QUERY_SCRAPE: [collectorHealth, processorHealth, sinkHealth]
      .map((port) => `http://127.0.0.1:${port}/metrics`)
      .join(','),
    ...settings,
  });
  await prepare(prefix, partitions, outputPartitions);
  const clickhouse = connectClickHouse(testConnection(prefix));
  const running = new Map<ServiceName, Running>();
  const healthUrl = (service: ServiceName, path: string): string =>
    `http://127.0.0.1:${health[service]}/${path}`;

  const pipeline: Pipeline = {
    otlpGrpc: `127.0.0.1:${grpc}`,
    otlpHttp: `http://127.0.0.1:${http}`,
    zipkin: `http://127.0.0.1:${zipkin}`,
    queryUrl: `http://127.0.0.1:${query}`,
    queryGrpc: `127.0.0.1:${queryGrpc}`,
    clickhouse,
    prefix,
    start: async (service) => {
      const started = run(service, env, nodeArguments, logLines);
      running.set(service, started);
      await untilReady(service, started, healthUrl(service, 'readyz'));
    },
    kill: async (service, signal) => {
      const one = running.get(service);
      running.delete(service);
      if (one !== undefined) await end(one.child, signal);
    },
    recordsIn: async (topic) => {
      const watermarks = await withAdmin((admin) => admin.watermarks(topicNames(prefix)[topic]));
      return watermarks.reduce((sum, { high }) => sum + high, 0);
    },
    metrics: async (service) => (await fetch(healthUrl(service, 'metrics'))).text(),
    log: (service) => running.get(service)?.lines ?? [],
    readiness: async (service) => (await fetch(healthUrl(service, 'readyz'))).text(),
    pid: (service) => running.get(service)?.child.pid ?? NaN,
    stop: async () => {
      for (const { child } of [...running.values()].reverse()) await end(child, 'SIGTERM');
      await clickhouse.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
  try {
    await Promise.all(services.map((service) => pipeline.start(service)));
  } catch (error) {
    // Nobody else knows of those that did start.
    await pipeline.stop();
    throw error;
  }
  return pipeline;
}

async function withAdmin<T>(ask: (admin: Admin) => Promise<T>): Promise<T> {
  const kafka = connectKafka({ brokers: testKafka(), clientId: 'test', log: quietLog });
  const admin = await kafka.admin();
  try {
    return await ask(admin);
  } finally {
    await admin.stop();
  }
}

/** Those of a pipeline, empty. */
export async function createTopics(prefix: string, partitions: number, outputPartitions = 0): Promise<void> {
  const outputs = { tracesPartitions: outputPartitions, metricsPartitions: outputPartitions };
  await withAdmin((admin) =>
    admin.ensureTopics(topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, prefix, partitions, ...outputs })),
  );
}

async function prepare(prefix: string, partitions: number, outputPartitions: number): Promise<void> {
  await createTopics(prefix, partitions, outputPartitions);
  await createTables(testConnection(prefix), prefix);
}

function run(
  service: ServiceName,
  env: Record<string, string>,
  nodeArguments: readonly string[],
  logLines: number,
): Running {
  const main = new URL(`../../services/${service}/main.ts`, import.meta.url).pathname;
  const child = spawn(process.execPath, [...nodeArguments, main], {
    env: { ...env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Who ends in the middle of a start or a run leaves no service behind.
  const reap = (): void => void child.kill('SIGKILL');
  process.once('exit', reap);
  child.once('exit', () => process.off('exit', reap));
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      lines.push(...text.trimEnd().split('\n'));
      lines.splice(0, lines.length - logLines);
    });
  }
  return { child, lines };
}

async function untilReady(service: ServiceName, { child, lines }: Running, url: string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let last: unknown = null;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) break;
    try {
      const answer = await fetch(url);
      if (answer.ok) return;
      last = await answer.text();
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`${service} is not ready: exit code ${child.exitCode}; its log:\n${lines.join('\n')}`, {
    cause: last,
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
