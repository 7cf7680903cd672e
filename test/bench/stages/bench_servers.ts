/** A Kafka and a ClickHouse of a bench's own, in a directory that goes with them. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startClickHouse } from '../../../services/local/clickhouse_server.ts';
import { ensureKafkaJars } from '../../../services/local/kafka_jars.ts';
import { startKafka } from '../../../services/local/kafka_server.ts';
import { freePorts } from '../../support/free_ports.ts';

export interface BenchServers {
  readonly pids: { readonly kafka: number; readonly clickhouse: number };
  /** Host and port of ClickHouse's native protocol. */
  readonly clickhouseTcp: string;
  /** Where the brokers keep their topics. */
  readonly kafkaDirectory: string;
  stop(): Promise<void>;
}

/** Where test/support finds its servers. */
const KAFKA_ADDRESS = 'SPANMILL_TEST_KAFKA';
const CLICKHOUSE_ADDRESS = 'SPANMILL_TEST_CLICKHOUSE';
const CLICKHOUSE_MEMORY = 4 * 1024 ** 3;

export async function startBenchServers(home: string): Promise<BenchServers> {
  const directory = join(home, 'bench');
  rmSync(directory, { recursive: true, force: true });
  const [kafkaDirectory, clickhouseDirectory] = [join(directory, 'kafka'), join(directory, 'clickhouse')];
  for (const one of [kafkaDirectory, clickhouseDirectory]) mkdirSync(one, { recursive: true });
  const jarsDir = join(home, 'kafka/libs');
  await ensureKafkaJars(jarsDir);
  const [port = 0, controllerPort = 0, httpPort = 0, tcpPort = 0] = await freePorts(4);
  const kafka = await startKafka({
    ...{ jarsDir, port, controllerPort, dataDir: kafkaDirectory, detached: false },
    logFile: join(directory, 'kafka.log'),
  });
  const clickhouse = await startClickHouse({
    ...{ httpPort, tcpPort, dataDir: clickhouseDirectory, detached: false },
    maxMemoryBytes: CLICKHOUSE_MEMORY,
    logFile: join(directory, 'clickhouse.log'),
  }).catch(async (error: unknown) => {
    await kafka.stop();
    throw error;
  });
  process.env[KAFKA_ADDRESS] = `127.0.0.1:${port}`;
  process.env[CLICKHOUSE_ADDRESS] = `http://127.0.0.1:${httpPort}`;
  return {
    pids: { kafka: kafka.pid, clickhouse: clickhouse.pid },
    ...{ kafkaDirectory, clickhouseTcp: `127.0.0.1:${tcpPort}` },
    stop: async () => {
      await Promise.all([kafka.stop(), clickhouse.stop()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
