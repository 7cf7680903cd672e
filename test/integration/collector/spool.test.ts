import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { collectorParts, type Collector } from '../../../services/collector/collector.ts';
import { METRICS } from '../../../services/collector/metrics.ts';
import { directoryDisk } from '../../../services/collector/spool_disk.ts';
import { ensureKafkaJars } from '../../../services/local/kafka_jars.ts';
import { startKafka } from '../../../services/local/kafka_server.ts';
import type { RunningServer } from '../../../services/local/server_process.ts';
import { systemClock, systemTimers } from '../../../services/platform/clock.ts';
import { connectKafka } from '../../../services/platform/kafka/kafkajs_kafka.ts';
import type { Kafka } from '../../../services/platform/kafka/port.ts';
import { startAll as startParts, stopAll } from '../../../services/platform/lifecycle.ts';
import { createRegistry } from '../../../services/platform/metrics.ts';
import { requestOf, spanNames, testSpan } from '../../support/export_requests.ts';
import { freePorts } from '../../support/free_ports.ts';
import { httpSender } from '../../support/otlp_client.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { RecordingListener, startAll } from '../../support/recording_listener.ts';
import { testHome } from '../../support/servers.ts';
import { waitFor } from '../../support/wait_for.ts';

jest.setTimeout(180_000);

const TOPIC = 'spool.spans';
const PARTITIONS = 2;
const root = mkdtempSync(join(tmpdir(), 'spanmill-spool-kafka-'));
const directory = join(root, 'spool');
let start: () => Promise<RunningServer>;
let server: RunningServer;
let kafka: Kafka;

beforeAll(async () => {
  const jarsDir = join(testHome(), 'kafka/libs');
  await ensureKafkaJars(jarsDir);
  const [port = 0, controllerPort = 0] = await freePorts(2);
  start = () =>
    startKafka({
      ...{ jarsDir, port, controllerPort, detached: false },
      ...{ dataDir: join(root, 'data'), logFile: join(root, 'kafka.log') },
    });
  server = await start();
  kafka = connectKafka({ brokers: [`127.0.0.1:${port}`], clientId: 'spool', log: quietLog });
  const admin = await kafka.admin();
  await admin.ensureTopics([{ name: TOPIC, partitions: PARTITIONS, replicationFactor: 1, config: {} }]);
  await admin.stop();
});

afterAll(async () => {
  await server.stop();
  rmSync(root, { recursive: true, force: true });
});

async function startCollector(): Promise<Collector> {
  const collector = collectorParts({
    ...{ host: '127.0.0.1', grpcPort: 0, httpPort: 0, maxRequestBytes: 1_000_000 },
    ...{ maxInFlightBytes: 64_000_000, recordBytes: 64_000, lingerMs: 5, requestTimeoutMs: 30_000 },
    ...{
      topic: TOPIC,
      spool: { disk: directoryDisk(directory), newId: randomUUID, maxBytes: 10_000_000, segmentBytes: 2_000 },
    },
    ...{ kafka, clock: systemClock, timers: systemTimers, log: quietLog },
    metrics: createRegistry('collector').create(METRICS),
    onBug: (error) => {
      throw error;
    },
  });
  await startParts(collector.parts);
  return collector;
}

const segments = (): string[] => readdirSync(directory).filter((name) => name.endsWith('.spool'));

test('with Kafka killed spans are taken and kept, over a restart of the collector, and come once', async () => {
  let collector = await startCollector();
  const sent: string[] = [];
  const send = async (count: number): Promise<void> => {
    const http = httpSender(`http://127.0.0.1:${collector.ports.http}`);
    for (let i = 0; i < count; i++) {
      const name = `span ${sent.length}`;
      await http.send(requestOf(testSpan(1 + (sent.length % 50), sent.length, name)));
      sent.push(name);
    }
  };
  await send(10);
  process.kill(server.pid, 'SIGKILL');
  await server.ended;
  await send(100);
  expect(segments().length).toBeGreaterThan(1);
  expect(collector.notReady()).toBeNull();
  expect(collector.remark()).toContain('spooling');
  await stopAll(collector.parts);
  // The count of partitions is remembered: no need to wait for Kafka.
  collector = await startCollector();
  await send(10);
  expect(collector.remark()).toContain('spooling');
  server = await start();
  await waitFor(() => collector.remark() === null);
  await send(10);

  const listener = new RecordingListener();
  const input = await kafka.input({ topic: TOPIC, group: 'reader', isolation: 'read_committed' }, listener);
  await listener.until(() => listener.partitions.length === PARTITIONS);
  startAll(input, listener);
  const arrived = (): string[] =>
    [...Array(PARTITIONS).keys()].flatMap((partition) =>
      listener.records(partition).flatMap(({ value }) => spanNames(value)),
    );
  await listener.until(() => arrived().length >= sent.length);
  expect(arrived().sort()).toEqual(sent.sort());
  await input.stop();
  await stopAll(collector.parts);
  expect(segments()).toEqual([]);
});
