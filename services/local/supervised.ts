/**
 * One process under supervision: started, watched, started again with growing pauses when it ends by itself, stopped
 * in order. It does not know what the process is. Each change of its record is published.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { identify, endProcess } from './process_table.ts';
import { HEALTHY_MS, restartDelayMs } from './restart_delay.ts';
import type { RunningServer } from './server_process.ts';
import type { ProcessRecord } from './state.ts';

export interface SupervisedOptions {
  readonly name: string;
  readonly healthUrl: string | null;
  readonly logFile: string;
  /** Resolves when the process does its work; calls `onSpawn` as soon as there is one. */
  readonly launch: (onSpawn: (pid: number) => void) => Promise<RunningServer>;
  readonly log: Log;
  readonly clock: Clock;
  readonly onChange: () => void;
}

const STOP_TIMEOUT_MS = 40_000;

export class Supervised {
  readonly #options: SupervisedOptions;
  readonly #stopping = new AbortController();
  #record: ProcessRecord;
  #running: RunningServer | null = null;
  #failures = 0;
  /** The loop that starts it again; never rejects. */
  #watch: Promise<void> = Promise.resolve();

  constructor(options: SupervisedOptions) {
    const { name, healthUrl, logFile } = options;
    this.#options = options;
    this.#record = {
      name,
      healthUrl,
      logFile,
      state: 'stopped',
      identity: null,
      startedAtMs: null,
      restarts: 0,
      lastEnd: null,
    };
  }

  get record(): ProcessRecord {
    return this.#record;
  }

  /** Resolves when the process does its work. The first start is not tried again: its error is for the user. */
  async start(): Promise<void> {
    const first = this.#launch();
    this.#watch = first.then(
      () => this.#keepRunning(),
      () => undefined,
    );
    await first;
  }

  /** Resolves when the process is gone and stays so, whatever state it was in. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#end();
    await this.#watch;
    this.#change({ state: 'stopped', identity: null });
  }

  async #launch(): Promise<void> {
    this.#change({ state: 'starting', identity: null, startedAtMs: this.#options.clock.now() });
    this.#running = await this.#options.launch((pid) => {
      this.#change({ identity: identify(pid) });
      // Stopped before there was a process to end.
      if (this.#isStopping()) void this.#end();
    });
    this.#change({ state: 'running' });
  }

  /** By its recorded pid: while the process still starts, that is all there is. */
  async #end(): Promise<void> {
    const { identity } = this.#record;
    if (identity !== null && (await endProcess(identity, STOP_TIMEOUT_MS))) {
      this.#options.log.warn({ process: this.#options.name }, 'did not stop in time, killed');
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #keepRunning(): Promise<void> {
    while (!this.#isStopping()) {
      if (this.#running !== null) {
        const end = await this.#running.ended;
        this.#running = null;
        if (this.#isStopping()) return;
        this.#noteEnd(end);
      }
      await this.#startAgain();
    }
  }

  async #startAgain(): Promise<void> {
    const { name, log } = this.#options;
    try {
      await delay(restartDelayMs(this.#failures++), undefined, { signal: this.#stopping.signal });
      this.#change({ restarts: this.#record.restarts + 1 });
      await this.#launch();
      log.info({ process: name }, 'runs again');
    } catch (error) {
      if (this.#isStopping()) return;
      this.#noteEnd((error as Error).message);
    }
  }

  #noteEnd(end: string): void {
    const { name, log, clock } = this.#options;
    const ranMs = clock.now() - (this.#record.startedAtMs ?? 0);
    if (ranMs >= HEALTHY_MS) this.#failures = 0;
    this.#change({ state: 'waiting', identity: null, lastEnd: end });
    log.warn({ process: name, end, startsAgainInMs: restartDelayMs(this.#failures) }, 'ended by itself');
  }

  #change(change: Partial<ProcessRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.#options.onChange();
  }
}
