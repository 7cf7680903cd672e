/**
 * Runs a target's campaign in a thread of its own, and watches it: an input that takes too long, or all memory, ends the thread
 * and is a finding; the campaign goes on behind it in a new one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { CampaignResult, Finding } from './campaign.ts';
import { SharedInput } from './shared_input.ts';
import type { WorkerMessage, WorkerTask } from './worker.ts';

export interface TargetReport {
  readonly target: string;
  readonly inputs: number;
  readonly seconds: number;
  readonly findings: readonly Finding[];
  readonly slowestMs: number;
  readonly outcomes: number;
  readonly heapGrowthBytes: number;
  /** Of the whole process, the most while this target ran. */
  readonly rssBytes: number;
}

export interface SuperviseOptions {
  readonly target: string;
  readonly seed: number;
  readonly inputs: number;
  readonly maxMs: number;
}

/** An input that takes more time of a processor hangs, as does one that takes very long without any. */
export const HANG_MS = 2_000;
const SILENCE_MS = 60_000;
const WATCH_MS = 100;
const MAX_HEAP_MB = 1_024;
/** One that goes on failing so is broken, and has been heard. */
const MAX_RESTARTS = 10;

export async function supervise(options: SuperviseOptions): Promise<TargetReport> {
  const startedMs = Date.now();
  const deadlineMs = startedMs + options.maxMs;
  const findings: Finding[] = [];
  const found: Uint8Array[] = [];
  const sum = { inputs: 0, slowestMs: 0, outcomes: 0, heapGrowthBytes: 0, rssBytes: 0 };
  let next = 0;
  let doubted = -1;
  for (let starts = 0; starts < MAX_RESTARTS && next < options.inputs && Date.now() < deadlineMs; starts++) {
    const { target, seed } = options;
    const task = { target, seed, firstIteration: next, inputs: options.inputs - next, deadlineMs, found };
    const part = await watch(task, findings, found);
    sum.inputs += part.result.inputs;
    sum.slowestMs = Math.max(sum.slowestMs, part.result.slowestMs);
    sum.outcomes = Math.max(sum.outcomes, part.result.outcomes);
    sum.heapGrowthBytes = Math.max(sum.heapGrowthBytes, part.heapGrowthBytes);
    sum.rssBytes = Math.max(sum.rssBytes, part.rssBytes);
    next += part.result.inputs;
    if (part.ending === undefined) continue;
    // A machine that stood still for two seconds is no finding: it has to happen twice.
    if (doubted === part.ending.iteration) {
      findings.push(part.ending);
      next++;
    }
    doubted = part.ending.iteration;
  }
  return { target: options.target, ...sum, seconds: (Date.now() - startedMs) / 1000, findings };
}

interface Part {
  readonly result: CampaignResult;
  readonly heapGrowthBytes: number;
  readonly rssBytes: number;
  /** Of the input that ended the thread, which is not counted. */
  readonly ending?: Finding;
}

/** What a thread has told of itself. */
interface Seen {
  done: Omit<Part, 'rssBytes'> | null;
  failure: Error | null;
  isRunning: boolean;
  hasEnded: boolean;
  heardMs: number;
  /** Time of a processor until then, of the whole process. */
  heardCpuMs: number;
}

async function watch(
  task: Omit<WorkerTask, 'memory'>,
  findings: Finding[],
  found: Uint8Array[],
): Promise<Part> {
  const shared = new SharedInput();
  shared.write(task.firstIteration, new Uint8Array(0));
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { ...task, memory: shared.memory } satisfies WorkerTask,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  const seen: Seen = {
    done: null,
    failure: null,
    isRunning: false,
    hasEnded: false,
    heardMs: 0,
    heardCpuMs: 0,
  };
  const hear = (): void => void Object.assign(seen, { heardMs: Date.now(), heardCpuMs: cpuMs() });
  hear();
  worker.on('message', (message: WorkerMessage) => {
    hear();
    if (message.kind === 'started') seen.isRunning = true;
    else if (message.kind === 'seed') found.push(message.input);
    else if (message.kind === 'finding') findings.push(message.finding);
    else seen.done = message;
  });
  worker.on('error', (error: Error) => (seen.failure = error));
  worker.on('exit', () => (seen.hasEnded = true));

  let rssBytes = 0;
  let writes = shared.writes;
  while (!seen.hasEnded) {
    await sleep(WATCH_MS);
    rssBytes = Math.max(rssBytes, process.memoryUsage.rss());
    if (!seen.isRunning || shared.writes !== writes) {
      writes = shared.writes;
      hear();
    } else if (cpuMs() - seen.heardCpuMs > HANG_MS || Date.now() - seen.heardMs > SILENCE_MS) {
      seen.failure = new Error(`an input ran for over ${HANG_MS} ms`);
      await worker.terminate();
    }
  }
  if (seen.done !== null) return { ...seen.done, rssBytes };
  const inputs = shared.iteration - task.firstIteration;
  const result = { inputs, slowestMs: HANG_MS, outcomes: 0 };
  return { result, heapGrowthBytes: 0, rssBytes, ending: findingOf(task, shared, seen.failure) };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function findingOf(task: Omit<WorkerTask, 'memory'>, shared: SharedInput, failure: Error | null): Finding {
  const { target, seed } = task;
  const problem = failure?.message ?? 'the thread ended by itself';
  const { iteration } = shared;
  return { target, problem, stack: failure?.stack ?? '', seed, iteration, input: shared.input() };
}
