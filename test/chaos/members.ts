/**
 * The services of a drill as processes that can be killed, paused, stopped and started. One that ends by itself is
 * started again, as a supervisor would, and its end is kept for the report.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startServer } from '../../services/local/server_process.ts';
import type { Roster } from './roster.ts';

export type Role = 'collector' | 'processor' | 'sink';

export interface MemberOptions {
  readonly role: Role;
  readonly number: number;
  readonly healthPort: number;
  readonly env: Readonly<Record<string, string>>;
  readonly logDirectory: string;
  readonly roster: Roster;
  readonly onSurprise: (what: string) => void;
}

const ROOT = join(import.meta.dirname, '../..');
const READY_TIMEOUT_MS = 5_000;
const RESTART_PAUSE_MS = 1_000;

export type EndSignal = 'SIGKILL' | 'SIGTERM';

/** Whether a process ended as the signal asks: a stop that fails or takes too long ends with another code. */
export function isEndBy(signal: EndSignal, how: string): boolean {
  // A process that has hardly begun to start has no handler yet.
  return how === signal || (signal === 'SIGTERM' && how === 'exit code 0');
}

export class Member {
  readonly name: string;
  readonly role: Role;
  private readonly options: MemberOptions;
  /** What was given on the last start beside its own environment. */
  private extraEnv: Readonly<Record<string, string>> = {};
  private isWanted = false;
  /** Processes there were, and which of them was the last to be ended on purpose. */
  private lives = 0;
  private endedLife = 0;
  private endedWith: EndSignal = 'SIGTERM';

  constructor(options: MemberOptions) {
    this.options = options;
    this.role = options.role;
    this.name = `${options.role}-${options.number}`;
  }

  get logFile(): string {
    return join(this.options.logDirectory, `${this.name}.log`);
  }

  /** Whether it should run: killed ones should not until they are started again. */
  get isUp(): boolean {
    return this.isWanted;
  }

  /** Resolves when there is a process; whether it does its work is what `notReady` says. */
  async start(extraEnv: Readonly<Record<string, string>> = {}): Promise<void> {
    this.extraEnv = extraEnv;
    this.isWanted = true;
    await this.launch();
  }

  /** Resolves when the process is gone. It stays down. */
  async end(signal: EndSignal): Promise<void> {
    this.isWanted = false;
    this.endedLife = this.lives;
    this.endedWith = signal;
    this.mark(signal);
    this.options.roster.signal(this.name, signal);
    await this.options.roster.gone(this.name);
  }

  pause(): void {
    this.mark('SIGSTOP');
    this.options.roster.signal(this.name, 'SIGSTOP');
  }

  resume(): void {
    this.mark('SIGCONT');
    this.options.roster.signal(this.name, 'SIGCONT');
  }

  /** Why it does not do its work, or null. */
  async notReady(): Promise<string | null> {
    const answer = await this.ask('readyz');
    if (answer === null) return 'does not answer';
    return answer.ok ? null : ((await answer.text()).split('\n', 1)[0] ?? 'not ready');
  }

  /** The Prometheus text; empty when it does not answer. */
  async metrics(): Promise<string> {
    return (await (await this.ask('metrics'))?.text()) ?? '';
  }

  private async ask(path: string): Promise<Response | null> {
    try {
      const signal = AbortSignal.timeout(READY_TIMEOUT_MS);
      return await fetch(`http://127.0.0.1:${this.options.healthPort}/${path}`, { signal });
    } catch {
      return null;
    }
  }

  private async launch(): Promise<void> {
    const { env, role, roster } = this.options;
    const life = ++this.lives;
    const running = await startServer({
      name: this.name,
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', join('services', role, 'main.ts')],
      cwd: ROOT,
      env: { ...env, ...this.extraEnv },
      logFile: this.logFile,
      // Ctrl-C is for the drill, which then ends them.
      detached: true,
      onSpawn: (pid) => roster.add(this.name, pid),
      ready: () => Promise.resolve(true),
      startTimeoutMs: RESTART_PAUSE_MS,
    });
    void running.ended.then((how) => this.ended(how, life));
  }

  private async ended(how: string, life: number): Promise<void> {
    const { onSurprise } = this.options;
    if (life <= this.endedLife) {
      if (!isEndBy(this.endedWith, how))
        onSurprise(`${this.name} was sent ${this.endedWith}, and its end was ${how}`);
      return;
    }
    onSurprise(`${this.name} ended by itself (${how})`);
    await delay(RESTART_PAUSE_MS);
    if (life > this.endedLife) await this.launch();
  }

  /** Into its own log: who reads it later sees what was done to it. */
  private mark(what: string): void {
    appendFileSync(this.logFile, `--- ${new Date().toISOString()} ${what} by the drill\n`);
  }
}
