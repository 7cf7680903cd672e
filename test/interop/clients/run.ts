/** Runs a program to its end, with a limit, and keeps what it said. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { serviceEnv } from '../../support/servers.ts';
import { MissingToolError, type Command } from '../client.ts';

/** It fetches and builds. Throws MissingToolError where the program is not there, and else what it said if it fails. */
export async function need(command: Command, timeoutMs: number): Promise<void> {
  const ran = await run(command, timeoutMs);
  if (ran.isMissing) throw new MissingToolError(`there is no ${command.command}`);
  if (ran.exitCode !== 0) throw new Error(`${command.command} failed: ${failure(ran)}`);
}

export interface Ran {
  /** Null where it was killed or could not be started. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly isMissing: boolean;
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
    return { exitCode, stdout, stderr, isMissing: false };
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { exitCode: null, stdout, stderr: String(error), isMissing };
  } finally {
    ended.abort();
  }
}

const TOLD_LINES = 6;
const TOLD_LENGTH = 800;

/** Its last words, in one line; the first of those that it calls errors itself. */
export function failure({ exitCode, stdout, stderr }: Ran): string {
  const lines = `${stdout}\n${stderr}`.trim().split('\n');
  const errors = lines.filter((line) => line.includes('ERROR')).slice(0, 1);
  const words = (errors.length > 0 ? errors : lines.slice(-TOLD_LINES)).join(' / ');
  return `exit code ${exitCode}: ${words.slice(0, TOLD_LENGTH)}`;
}
