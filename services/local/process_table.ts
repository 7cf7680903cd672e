/**
 * Processes as the operating system knows them. A pid alone says little, since it is given out again; together with
 * the process' start it names one process for ever. Not for starting or stopping in order (supervised.ts).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface ProcessIdentity {
  readonly pid: number;
  /** As the system says it: boot and clock ticks on Linux, a date elsewhere. Only ever compared. */
  readonly startMark: string;
}

const POLL_MS = 50;
/** A machine that starts twice in the same way gives the same pids at the same ticks. */
const bootId = readFile('/proc/sys/kernel/random/boot_id')?.trim() ?? '';

/** Null when there is no such process, or only its exit code waits to be fetched (a zombie). */
export function identify(pid: number): ProcessIdentity | null {
  const startMark = process.platform === 'linux' ? linuxStartMark(pid) : psField(pid, 'lstart');
  return startMark === null ? null : { pid, startMark };
}

/** Whether this very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startMark === identity.startMark;
}

/** Resident memory; null when the process is gone. */
export function residentBytes(pid: number): number | null {
  if (process.platform !== 'linux') {
    const kilobytes = psField(pid, 'rss');
    return kilobytes === null ? null : Number(kilobytes) * 1024;
  }
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFile(`/proc/${pid}/status`) ?? '');
  return line === null ? null : Number(line[1]) * 1024;
}

/** SIGTERM, and SIGKILL when it takes too long. True when SIGKILL was needed. Never touches another process. */
export async function endProcess(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  if (!signal(identity, 'SIGTERM')) return false;
  for (let waited = 0; waited < timeoutMs; waited += POLL_MS) {
    await delay(POLL_MS);
    if (!isRunning(identity)) return false;
  }
  signal(identity, 'SIGKILL');
  while (isRunning(identity)) await delay(POLL_MS);
  return true;
}

function signal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false;
  try {
    return process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** The boot, and field 22 of /proc/PID/stat: clock ticks since that boot. The second field is a name in parentheses that may hold spaces and parentheses itself. */
function linuxStartMark(pid: number): string | null {
  const stat = readFile(`/proc/${pid}/stat`);
  if (stat === null) return null;
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields[18];
  return state === 'Z' || state === 'X' || ticks === undefined ? null : `${bootId} ${ticks}`;
}

function readFile(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function psField(pid: number, field: string): string | null {
  try {
    const output = execFileSync('ps', ['-o', 'state=', '-o', `${field}=`, '-p', String(pid)], {
      encoding: 'utf8',
    }).trim();
    const [state = 'Z', ...value] = output.split(/\s+/);
    return state.startsWith('Z') ? null : value.join(' ');
  } catch {
    return null;
  }
}
