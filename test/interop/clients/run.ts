/** Runs a program to its end, with a limit, and keeps what it said. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { serviceEnv } from '../../support/servers.ts';
import type { Command } from '../client.ts';

export interface Ran {
  /** Null where it was killed or could not be started. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function run({ command, args, env }: Command, timeoutMs: number): Promise<Ran> {
  // Its proxies would keep a client from the loopback.
  const child = spawn(command, [...args], {
    env: { ...serviceEnv(), NO_PROXY: '127.0.0.1,localhost', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new AbortController();
  void delay(timeoutMs, undefined, { signal: ended.signal }).then(
    () => child.kill('SIGKILL'),
    () => undefined,
  );
  try {
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, stdout, stderr };
  } catch (error) {
    return { exitCode: null, stdout, stderr: String(error) };
  } finally {
    ended.abort();
  }
}

/** Its last words, in one line. */
export function failure({ exitCode, stdout, stderr }: Ran): string {
  const words = `${stdout}\n${stderr}`.trim().split('\n').slice(-6).join(' / ');
  return `exit code ${exitCode}: ${words.slice(-800)}`;
}
