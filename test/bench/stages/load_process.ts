/** A load, started and listened to. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LoadOptions, LoadProgress } from './load.ts';

export interface LoadProcess {
  /** What it said last. */
  readonly progress: LoadProgress;
  /** All that it said, a line a second. */
  readonly lines: readonly LoadProgress[];
  /** Resolves when it has ended by itself. Throws where it failed. */
  ended(): Promise<void>;
  kill(): void;
}

const NOTHING: LoadProgress = { spans: 0, bytes: 0, failed: 0, p50: 0, p99: 0 };

export function startLoad(options: LoadOptions): LoadProcess {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'load.ts'), JSON.stringify(options)],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const lines: LoadProgress[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line) as LoadProgress));
  const exited = once(child, 'close') as Promise<[number | null]>;
  return {
    lines,
    get progress() {
      return lines.at(-1) ?? NOTHING;
    },
    ended: async () => {
      const [code] = await exited;
      if (code !== 0) throw new Error(`the load ended with ${code}`);
    },
    kill: () => child.kill('SIGKILL'),
  };
}
