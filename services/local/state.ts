/**
 * What the supervisor says of itself to everybody: one JSON file, replaced whole at each change. The CLI shows
 * progress and status from it, and after a crash it names the processes that are left.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ProcessIdentity } from './process_table.ts';

export type Phase = 'starting' | 'ready' | 'failed' | 'stopping' | 'stopped';
export type ProcessState = 'starting' | 'running' | 'waiting' | 'stopped';

export interface ProcessRecord {
  readonly name: string;
  readonly state: ProcessState;
  /** Null while there is none. */
  readonly identity: ProcessIdentity | null;
  readonly startedAtMs: number | null;
  readonly restarts: number;
  /** How it ended the last time by itself; null when it never did. */
  readonly lastEnd: string | null;
  /** Below it are `/readyz` and `/metrics`; null for a process that has none. */
  readonly healthUrl: string | null;
  readonly logFile: string;
}

export interface StepRecord {
  readonly name: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** An address, a count: what is worth knowing of the outcome. */
  readonly detail: string;
}

export interface Addresses {
  readonly query: string;
  readonly otlpGrpc: string;
  readonly otlpHttp: string;
  readonly shop: string | null;
  readonly kafka: string;
  readonly clickhouse: string;
  readonly database: string;
}

export interface SupervisorState {
  readonly supervisor: ProcessIdentity;
  readonly phase: Phase;
  readonly startedAtMs: number;
  /** In the order of starting; the steps of stopping follow. */
  readonly steps: readonly StepRecord[];
  /** In the order of starting: stopping goes the other way. */
  readonly processes: readonly ProcessRecord[];
  readonly addresses: Addresses;
  /** One line that says what went wrong and what to do; null when nothing did. */
  readonly failure: string | null;
}

/** Null when nothing was ever started here. Throws when the file is there and makes no sense. */
export function readState(file: string): SupervisorState | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return JSON.parse(text) as SupervisorState;
  } catch (error) {
    throw new Error(`${file} is damaged: end the processes by hand, then delete it`, { cause: error });
  }
}

export function writeState(file: string, state: SupervisorState): void {
  mkdirSync(dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, JSON.stringify(state, null, 2));
  renameSync(aside, file);
}
