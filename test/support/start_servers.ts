/**
 * Finds Kafka and ClickHouse for the test projects that need them, before the first test: as given by environment
 * (SPANMILL_TEST_KAFKA=host:port, SPANMILL_TEST_CLICKHOUSE=http://host:port), else in Docker where an engine and the
 * images are there already, else the embedded ones. Jest runs this once, however many projects name it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startContainers, type StartedContainers } from './docker_servers.ts';
import { testHome, type ServerAddresses, type ServerName } from './servers.ts';

interface Started {
  embedded?: ChildProcess;
  containers?: StartedContainers;
}

/** Jest loads setup and teardown apart; what has to be stopped lives on the global object between them. */
export const started = globalThis as { spanmillTestServers?: Started };

export default async function startServers(): Promise<void> {
  const wanted: ServerName[] = [];
  if (!process.env['SPANMILL_TEST_KAFKA']) wanted.push('kafka');
  if (!process.env['SPANMILL_TEST_CLICKHOUSE']) wanted.push('clickhouse');
  if (wanted.length === 0) {
    say('given by environment');
    return;
  }

  const containers = await startContainers(wanted);
  if (typeof containers !== 'string') {
    started.spanmillTestServers = { containers };
    setAddresses(containers.addresses);
    say('in Docker');
    return;
  }
  const embedded = spawn(
    process.execPath,
    [join(import.meta.dirname, 'embedded_servers.ts'), testHome(), ...wanted],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  started.spanmillTestServers = { embedded };
  setAddresses(await firstLine(embedded));
  say(`embedded ${wanted.join(' and ')} (${containers})`);
}

async function firstLine(child: ChildProcess): Promise<ServerAddresses> {
  if (child.stdout === null) throw new Error('the embedded servers have no output');
  const lines = createInterface(child.stdout);
  const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as unknown[];
  lines.close();
  if (typeof line !== 'string')
    throw new Error('the embedded servers did not start; the reason stands above');
  return JSON.parse(line) as ServerAddresses;
}

function setAddresses(addresses: ServerAddresses): void {
  if (addresses.kafka !== undefined) process.env['SPANMILL_TEST_KAFKA'] = addresses.kafka;
  if (addresses.clickhouse !== undefined) process.env['SPANMILL_TEST_CLICKHOUSE'] = addresses.clickhouse;
}

function say(which: string): void {
  const { SPANMILL_TEST_KAFKA: kafka, SPANMILL_TEST_CLICKHOUSE: clickhouse } = process.env;
  process.stderr.write(`test servers: ${which}; Kafka ${kafka ?? '-'}, ClickHouse ${clickhouse ?? '-'}\n`);
}
