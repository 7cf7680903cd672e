import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SHOP_SERVICES } from '../../../demo/settings.ts';
import { jarsDirectory, stateFile } from '../../../services/local/paths.ts';
import { isRunning, type ProcessIdentity } from '../../../services/local/process_table.ts';
import { readState, type SupervisorState } from '../../../services/local/state.ts';
import { ANY_PORTS } from '../../support/any_ports.ts';
import { freePorts, freePortsInARow } from '../../support/free_ports.ts';
import { testHome } from '../../support/servers.ts';

const ROOT = join(import.meta.dirname, '../../..');
const TIMEOUT_MS = 180_000;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const home = mkdtempSync(join(tmpdir(), 'spanmill-up-'));
let env: Record<string, string>;

/** The command line, as a process of its own. */
function spanmill(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const file = join(ROOT, 'services/cli/main.ts');
    execFile(process.execPath, [file, ...args], { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

async function sqlNumber(query: string): Promise<number> {
  const { code, stdout, stderr } = await spanmill('sql', '--format', 'tsv', query);
  if (code !== 0) throw new Error(stderr);
  // A line of names, then the row.
  return Number(stdout.split('\n')[1]);
}

function state(): SupervisorState {
  const read = readState(stateFile(home));
  if (read === null) throw new Error('there is no state file');
  return read;
}

function everyProcess(): ProcessIdentity[] {
  const { supervisor, processes } = state();
  return [supervisor, ...processes.flatMap(({ identity }) => (identity === null ? [] : [identity]))];
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    if (holds()) return;
    await delay(100);
  }
  throw new Error(`not within 30 s: ${what}`);
}

beforeAll(async () => {
  mkdirSync(join(home, 'kafka'));
  mkdirSync(jarsDirectory(testHome()), { recursive: true });
  symlinkSync(jarsDirectory(testHome()), jarsDirectory(home));
  const [kafka, controller, http, tcp, query, queryGrpc, grpc, otlp, health1, health2, health3] =
    await freePorts(11);
  env = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    SPANMILL_HOME: home,
    SPANMILL_KAFKA_BROKERS: `127.0.0.1:${String(kafka)}`,
    SPANMILL_LOCAL_KAFKA_CONTROLLER_PORT: String(controller),
    SPANMILL_CLICKHOUSE_URL: `http://127.0.0.1:${String(http)}`,
    SPANMILL_LOCAL_CLICKHOUSE_TCP_PORT: String(tcp),
    SPANMILL_QUERY_PORT: String(query),
    SPANMILL_QUERY_GRPC_PORT: String(queryGrpc),
    ...ANY_PORTS,
    SPANMILL_COLLECTOR_GRPC_PORT: String(grpc),
    SPANMILL_COLLECTOR_HTTP_PORT: String(otlp),
    SPANMILL_COLLECTOR_HEALTH_PORT: String(health1),
    SPANMILL_PROCESSOR_HEALTH_PORT: String(health2),
    SPANMILL_SINK_HEALTH_PORT: String(health3),
    SPANMILL_DEMO_BASE_PORT: String(await freePortsInARow(SHOP_SERVICES.length)),
  };
});

afterAll(async () => {
  await spanmill('down');
  rmSync(home, { recursive: true, force: true });
}, TIMEOUT_MS);

describe('the local stack', () => {
  test(
    'comes up with everything and returns when the first trace is stored',
    async () => {
      const { code, stdout, stderr } = await spanmill('up');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('first trace stored');
      expect(stdout).toContain(env['SPANMILL_CLICKHOUSE_URL']);
      expect(await sqlNumber('SELECT count() AS n FROM otel_traces')).toBeGreaterThan(0);
      expect(state().processes.map(({ name }) => name)).toEqual(
        expect.arrayContaining([
          'kafka',
          'clickhouse',
          'collector',
          'processor',
          'sink',
          'query',
          'shop-load',
        ]),
      );
    },
    TIMEOUT_MS,
  );

  test('is up already for a second up, which changes nothing', async () => {
    const before = everyProcess();
    const { code, stdout } = await spanmill('up');
    expect(code).toBe(0);
    expect(stdout).toContain('running already');
    expect(everyProcess()).toEqual(before);
  });

  test('is well, says status', async () => {
    const { code, stdout } = await spanmill('status');
    expect(code).toBe(0);
    for (const { name } of state().processes)
      expect(stdout).toMatch(new RegExp(`^${name} +running .*ready$`, 'm'));
  });

  test(
    'starts a killed process again and says so',
    async () => {
      const sink = () => state().processes.find(({ name }) => name === 'sink');
      process.kill(sink()?.identity?.pid ?? 0, 'SIGKILL');
      await until('the sink runs again', () => sink()?.restarts === 1 && sink()?.state === 'running');
      expect(sink()?.lastEnd).toBe('SIGKILL');
    },
    TIMEOUT_MS,
  );

  test(
    'goes on where it was after a kill -9 of everything',
    async () => {
      const before = await sqlNumber('SELECT count() AS n FROM otel_traces');
      for (const { pid } of everyProcess()) process.kill(pid, 'SIGKILL');
      await until('everything is dead', () => !everyProcess().some(isRunning));
      expect((await spanmill('status')).stderr).toContain('the last run was killed');

      expect((await spanmill('up')).stderr).toBe('');
      expect(await sqlNumber('SELECT count() AS n FROM otel_traces')).toBeGreaterThan(before);
      expect(await sqlNumber('SELECT count() - uniqExact(TraceId, SpanId) AS n FROM otel_traces')).toBe(0);
    },
    TIMEOUT_MS,
  );

  test(
    'ends what a killed supervisor has left, and only that',
    async () => {
      const { supervisor, processes } = state();
      process.kill(supervisor.pid, 'SIGKILL');
      await until('the supervisor is dead', () => !isRunning(supervisor));
      const { code, stdout } = await spanmill('down');
      expect(code).toBe(0);
      for (const { name } of processes) expect(stdout).toContain(`ended ${name}\n`);
      expect(everyProcess().filter(isRunning)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'refuses to start on a taken port, and says which and what to set',
    async () => {
      env = { ...env, DEMO: '0', SPANMILL_QUERY_PORT: env['SPANMILL_COLLECTOR_GRPC_PORT'] ?? '' };
      const { code, stderr } = await spanmill('up');
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^spanmill: port \d+ is given to query \(SPANMILL_QUERY_PORT=PORT\) and collector \(SPANMILL_COLLECTOR_GRPC_PORT=PORT\): change one of them\n$/,
      );
    },
    TIMEOUT_MS,
  );

  test('has nothing to stop when it is down', async () => {
    expect(await spanmill('down')).toEqual({ code: 0, stdout: 'Nothing is running.\n', stderr: '' });
  });
});
