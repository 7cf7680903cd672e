/**
 * A process that keeps embedded servers for a test run: `node embedded_servers.ts HOME kafka clickhouse`. Prints their
 * addresses as one line of JSON, then lives until its standard input ends, which it does also when the test run is
 * killed; then it stops them and removes their data.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startClickHouse } from '../../services/local/clickhouse_server.ts';
import { ensureKafkaJars } from '../../services/local/kafka_jars.ts';
import { startKafka } from '../../services/local/kafka_server.ts';
import type { RunningServer } from '../../services/local/server_process.ts';
import { freePorts } from './free_ports.ts';
import type { ServerAddresses } from './servers.ts';

async function kafka(home: string, directory: string): Promise<[RunningServer, string]> {
  const jarsDir = join(home, 'kafka/libs');
  await ensureKafkaJars(jarsDir);
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const server = await startKafka({
    jarsDir,
    dataDir: join(directory, 'kafka'),
    port,
    controllerPort,
    logFile: join(directory, 'kafka.log'),
    detached: true,
  });
  return [server, `127.0.0.1:${port}`];
}

async function clickhouse(directory: string): Promise<[RunningServer, string]> {
  const [httpPort = 0, tcpPort = 0] = await freePorts(2);
  const server = await startClickHouse({
    dataDir: join(directory, 'clickhouse'),
    httpPort,
    tcpPort,
    logFile: join(directory, 'clickhouse.log'),
    detached: true,
  });
  return [server, `http://127.0.0.1:${httpPort}`];
}

const [home = '.spanmill', ...wanted] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'spanmill-test-'));
const servers: RunningServer[] = [];
const inputEnded = new Promise((done) => process.stdin.once('end', done).resume());
// Ctrl-C reaches the whole process group; the end of the input is what counts.
process.on('SIGINT', () => undefined);
// Killed while this starts: nobody reads the addresses then, and the end of the input follows.
process.stdout.on('error', () => undefined);

try {
  const addresses: ServerAddresses = {};
  if (wanted.includes('kafka')) {
    const [server, address] = await kafka(home, directory);
    servers.push(server);
    addresses.kafka = address;
  }
  if (wanted.includes('clickhouse')) {
    const [server, address] = await clickhouse(directory);
    servers.push(server);
    addresses.clickhouse = address;
  }
  process.stdout.write(`${JSON.stringify(addresses)}\n`);
  await inputEnded;
} finally {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(directory, { recursive: true, force: true });
}
