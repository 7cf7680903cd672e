import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts } from '../../support/free_ports.ts';
import { serviceEnv, testClickHouseUrl } from '../../support/servers.ts';
import { createQueryDatabase, type QueryDatabase } from './query_database.ts';

const MAIN = new URL('../../../services/query/main.ts', import.meta.url).pathname;

let database: QueryDatabase;
beforeAll(async () => {
  database = await createQueryDatabase();
}, 60_000);
afterAll(() => database.close());

function start(settings: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [MAIN], {
    env: { ...serviceEnv(settings), NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function settings(): Promise<Record<string, string>> {
  const [port = 0] = await freePorts(1);
  return {
    SPANMILL_CLICKHOUSE_URL: testClickHouseUrl(),
    SPANMILL_CLICKHOUSE_DATABASE: database.name,
    SPANMILL_QUERY_PORT: String(port),
    SPANMILL_QUERY_GRPC_PORT: '0',
    // A person's own environment: meant for the command line, and no fault here.
    SPANMILL_QUERY_URL: 'http://127.0.0.1:16686',
  };
}

async function untilLine(child: ChildProcess, message: string): Promise<void> {
  if (child.stdout === null) throw new Error('the service has no output');
  for await (const line of createInterface(child.stdout)) {
    if ((JSON.parse(line) as { msg?: string }).msg === message) return;
  }
  throw new Error(`the service ended before it said: ${message}`);
}

describe('the query service as a process', () => {
  it('starts, answers, and stops in order on SIGTERM', async () => {
    const env = await settings();
    const child = start(env);
    const exited = once(child, 'exit');
    await untilLine(child, 'started');
    const base = `http://127.0.0.1:${env['SPANMILL_QUERY_PORT'] ?? ''}`;
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${base}/api/v1/services`)).json()).toMatchObject({ services: [] });
    expect(await (await fetch(`${base}/metrics`)).text()).toContain(
      'spanmill_query_requests_total{route="/api/v1/services",method="GET",status="200",service="query"} 1',
    );
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  }, 30_000);

  it('speaks all its APIs on one port, and describes its own', async () => {
    const env = await settings();
    const child = start(env);
    await untilLine(child, 'started');
    const base = `http://127.0.0.1:${env['SPANMILL_QUERY_PORT'] ?? ''}`;
    const answerOf = async (path: string): Promise<unknown> => (await fetch(`${base}${path}`)).json();
    expect(await answerOf('/api/v1/traces')).toMatchObject({ traces: [], next: null });
    expect(await answerOf('/api/services')).toMatchObject({ data: [], errors: null });
    expect(await answerOf('/api/v3/services')).toEqual({ services: [] });
    expect(await answerOf('/api/v2/services')).toEqual([]);
    expect(await answerOf('/tempo/api/search/tags')).toMatchObject({ tagNames: [] });
    const { paths } = (await answerOf('/api/v1/openapi.json')) as { paths: Record<string, unknown> };
    expect(Object.keys(paths)).toContain('/api/v1/traces/{id}');
    expect(Object.keys(paths).filter((path) => !path.startsWith('/api/v1/'))).toEqual([]);
    child.kill('SIGTERM');
    await once(child, 'exit');
  }, 30_000);

  it('ends with a word on a taken port', async () => {
    const env = await settings();
    const first = start(env);
    await untilLine(first, 'started');
    const second = start(env);
    let output = '';
    second.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
    expect(await once(second, 'close')).toEqual([1, null]);
    expect(output).toContain(`port ${env['SPANMILL_QUERY_PORT'] ?? ''} is taken`);
    first.kill('SIGTERM');
    await once(first, 'exit');
  }, 30_000);
});
