/**
 * `make simulate [SEED=n] [RUNS=m]`: many schedules on all cores, or the one of a seed with all that happens in it. Exits with 1 at
 * the first seed that breaks a guarantee, after having made its schedule small.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describeEvent, makeSchedule, type Schedule } from './schedule.ts';
import { shrink } from './shrink.ts';
import { runSchedule } from './world.ts';

const DEFAULT_RUNS = 20_000;
/** Seeds that a worker reports at once. */
const CHUNK = 100;
const PROGRESS_MS = 5_000;

interface Report {
  readonly runs: number;
  readonly spans: number;
  readonly failedSeed: number | null;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

// Errors are part of the play: nobody reads their stacks.
Error.stackTraceLimit = 0;
const [from, step, runs] = process.argv.slice(2).map(Number);
if (from !== undefined && step !== undefined && runs !== undefined) await work(from, step, runs);
else process.exitCode = (await main()) ? 0 : 1;

function main(): Promise<boolean> {
  const { SEED, RUNS } = process.env;
  if (SEED !== undefined && SEED !== '') return replay(Number(SEED));
  return runAll(RUNS === undefined || RUNS === '' ? DEFAULT_RUNS : Number(RUNS));
}

/** Runs the seeds `from`, `from + step` ... below `runs`, and tells of them. */
async function work(from: number, step: number, runs: number): Promise<void> {
  let report = { runs: 0, spans: 0, failedSeed: null as number | null };
  const tell = async (): Promise<void> => {
    process.send?.(report satisfies Report);
    report = { runs: 0, spans: 0, failedSeed: null };
    // Lets the message go, and a signal come.
    await new Promise((resolve) => setImmediate(resolve));
  };
  for (let seed = from; seed <= runs; seed += step) {
    const result = await runSchedule(makeSchedule(seed));
    report.runs++;
    report.spans += result.spans;
    if (result.violations.length > 0) report.failedSeed = seed;
    if (report.runs === CHUNK || report.failedSeed !== null) await tell();
  }
  await tell();
  process.disconnect();
}

async function runAll(runs: number): Promise<boolean> {
  const startedMs = performance.now();
  const total = { runs: 0, spans: 0 };
  const failed: number[] = [];
  const workers = Math.min(availableParallelism(), Math.ceil(runs / CHUNK));
  const seconds = (): number => (performance.now() - startedMs) / 1_000;
  const progress = setInterval(
    () => write(`${total.runs} of ${runs} schedules, ${Math.round(total.runs / seconds())} a second`),
    PROGRESS_MS,
  );
  const children = Array.from({ length: workers }, (_, i) => startWorker(i + 1, workers, runs));
  for (const child of children) {
    child.on('message', (message) => {
      const report = message as Report;
      total.runs += report.runs;
      total.spans += report.spans;
      if (report.failedSeed === null) return;
      failed.push(report.failedSeed);
      for (const one of children) one.kill();
    });
  }
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as unknown));
  clearInterval(progress);
  const [seed] = failed;
  if (seed !== undefined) return await replay(seed);
  const isWhole = codes.every((code) => code === 0) && total.runs === runs;
  const outcome = isWhole ? 'every guarantee kept' : `a worker ended early: ${codes.join(', ')}`;
  write(`${total.runs} schedules, ${total.spans} spans in ${Math.round(seconds())} s: ${outcome}`);
  return isWhole;
}

function startWorker(from: number, step: number, runs: number): ChildProcess {
  return fork(fileURLToPath(import.meta.url), [from, step, runs].map(String));
}

/** Shows the schedule of a seed, made small where it fails, and what happens in it. */
async function replay(seed: number): Promise<boolean> {
  const schedule = makeSchedule(seed);
  const { violations, spans } = await runSchedule(schedule);
  if (violations.length === 0) {
    show(schedule);
    write(`seed ${seed}: every guarantee kept, ${spans} spans`);
    return true;
  }
  const fails = async (candidate: Schedule): Promise<boolean> =>
    (await runSchedule(candidate)).violations.length > 0;
  const smallest = await shrink(schedule, fails);
  const result = await runSchedule(smallest, { trace: write });
  show(smallest);
  for (const violation of result.violations) write(`BROKEN  ${violation}`);
  write(`seed ${seed} fails, ${smallest.events.length} of ${schedule.events.length} events are enough;`);
  write(`make simulate SEED=${seed} shows it again`);
  return false;
}

function show({ seed, partitions, processors, sinks, events }: Schedule): void {
  write(`\nschedule ${seed}: ${partitions} partitions, ${processors} processors, ${sinks} sinks`);
  for (const event of events) write(`  ${describeEvent(event)}`);
}
