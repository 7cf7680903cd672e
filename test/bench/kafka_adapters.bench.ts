/**
 * Both Kafka clients through the port: `node test/bench/kafka_adapters.bench.ts`. CPU time of this process per span,
 * appending and reading records as the collector writes them (512 spans, compressed by the service to 25 kB), and the
 * time that claims and commits take. Kafka is the one at SPANMILL_TEST_KAFKA, else an embedded one.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connectKafka, type ConnectOptions } from '../../services/platform/kafka/connect.ts';
import type { Kafka } from '../../services/platform/kafka/port.ts';
import { quietLog } from '../support/quiet_log.ts';
import { testKafka, uniqueName } from '../support/servers.ts';
import startServers from '../support/start_servers.ts';
import stopServers from '../support/stop_servers.ts';

const SPANS = 512;
const VALUE = randomBytes(25_000);
const PARTITIONS = 12;
const WARM_UP_RECORDS = 600;
const RECORDS = 6_000;
const CLAIMS = 24;
const COMMITS = 60;
/** As far apart as commits are at least; the broker finishes one meanwhile. */
const COMMIT_PAUSE_MS = 100;
const ROUNDS = 3;

type Client = ConnectOptions['client'];

const cpuMs = (): number => process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000;

function percentile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1);
}

async function createTopic(kafka: Kafka): Promise<string> {
  const name = uniqueName('bench');
  const admin = await kafka.admin();
  const config = { 'max.message.bytes': '20000000' };
  await admin.ensureTopics([{ name, partitions: PARTITIONS, replicationFactor: 1, config }]);
  await admin.stop();
  return name;
}

/** Microseconds of CPU a span; every partition has one append under way. */
async function append(kafka: Kafka, topic: string, records: number): Promise<number> {
  const producer = await kafka.producer();
  await producer.append({ topic, partition: 0, records: [{ value: VALUE }] });
  const before = cpuMs();
  await Promise.all(
    Array.from({ length: PARTITIONS }, async (_, partition) => {
      for (let i = 0; i < records / PARTITIONS; i++) {
        await producer.append({ topic, partition, records: [{ value: VALUE }] });
      }
    }),
  );
  const used = cpuMs() - before;
  await producer.stop();
  return (1000 * used) / (records * SPANS);
}

async function read(kafka: Kafka, topic: string, records: number): Promise<number> {
  const finished = Promise.withResolvers<undefined>();
  const assigned = Promise.withResolvers<readonly number[]>();
  let seen = 0;
  const input = await kafka.input(
    { topic, group: uniqueName('bench'), isolation: 'read_committed' },
    {
      onAssigned: assigned.resolve,
      onLost: () => undefined,
      onRecords: (_partition, batch) => {
        seen += batch.length;
        if (seen >= records) finished.resolve(undefined);
        return Promise.resolve();
      },
      onFailure: finished.reject,
    },
  );
  const partitions = await assigned.promise;
  const before = cpuMs();
  for (const partition of partitions) input.startAt(partition, 0);
  await finished.promise;
  const used = cpuMs() - before;
  await input.stop();
  return (1000 * used) / (records * SPANS);
}

async function transactions(kafka: Kafka, topic: string): Promise<string[]> {
  const group = uniqueName('bench');
  const claims: number[] = [];
  const commits: number[] = [];
  const claim = (partition: number) =>
    kafka.claim({ topic, partition, group, transactionalId: `${group}-${partition}` });
  const first = await claim(0);
  for (let i = 0; i < CLAIMS; i++) {
    const start = performance.now();
    const ownership = await claim(i % PARTITIONS);
    claims.push(performance.now() - start);
    await ownership.release();
  }
  await first.release();
  const owner = await claim(0);
  const before = cpuMs();
  for (let offset = 1; offset <= COMMITS; offset++) {
    await delay(COMMIT_PAUSE_MS);
    const start = performance.now();
    await owner.commit(
      [{ topic, partition: 0, records: [{ value: VALUE }] }],
      [{ group, offset, metadata: '{}' }],
    );
    commits.push(performance.now() - start);
  }
  const used = cpuMs() - before;
  await owner.release();
  return [claims, commits]
    .map((times) => times.sort((a, b) => a - b))
    .map((times) => `${percentile(times, 0.5)} / ${percentile(times, 0.95)} ms`)
    .concat(`${(used / COMMITS).toFixed(1)} ms`);
}

async function measure(client: Client): Promise<void> {
  const kafka = connectKafka({ client, brokers: testKafka(), clientId: 'bench', log: quietLog });
  const warm = await createTopic(kafka);
  await append(kafka, warm, WARM_UP_RECORDS);
  await read(kafka, warm, WARM_UP_RECORDS);
  const topic = await createTopic(kafka);
  const [appended, consumed] = [await append(kafka, topic, RECORDS), await read(kafka, topic, RECORDS)];
  const [claim, commit, cpu] = await transactions(kafka, topic);
  process.stdout.write(
    `${client.padEnd(8)} append ${appended.toFixed(2)} us/span, read ${consumed.toFixed(2)} us/span, ` +
      `claim p50/p95 ${claim}, commit p50/p95 ${commit} (${cpu} CPU)\n`,
  );
}

process.env['SPANMILL_TEST_CLICKHOUSE'] ??= 'not used';
await startServers();
try {
  for (let round = 0; round < ROUNDS; round++) {
    await measure('kafkajs');
    await measure('direct');
  }
} finally {
  await stopServers();
}
