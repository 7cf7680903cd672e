import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startClickHouse } from '../../../services/local/clickhouse_server.ts';
import { ensureKafkaJars, requireJava } from '../../../services/local/kafka_jars.ts';
import { startKafka } from '../../../services/local/kafka_server.ts';
import { startServer, type RunningServer } from '../../../services/local/server_process.ts';
import { freePorts } from '../../support/free_ports.ts';
import { testHome } from '../../support/servers.ts';

jest.setTimeout(120_000);

let directory: string;
const running: RunningServer[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spanmill-local-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
  rmSync(directory, { recursive: true, force: true });
});

/** A server that is a few lines of JavaScript. */
const script = (source: string, ready: () => Promise<boolean>, startTimeoutMs = 30_000) =>
  startServer({
    name: 'Script',
    command: process.execPath,
    args: ['-e', source],
    logFile: join(directory, 'logs/script.log'),
    detached: false,
    ready,
    startTimeoutMs,
  });

describe('a server process', () => {
  test('that ends while it starts is an error with the end of its log', async () => {
    const start = script('console.log("no such option"); process.exit(3)', () => Promise.resolve(false));
    await expect(start).rejects.toThrow(/Script ended while it started \(exit code 3\).*no such option/);
  });

  test('that does not answer in time is stopped', async () => {
    const start = script('setInterval(() => {}, 1000)', () => Promise.reject(new Error('refused')), 200);
    await expect(start).rejects.toThrow('did not answer within 0.2 s');
  });

  test('whose program is missing is an error, not a crash', async () => {
    const start = startServer({
      name: 'Missing',
      command: join(directory, 'nothing-here'),
      args: [],
      logFile: join(directory, 'missing.log'),
      detached: false,
      ready: () => Promise.resolve(false),
      startTimeoutMs: 1_000,
    });
    await expect(start).rejects.toThrow(/Missing did not start: .*ENOENT/);
  });

  test('tells how it ended, and stopping it twice does no harm', async () => {
    const server = await script('setInterval(() => {}, 1000)', () => Promise.resolve(true));
    await server.stop();
    expect(await server.ended).toBe('SIGTERM');
    await server.stop();
  });
});

describe('the embedded Kafka', () => {
  test('says which port is taken', async () => {
    const holder = createServer();
    const [port = 0, controllerPort = 0] = await freePorts(2);
    await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
    const start = startKafka({
      jarsDir: join(testHome(), 'kafka/libs'),
      dataDir: directory,
      port,
      controllerPort,
      logFile: join(directory, 'kafka.log'),
      detached: false,
    });
    await expect(start).rejects.toThrow(`port ${port} is taken`);
    await new Promise((resolve) => holder.close(resolve));
  });

  test('says what to install where Java or Maven is missing', async () => {
    const missing = join(directory, 'nothing-here');
    await expect(requireJava(missing)).rejects.toThrow(/needs Java 17 or newer.*apt-get install/);
    const jars = ensureKafkaJars(join(directory, 'libs'), missing);
    await expect(jars).rejects.toThrow(/no mvn: apt-get install maven/);
    const old = join(directory, 'java');
    writeFileSync(old, '#!/bin/sh\necho \'openjdk version "11.0.2" 2019-01-15\' >&2\n', { mode: 0o755 });
    await expect(requireJava(old)).rejects.toThrow('this is openjdk version "11.0.2"');
  });
});

describe('the embedded ClickHouse', () => {
  test.each(['SIGTERM', 'SIGKILL'] as const)('keeps every insert it acknowledged over %s', async (signal) => {
    const [httpPort = 0, tcpPort = 0] = await freePorts(2);
    const start = async (): Promise<RunningServer> => {
      const logFile = join(directory, 'clickhouse.log');
      const server = await startClickHouse({
        dataDir: directory,
        httpPort,
        tcpPort,
        logFile,
        detached: false,
      });
      running.push(server);
      return server;
    };
    const query = async (sql: string): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${httpPort}`, { method: 'POST', body: sql });
      if (!response.ok) throw new Error(await response.text());
      return response.text();
    };
    const server = await start();
    await query('CREATE DATABASE d');
    await query('CREATE TABLE d.t (n UInt64) ENGINE = MergeTree ORDER BY n');

    let acknowledged = 0;
    const inserting = (async () => {
      for (;;) {
        await query('INSERT INTO d.t SETTINGS async_insert = 0 VALUES (1)');
        acknowledged += 1;
        if (acknowledged === 20) process.kill(server.pid, signal);
      }
    })();
    await expect(inserting).rejects.toThrow();
    await server.ended;
    await start();
    expect(Number(await query('SELECT count() FROM d.t'))).toBeGreaterThanOrEqual(acknowledged);
  });
});
