/** What the CLI does with a supervisor from outside: start one, end it, and clear up after one that was killed. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CLICKHOUSE_SETTINGS, KAFKA_SETTINGS } from '../platform/settings.ts';
import { lockFile, logFile, stateFile } from './paths.ts';
import type { LocalPlan } from './plan.ts';
import { endProcess, isRunning } from './process_table.ts';
import { releaseLock } from './lock.ts';
import { CLI_SETTINGS, LOCAL_SETTINGS } from './settings.ts';
import { readState, type ProcessRecord, type SupervisorState } from './state.ts';
import type { Environment } from './tables.ts';

export interface StartedSupervisor {
  readonly pid: number;
  /** How it ended; undefined while it runs. */
  readonly end: () => string | undefined;
}

/** More than the longest stop of any process: the supervisor ends them one after the other. */
const SUPERVISOR_STOP_MS = 300_000;
const LEFTOVER_STOP_MS = 20_000;

/** In a session of its own: it outlives this process and its terminal. */
export function spawnSupervisor(plan: LocalPlan): StartedSupervisor {
  const file = logFile(plan.home, 'supervisor');
  mkdirSync(dirname(file), { recursive: true });
  const log = openSync(file, 'a');
  const child = spawn(process.execPath, [join(plan.root, 'services/local/main.ts')], {
    cwd: plan.root,
    env: { ...plan.env },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  let end: string | undefined;
  child.once('error', (error) => (end = error.message));
  child.once('exit', (code, signal) => (end = signal ?? `exit code ${code ?? 'unknown'}`));
  child.unref();
  return { pid: child.pid ?? 0, end: () => end };
}

/** Asks the supervisor to stop everything, and waits for its end. */
export async function stopSupervisor(state: SupervisorState): Promise<void> {
  await endProcess(state.supervisor, SUPERVISOR_STOP_MS);
}

/** Processes that still run although their supervisor is gone; in the order in which they were started. */
export function leftovers(state: SupervisorState): ProcessRecord[] {
  return state.processes.filter(({ identity }) => identity !== null && isRunning(identity));
}

/** Ends them in the reverse order: the services may still finish what they have. */
export async function endLeftovers(
  home: string,
  records: readonly ProcessRecord[],
  onEnded: (name: string) => void,
): Promise<void> {
  for (const { name, identity } of records.toReversed()) {
    if (identity !== null) await endProcess(identity, LEFTOVER_STOP_MS);
    onEnded(name);
  }
  releaseLock(lockFile(home));
}

/** Where the stack of this home is, as environment for the commands that ask it; empty when none runs. */
export function runningStack(env: Environment, root: string): Record<string, string> {
  const home = resolve(root, env[LOCAL_SETTINGS.home.env] ?? LOCAL_SETTINGS.home.default ?? '');
  const state = readState(stateFile(home));
  if (state === null || !isRunning(state.supervisor)) return {};
  const { query, kafka, clickhouse, database } = state.addresses;
  return {
    [KAFKA_SETTINGS.kafkaBrokers.env]: kafka,
    [CLI_SETTINGS.queryUrl.env]: query,
    [CLICKHOUSE_SETTINGS.clickhouseUrl.env]: clickhouse,
    [CLICKHOUSE_SETTINGS.clickhouseDatabase.env]: database,
  };
}
