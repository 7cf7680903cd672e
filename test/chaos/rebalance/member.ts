/** A processor as a process of its own, and what its log says of the partitions that it claims. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Claim {
  readonly member: Member;
  readonly partition: number;
  readonly atMs: number;
}

interface LogLine {
  readonly msg?: string;
  readonly message?: string;
  readonly partition?: number;
  readonly time?: number | string;
}

const LOG_LINES = 400;

export class Member {
  readonly name: string;
  readonly startedMs = Date.now();
  readonly lines: string[] = [];
  readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;

  constructor(name: string, env: Readonly<Record<string, string>>, onClaim: (claim: Claim) => void) {
    this.name = name;
    const main = new URL('../../../services/processor/main.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [main], {
      env: { ...env, NODE_OPTIONS: '', SPANMILL_LOG_FORMAT: 'json', SPANMILL_LOG_LEVEL: 'info' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.exited = once(child, 'exit');
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        this.lines.push(`${Date.now()} ${line}`);
        this.lines.splice(0, this.lines.length - LOG_LINES);
        const claim = claimOf(line);
        if (claim !== null) onClaim({ member: this, ...claim });
      });
    }
  }

  get isGone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Resolves when the process is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.isGone) this.child.kill(signal);
    await this.exited;
  }
}

function claimOf(line: string): { partition: number; atMs: number } | null {
  if (!line.includes('partition claimed')) return null;
  const { partition, time } = JSON.parse(line) as LogLine;
  if (partition === undefined) return null;
  return { partition, atMs: time === undefined ? Date.now() : new Date(time).getTime() };
}
