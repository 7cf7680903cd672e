/**
 * Both Kafka clients through the port: `node test/bench/kafka_adapters.bench.ts`. CPU time of this process, appending and reading
 * records as the collector writes them (512 spans, compressed by the service to 25 kB); for claims and commits the time that they
 * take. Kafka is the one at SPANMILL_TEST_KAFKA, else an embedded one.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connectKafka, type ConnectOptions } from '../../services/platform/kafka/connect.ts';
import type { Input, Kafka, Ownership, Producer } from '../../services/platform/kafka/port.ts';
import { quietLog } from '../support/quiet_log.ts';
import { testKafka, uniqueName } from '../support/servers.ts';
import startServers from '../support/start_servers.ts';
import stopServers from '../support/stop_servers.ts';
import { runMicroBench, type Path } from './micro_bench.ts';

const SPANS = 512;
const VALUE = randomBytes(25_000);
const PARTITIONS = 12;
const RECORDS_A_PARTITION = 10;
const RECORDS = PARTITIONS * RECORDS_A_PARTITION;
/** As far apart as commits are at least; the broker finishes one meanwhile. */
const COMMIT_PAUSE_MS = 100;
/** Each writes to the broker's disk, or waits for it. */
const SAMPLES = 10;

type Client = ConnectOptions['client'];

async function createTopic(kafka: Kafka): Promise<string> {
  const name = uniqueName('bench');
  const admin = await kafka.admin();
  const config = { 'max.message.bytes': '20000000' };
  await admin.ensureTopics([{ name, partitions: PARTITIONS, replicationFactor: 1, config }]);
  await admin.stop();
  return name;
}

/** Every partition has one append under way. */
async function append(producer: Producer, topic: string): Promise<void> {
  const lanes = Array.from({ length: PARTITIONS }, async (_, partition) => {
    for (let i = 0; i < RECORDS_A_PARTITION; i++) {
      await producer.append({ topic, partition, records: [{ value: VALUE }] });
    }
  });
  await Promise.all(lanes);
}

/** Reads a topic of `RECORDS` from its beginning, as often as it is asked to. */
async function reader(kafka: Kafka, topic: string): Promise<{ input: Input; read: () => Promise<void> }> {
  const assigned = Promise.withResolvers<readonly number[]>();
  let finished = Promise.withResolvers<undefined>();
  let seen = 0;
  const input = await kafka.input(
    { topic, group: uniqueName('bench'), isolation: 'read_committed' },
    {
      onAssigned: assigned.resolve,
      onLost: () => undefined,
      onRecords: (_partition, batch) => {
        seen += batch.length;
        if (seen >= RECORDS) finished.resolve(undefined);
        return Promise.resolve();
      },
      onFailure: (error) => finished.reject(error),
    },
  );
  const partitions = await assigned.promise;
  const read = async (): Promise<void> => {
    seen = 0;
    finished = Promise.withResolvers();
    for (const partition of partitions) input.startAt(partition, 0);
    await finished.promise;
    if (seen !== RECORDS) throw new Error(`${seen} records of ${RECORDS}`);
  };
  return { input, read };
}

/** Claims of a partition that nobody holds. */
function claimPath(name: string, kafka: Kafka, topic: string): Path & { release(): Promise<void> } {
  const group = uniqueName('bench');
  let held: Ownership | null = null;
  const release = async (): Promise<void> => {
    await held?.release();
    held = null;
  };
  const run = async (): Promise<void> => {
    held = await kafka.claim({ topic, partition: 0, group, transactionalId: `${group}-0` });
  };
  return { name, count: 1, prepare: release, run, release };
}

async function commitPath(name: string, kafka: Kafka, topic: string) {
  const group = uniqueName('bench');
  const owner = await kafka.claim({ topic, partition: 0, group, transactionalId: `${group}-0` });
  let offset = 0;
  const path: Path = {
    ...{ name, count: 1 },
    prepare: () => delay(COMMIT_PAUSE_MS),
    run: () =>
      owner.commit(
        [{ topic, partition: 0, records: [{ value: VALUE }] }],
        [{ group, offset: ++offset, metadata: '{}' }],
      ),
  };
  return { owner, path };
}

async function measure(client: Client): Promise<void> {
  const kafka = connectKafka({ client, brokers: testKafka(), clientId: 'bench', log: quietLog });
  const [written, filled] = [await createTopic(kafka), await createTopic(kafka)];
  const producer = await kafka.producer();
  await append(producer, filled);
  const { input, read } = await reader(kafka, filled);
  const claim = claimPath(`${client} claim`, kafka, written);
  const { owner, path: commit } = await commitPath(`${client} commit`, kafka, written);
  const elapsed = { about: 'elapsed', now: () => performance.now() };
  const [count, samples] = [RECORDS * SPANS, SAMPLES];
  await runMicroBench({
    paths: [
      { name: `${client} append`, count, run: () => append(producer, written) },
      { name: `${client} read`, count, run: read },
    ],
    samples,
  });
  await runMicroBench({ paths: [commit], unit: 'commit', about: 'CPU', samples });
  await runMicroBench({ paths: [commit], unit: 'commit', ...elapsed, samples });
  await runMicroBench({ paths: [claim], unit: 'claim', ...elapsed, samples });
  await claim.release();
  await owner.release();
  await input.stop();
  await producer.stop();
}

process.env['SPANMILL_TEST_CLICKHOUSE'] ??= 'not used';
await startServers();
try {
  await measure('kafkajs');
  await measure('direct');
} finally {
  await stopServers();
}
