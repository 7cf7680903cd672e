/** All processes of a drill that run now, by name; and their end, whatever happens to the drill. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isRunning, type ProcessIdentity } from '../../services/local/process_table.ts';

const POLL_MS = 20;

export class Roster {
  private readonly running = new Map<string, ProcessIdentity>();
  private readonly reaper: ChildProcess;

  constructor() {
    this.reaper = spawn(process.execPath, [join(import.meta.dirname, 'reaper.ts')], {
      stdio: ['pipe', 'ignore', 'ignore'],
      // In no process group of ours: who kills the group leaves it the time to kill the rest.
      detached: true,
    });
    this.reaper.stdin?.on('error', () => undefined);
    this.reaper.unref();
  }

  /** The process that has this name from now on. */
  add(name: string, pid: number): void {
    const identity = identify(pid);
    if (identity === null) return;
    this.running.set(name, identity);
    this.reaper.stdin?.write(`${pid}\n`);
  }

  /** Ends with the drill, and is nothing that it looks at. */
  guard(pid: number): void {
    this.reaper.stdin?.write(`${pid}\n`);
  }

  get processes(): readonly { readonly name: string; readonly pid: number }[] {
    return [...this.running]
      .filter(([, identity]) => isRunning(identity))
      .map(([name, { pid }]) => ({ name, pid }));
  }

  /** False when it does not run. */
  signal(name: string, signal: NodeJS.Signals): boolean {
    const identity = this.running.get(name);
    if (identity === undefined || !isRunning(identity)) return false;
    return process.kill(identity.pid, signal);
  }

  /** Resolves when the process of this name is gone. */
  async gone(name: string): Promise<void> {
    const identity = this.running.get(name);
    while (identity !== undefined && isRunning(identity)) await delay(POLL_MS);
  }

  async killAll(): Promise<void> {
    const names = this.processes.map(({ name }) => name);
    for (const name of names) this.signal(name, 'SIGKILL');
    await Promise.all(names.map((name) => this.gone(name)));
    this.reaper.stdin?.end();
  }
}
