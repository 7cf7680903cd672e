import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ensureKafkaJars } from '../../../services/local/kafka_jars.ts';
import { startKafka } from '../../../services/local/kafka_server.ts';
import type { RunningServer } from '../../../services/local/server_process.ts';
import { connectKafka } from '../../../services/platform/kafka/connect.ts';
import { KafkaUnavailableError, type Kafka, type Ownership } from '../../../services/platform/kafka/port.ts';
import { freePorts } from '../../support/free_ports.ts';
import { KAFKA_CLIENTS } from '../../support/kafka_clients.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { RecordingListener, startAll } from '../../support/recording_listener.ts';
import { testHome } from '../../support/servers.ts';

jest.setTimeout(120_000);

describe.each(KAFKA_CLIENTS)('a broker that is killed and comes back, seen by %s', (client) => {
  const directory = mkdtempSync(join(tmpdir(), 'spanmill-restart-'));
  let start: () => Promise<RunningServer>;
  let server: RunningServer;
  let kafka: Kafka;

  beforeAll(async () => {
    const jarsDir = join(testHome(), 'kafka/libs');
    await ensureKafkaJars(jarsDir);
    const [port = 0, controllerPort = 0] = await freePorts(2);
    start = () =>
      startKafka({
        jarsDir,
        dataDir: join(directory, 'data'),
        port,
        controllerPort,
        logFile: join(directory, 'kafka.log'),
        detached: false,
      });
    server = await start();
    kafka = connectKafka({ client, brokers: [`127.0.0.1:${port}`], clientId: 'restart', log: quietLog });
  });

  afterAll(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const restart = async (): Promise<void> => {
    process.kill(server.pid, 'SIGKILL');
    await server.ended;
    server = await start();
  };

  const createTopics = async (...names: string[]): Promise<void> => {
    const admin = await kafka.admin();
    await admin.ensureTopics(
      names.map((name) => ({ name, partitions: 2, replicationFactor: 1, config: {} })),
    );
    await admin.stop();
  };

  test('loses no acknowledged record, and readers go on by themselves, in order', async () => {
    await createTopics('spans');
    const producer = await kafka.producer();
    const listener = new RecordingListener();
    const input = await kafka.input({ topic: 'spans', group: 'g', isolation: 'read_committed' }, listener);
    await listener.until(() => listener.partitions.length === 2);
    startAll(input, listener);

    const append = async (value: string): Promise<void> => {
      for (;;) {
        try {
          await producer.append({ topic: 'spans', partition: 1, records: [{ value: Buffer.from(value) }] });
          return;
        } catch (error) {
          if (!(error instanceof KafkaUnavailableError)) throw error;
        }
      }
    };
    const values = Array.from({ length: 30 }, (_, index) => String(index));
    for (const value of values.slice(0, 10)) await append(value);
    await listener.until(() => listener.values(1).includes('9'));
    const restarted = restart();
    for (const value of values.slice(10)) await append(value);
    await restarted;
    await listener.until(() => listener.values(1).includes('29'));

    // An append that failed without an answer may have arrived, and was said again: once more, but never out of order.
    expect([...new Set(listener.values(1))]).toEqual(values);
    const offsets = listener.records(1).map(({ offset }) => offset);
    expect(offsets).toEqual([...offsets.keys()]);
    expect(listener.failures).toEqual([]);
    await Promise.all([input.stop(), producer.stop()]);
  });

  test('leaves a commit under way done or not done; the next claim tells which', async () => {
    await createTopics('source', 'results');
    const group = 'owners';
    // As services do: a broker may be away for longer than one claim waits.
    const claim = async (): Promise<Ownership> => {
      for (;;) {
        try {
          return await kafka.claim({ topic: 'source', partition: 0, group, transactionalId: group });
        } catch (error) {
          if (!(error instanceof KafkaUnavailableError)) throw error;
        }
      }
    };
    let ownership = await claim();
    await ownership.commit([output('0')], [{ group, offset: 1, metadata: '' }]);
    const restarted = restart();
    for (let offset = 1; offset < 20;) {
      try {
        await ownership.commit([output(String(offset))], [{ group, offset: offset + 1, metadata: '' }]);
        offset += 1;
      } catch {
        await ownership.release();
        ownership = await claim();
        offset = ownership.committed?.offset ?? 0;
      }
    }
    await restarted;
    await ownership.release();

    const listener = new RecordingListener();
    const input = await kafka.input({ topic: 'results', group: 'r', isolation: 'read_committed' }, listener);
    await listener.until(() => listener.partitions.length === 2);
    startAll(input, listener);
    await listener.until(() => listener.values(0).includes('19'));
    expect(listener.values(0)).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
    await input.stop();
  });
});

function output(value: string) {
  return { topic: 'results', partition: 0, records: [{ value: Buffer.from(value) }] };
}
