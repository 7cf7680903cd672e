/** The OpenTelemetry Collector in the places of the services: the same topics, the same servers, the same load. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { connectClickHouse } from '../../../services/platform/clickhouse/client.ts';
import { freePorts } from '../../support/free_ports.ts';
import { createTopics, type ServiceName } from '../../support/pipeline.ts';
import { testConnection, testKafka, uniqueName } from '../../support/servers.ts';
import type { Passed, Way } from '../stages/way.ts';

export interface OtelcolOptions {
  /** Path of a binary that has the components of the configuration files. */
  readonly binary: string;
  readonly partitions: number;
  /** Host and port of ClickHouse's native protocol. */
  readonly clickhouseTcp: string;
}

const READY_TIMEOUT_MS = 30_000;
const POLL_MS = 100;

/** Each exporter's count of what it has delivered. */
const PASSED: Passed = {
  collector: ['otelcol_exporter_sent_spans', { exporter: 'kafka' }],
  processor: ['otelcol_exporter_sent_spans', { exporter: 'kafka' }],
  sink: ['otelcol_exporter_sent_spans', { exporter: 'clickhouse' }],
};

interface Running {
  readonly pid: number;
  readonly metricsUrl: string;
  end(signal: NodeJS.Signals): Promise<void>;
}

export async function startOtelcol(services: readonly ServiceName[], options: OtelcolOptions): Promise<Way> {
  const prefix = uniqueName('peer');
  const [grpc = 0, http = 0] = await freePorts(2);
  await createTopics(prefix, options.partitions);
  const administrator = connectClickHouse(testConnection());
  await administrator.command(`CREATE DATABASE ${prefix}`);
  await administrator.close();
  const clickhouse = connectClickHouse(testConnection(prefix));
  const env = {
    ...{ KAFKA: testKafka().join(','), TOPIC_PREFIX: prefix, DATABASE: prefix },
    ...{ OTLP_GRPC_PORT: String(grpc), OTLP_HTTP_PORT: String(http), CLICKHOUSE: options.clickhouseTcp },
  };
  const running = new Map<ServiceName, Running>();
  const of = (service: ServiceName): Running => {
    const one = running.get(service);
    if (one === undefined) throw new Error(`no ${service} runs`);
    return one;
  };
  const way: Way = {
    ...{ prefix, clickhouse, passed: PASSED },
    ...{ otlpGrpc: `127.0.0.1:${grpc}`, otlpHttp: `http://127.0.0.1:${http}` },
    start: async (service) => {
      running.set(service, await start(options.binary, service, env));
    },
    kill: async (service, signal) => {
      const one = of(service);
      running.delete(service);
      await one.end(signal);
    },
    pid: (service) => of(service).pid,
    metrics: async (service) => (await fetch(of(service).metricsUrl)).text(),
    stop: async () => {
      for (const one of [...running.values()].reverse()) await one.end('SIGKILL');
      await clickhouse.close();
    },
  };
  try {
    for (const service of services) await way.start(service);
  } catch (error) {
    await way.stop();
    throw error;
  }
  return way;
}

async function start(
  binary: string,
  service: ServiceName,
  env: Readonly<Record<string, string>>,
): Promise<Running> {
  const [port = 0] = await freePorts(1);
  const child = spawn(binary, ['--config', join(import.meta.dirname, `${service}.yaml`)], {
    env: { ...process.env, ...env, METRICS_PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const reap = (): void => void child.kill('SIGKILL');
  process.once('exit', reap);
  const exited = once(child, 'exit').finally(() => process.off('exit', reap));
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-LOG_CHARACTERS)));
  const metricsUrl = `http://127.0.0.1:${port}/metrics`;
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!(await answers(metricsUrl))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      reap();
      throw new Error(`${binary} does not run ${service}.yaml; it said:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return {
    ...{ pid: child.pid ?? NaN, metricsUrl },
    end: async (signal) => {
      if (child.exitCode !== null)
        throw new Error(`${service} of ${binary} ended by itself; it said:\n${log}`);
      child.kill(signal);
      await exited;
    },
  };
}

const LOG_CHARACTERS = 8_000;

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
