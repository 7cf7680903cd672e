/** A collector as a process of its own, on free ports; its log is kept, and told when it does not start. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ANY_PORTS } from './any_ports.ts';
import { freePorts } from './free_ports.ts';
import { serviceEnv } from './servers.ts';
import { waitFor } from './wait_for.ts';

export interface CollectorProcess {
  readonly grpcAddress: string;
  readonly url: string;
  /** Status and text. */
  readiness(): Promise<[number, string]>;
  metrics(): Promise<string>;
  /** Its exit code, once the process is gone; null where a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export async function startCollectorProcess(
  settings: Readonly<Record<string, string>>,
): Promise<CollectorProcess> {
  const [grpc = 0, http = 0, health = 0] = await freePorts(3);
  const child = spawn(
    process.execPath,
    [new URL('../../services/collector/main.ts', import.meta.url).pathname],
    {
      env: serviceEnv({
        NODE_OPTIONS: '',
        ...ANY_PORTS,
        SPANMILL_COLLECTOR_GRPC_PORT: String(grpc),
        SPANMILL_COLLECTOR_HTTP_PORT: String(http),
        SPANMILL_COLLECTOR_HEALTH_PORT: String(health),
        ...settings,
      }),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-20_000)));
  }
  const ask = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${health}/${path}`);
  const exited = once(child, 'exit');
  const collector: CollectorProcess = {
    grpcAddress: `127.0.0.1:${grpc}`,
    url: `http://127.0.0.1:${http}`,
    readiness: async () => {
      const answer = await ask('readyz');
      return [answer.status, await answer.text()];
    },
    metrics: async () => (await ask('metrics')).text(),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await exited;
      return child.exitCode;
    },
  };
  try {
    await waitFor(
      () =>
        ask('healthz').then(
          ({ ok }) => ok,
          () => child.exitCode !== null,
        ),
      'the start',
    );
    if (child.exitCode !== null) throw new Error('the collector ended at once');
    return collector;
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`the collector did not start:\n${log}`, { cause: error });
  }
}
