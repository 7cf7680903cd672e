/**
 * The life of one embedded server process: started with its output in a log file, watched until it answers, stopped
 * in order. It knows nothing of Kafka or ClickHouse, and restarts nothing: that is for the supervisor to decide.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isPortFree } from './ports.ts';

export interface RunningServer {
  readonly pid: number;
  /** Resolves with what ended the process, wanted or not, e.g. `exit code 1` or `SIGKILL`. */
  readonly ended: Promise<string>;
  /** SIGTERM, then SIGKILL when the server takes too long. Resolves when the process is gone. */
  stop(): Promise<void>;
}

/** A server that could not be started. The message is one line that says what to do. */
export class ServerStartError extends Error {
  override name = 'ServerStartError';
}

export interface ServerCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  /** In a process group of its own and not waited for, so that it outlives who started it. */
  readonly detached: boolean;
  /** This process' own by default. */
  readonly cwd?: string;
  /** The whole environment of the process; this process' own by default. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called as soon as there is a process, long before it answers: who must find it again writes its pid down. */
  readonly onSpawn?: (pid: number) => void;
  /** Whether the server answers; a rejection means not yet. */
  readonly ready: () => Promise<boolean>;
  readonly startTimeoutMs: number;
}

const POLL_MS = 50;
const STOP_TIMEOUT_MS = 30_000;
const PORT_PATIENCE_MS = 500;
const LOG_TAIL_LINES = 5;

/** Starts the process and resolves when it answers. Throws ServerStartError when it ends first or takes too long. */
export async function startServer(server: ServerCommand): Promise<RunningServer> {
  const child = spawnLogged(server);
  const ended = endOf(child);
  const { pid } = child;
  if (pid === undefined) throw new ServerStartError(`${server.name} did not start: ${await ended}`);
  if (server.detached) child.unref();
  server.onSpawn?.(pid);

  const running: RunningServer = { pid, ended, stop: () => stopProcess(pid) };
  const outcome = await waitUntilReady(server, ended);
  if (outcome === 'ready') return running;
  await running.stop();
  throw new ServerStartError(`${server.name} ${outcome}; ${lastLines(server.logFile)}`);
}

/** Resolves when the process is gone. */
async function stopProcess(pid: number): Promise<void> {
  if (!signal(pid, 'SIGTERM')) return;
  for (let waited = 0; waited < STOP_TIMEOUT_MS; waited += POLL_MS) {
    await delay(POLL_MS);
    if (!signal(pid, 0)) return;
  }
  signal(pid, 'SIGKILL');
  while (signal(pid, 0)) await delay(POLL_MS);
}

/**
 * Throws ServerStartError when something listens on the port of this machine already, and goes on doing so: others who look for a
 * free port try it for a moment, as this does.
 */
export async function requireFreePort(name: string, port: number): Promise<void> {
  for (let waited = 0; waited < PORT_PATIENCE_MS; waited += POLL_MS) {
    if (await isPortFree(port)) return;
    await delay(POLL_MS);
  }
  throw new ServerStartError(
    `${name} cannot start: port ${port} is taken; stop what listens there, or choose another port`,
  );
}

/** Creates the directory, and throws ServerStartError when its disk has less than `minBytes` left. */
export function requireSpace(name: string, directory: string, minBytes: number): void {
  mkdirSync(directory, { recursive: true });
  const { bavail, bsize } = statfsSync(directory);
  const free = bavail * bsize;
  if (free >= minBytes) return;
  throw new ServerStartError(
    `${name} cannot start: ${megabytes(free)} are free under ${directory}, it needs ${megabytes(minBytes)}`,
  );
}

/** The end of a log file in one line, for an error message. */
function lastLines(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const tail = lines.slice(-LOG_TAIL_LINES).map((line) => line.trim());
  return tail.length === 0 ? `${logFile} is empty` : `${logFile} ends: ${tail.join(' | ')}`;
}

function spawnLogged(server: ServerCommand): ChildProcess {
  mkdirSync(dirname(server.logFile), { recursive: true });
  const log = openSync(server.logFile, 'a');
  try {
    return spawn(server.command, server.args, {
      stdio: ['ignore', log, log],
      detached: server.detached,
      ...(server.cwd !== undefined && { cwd: server.cwd }),
      ...(server.env !== undefined && { env: server.env }),
    });
  } finally {
    closeSync(log);
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, exitSignal) => resolve(exitSignal ?? `exit code ${code ?? 'unknown'}`));
  });
}

async function waitUntilReady(server: ServerCommand, ended: Promise<string>): Promise<string> {
  const early = ended.then((how) => `ended while it started (${how})`);
  for (let waited = 0; waited < server.startTimeoutMs; waited += POLL_MS) {
    if (await server.ready().catch(() => false)) return 'ready';
    const end = await Promise.race([early, delay(POLL_MS, null)]);
    if (end !== null) return end;
  }
  return `did not answer within ${server.startTimeoutMs / 1000} s`;
}

/** False when there is no such process. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
