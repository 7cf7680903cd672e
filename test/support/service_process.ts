/** A service as a process whose every word is kept: its output, and what it answers on its health port. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePorts } from './free_ports.ts';
import { serviceEnv } from './servers.ts';

export interface ServiceProcess {
  /** All that it has said so far. */
  said(): string;
  /** Also keeps the answer; null where nobody answers. */
  ask(path: string): Promise<{ readonly status: number; readonly text: string } | null>;
  /** The exit code. */
  readonly ended: Promise<number | null>;
  stop(): Promise<number | null>;
}

export async function startService(
  service: 'collector' | 'processor' | 'sink' | 'query',
  settings: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const [health = 0] = await freePorts(1);
  const healthName =
    service === 'query' ? 'SPANMILL_QUERY_PORT' : `SPANMILL_${service.toUpperCase()}_HEALTH_PORT`;
  const ports = {
    [healthName]: String(health),
    SPANMILL_COLLECTOR_GRPC_PORT: '0',
    SPANMILL_COLLECTOR_HTTP_PORT: '0',
    SPANMILL_QUERY_GRPC_PORT: '0',
  };
  const main = new URL(`../../services/${service}/main.ts`, import.meta.url).pathname;
  const env = serviceEnv({ NODE_OPTIONS: '', ...ports, ...settings });
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  }
  const ended = (once(child, 'close') as Promise<[number | null]>).then(([code]) => code);
  return {
    said: () => said,
    ask: async (path) => {
      try {
        const answer = await fetch(`http://127.0.0.1:${health}${path}`);
        const text = await answer.text();
        said += text;
        return { status: answer.status, text };
      } catch {
        return null;
      }
    },
    ended,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
