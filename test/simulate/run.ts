/**
 * `make simulate [SEED=n] [RUNS=m] [FROM=n]`: many schedules on all cores, or the one of a seed with all that happens in it. Exits with
 * 1 at the first seed that breaks a guarantee, after having made its schedule small.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describeEvent, makeSchedule, type Schedule } from './schedule.ts';
import { shrink } from './shrink.ts';
import { addTally, type Tally } from './tally.ts';
import { runSchedule } from './world.ts';

const DEFAULT_RUNS = 20_000;
/** Seeds that a worker reports at once. */
const CHUNK = 100;
const PROGRESS_MS = 5_000;
/** A worker has a core: helpers of its garbage collector would only take from the others. MEASURED: 4.6 to 3.5 ms CPU a schedule, Node 24. */
const NODE_FLAGS = ['--single-threaded-gc'];

interface Report {
  runs: number;
  spans: number;
  tally: Tally;
  failedSeed: number | null;
  /** Of the worker so far. */
  cpuSeconds: number;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

// Errors are part of the play: nobody reads their stacks.
Error.stackTraceLimit = 0;
const [from, step, end] = process.argv.slice(2).map(Number);
if (from !== undefined && step !== undefined && end !== undefined) await work(from, step, end);
else process.exitCode = (await main()) ? 0 : 1;

function main(): Promise<boolean> {
  const { SEED, RUNS, FROM } = process.env;
  if (SEED !== undefined && SEED !== '') return replay(Number(SEED));
  const runs = RUNS === undefined || RUNS === '' ? DEFAULT_RUNS : Number(RUNS);
  return runAll(FROM === undefined || FROM === '' ? 1 : Number(FROM), runs);
}

/** Runs the seeds `from`, `from + step` ... below `end`, and tells of them. */
async function work(from: number, step: number, end: number): Promise<void> {
  let report = emptyReport();
  const tell = async (): Promise<void> => {
    const { user, system } = process.cpuUsage();
    const message: Report = { ...report, cpuSeconds: (user + system) / 1e6 };
    report = emptyReport();
    // Lets the message go, and a signal come.
    await new Promise((resolve) => process.send?.(message, resolve));
  };
  for (let seed = from; seed < end; seed += step) {
    const result = await runSchedule(makeSchedule(seed));
    report.runs++;
    report.spans += result.spans;
    addTally(report.tally, result.tally);
    if (result.violations.length > 0) report.failedSeed = seed;
    if (report.runs === CHUNK || report.failedSeed !== null) await tell();
  }
  await tell();
  // A deadline of some seed's, half a minute long, may still be under way, and nobody waits for it.
  process.exit();
}

function emptyReport(): Report {
  return { runs: 0, spans: 0, tally: {}, failedSeed: null, cpuSeconds: 0 };
}

async function runAll(first: number, runs: number): Promise<boolean> {
  const startedMs = performance.now();
  const total = emptyReport();
  const workers = Math.min(availableParallelism(), Math.ceil(runs / CHUNK));
  const seconds = (): number => (performance.now() - startedMs) / 1_000;
  const progress = setInterval(() => write(progressLine(total.runs, runs, seconds())), PROGRESS_MS);
  const children = Array.from({ length: workers }, (_, i) => startWorker(first + i, workers, first + runs));
  const cpuSeconds = children.map(() => 0);
  for (const [i, child] of children.entries()) {
    child.on('message', (message) => {
      const report = message as Report;
      total.runs += report.runs;
      total.spans += report.spans;
      addTally(total.tally, report.tally);
      cpuSeconds[i] = report.cpuSeconds;
      if (report.failedSeed === null) return;
      total.failedSeed ??= report.failedSeed;
      for (const one of children) one.kill();
    });
  }
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as unknown));
  clearInterval(progress);
  total.cpuSeconds = cpuSeconds.reduce((sum, one) => sum + one, 0);
  summarise(total, seconds());
  if (total.failedSeed !== null) return await replay(total.failedSeed);
  const isWhole = codes.every((code) => code === 0) && total.runs === runs;
  write(isWhole ? 'every guarantee kept' : `a worker ended early: ${codes.join(', ')}`);
  return isWhole;
}

function startWorker(from: number, step: number, end: number): ChildProcess {
  const execArgv = [...process.execArgv, ...NODE_FLAGS];
  return fork(fileURLToPath(import.meta.url), [from, step, end].map(String), { execArgv });
}

function progressLine(done: number, runs: number, seconds: number): string {
  const rate = done / seconds;
  const left = done === 0 ? '' : `, ${duration((runs - done) / rate)} left`;
  return `${done} of ${runs} schedules, ${Math.round(rate)} a second${left}`;
}

function duration(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

function summarise({ runs, spans, tally, cpuSeconds }: Report, seconds: number): void {
  for (const what of Object.keys(tally).sort()) write(`${String(tally[what]).padStart(10)}  ${what}`);
  const each = (1_000 * cpuSeconds) / Math.max(runs, 1);
  write(
    `${runs} schedules, ${spans} spans in ${Math.round(seconds)} s, ${Math.round(cpuSeconds)} s of CPU ` +
      `(${each.toFixed(2)} ms a schedule)`,
  );
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

function show({ seed, mode, partitions, processors, sinks, events }: Schedule): void {
  write(`\nschedule ${seed}: ${mode}, ${partitions} partitions, ${processors} processors, ${sinks} sinks`);
  for (const event of events) write(`  ${describeEvent(event)}`);
}
