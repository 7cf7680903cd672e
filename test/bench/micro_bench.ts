/**
 * Runs the paths of a bench and prints what each of them costs: CPU time of this process with all its threads (garbage collection and
 * compilation too), since other work on the machine stretches wall time more than that.
 *
 * All paths together are measured for some eight seconds, a second each at least, in samples of as many calls as take a few milliseconds:
 * the system's account is coarse beside a single call. An argument of the command line is part of the names of the paths to run.
 */
import { Bench, type Statistics } from 'tinybench';

export interface Path {
  readonly name: string;
  /** Spans (or what the bench counts by) that a call handles. */
  readonly count: number;
  /** Throws where it has not done its work. */
  readonly run: () => void | Promise<void>;
  /** Makes what one call uses up, and its cost does not count. A sample is a single call then, which should be a long one. */
  readonly prepare?: () => void | Promise<void>;
}

export interface MicroBench {
  readonly paths: readonly Path[];
  /** What costs are given by. */
  readonly unit?: string;
  /** What was handled, to stand beside the numbers. */
  readonly about?: string;
  /** Milliseconds from anywhere. */
  readonly now?: () => number;
}

const SAMPLE_MS = 5;
const ALL_PATHS_MS = 8_000;
const PATH_MS = { least: 1_000, most: 4_000 };
const WARM_UP_MS = 250;
const MIN_SAMPLES = 10;
const MIN_WARM_UPS = 3;

export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export async function runMicroBench({
  paths,
  unit = 'span',
  about = '',
  now = cpuMs,
}: MicroBench): Promise<void> {
  const wanted = paths.filter(({ name }) => name.includes(process.argv[2] ?? ''));
  const ms = Math.min(PATH_MS.most, Math.max(PATH_MS.least, ALL_PATHS_MS / wanted.length));
  const rows = [['path', `us/${unit}`, 'best', 'margin', 'samples']];
  for (const path of wanted) rows.push([path.name, ...(await measure(path, ms, now))]);
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) => {
    const [name = '', ...cells] = row;
    return [name.padEnd(widths[0] ?? 0), ...cells.map((cell, i) => cell.padStart(widths[i + 1] ?? 0))];
  });
  const remark = about === '' ? '' : `, ${about}`;
  process.stdout.write(`${lines.map((line) => line.join('  ')).join('\n')}\n(Node ${process.versions.node}${remark})\n\n`);
}

async function measure(path: Path, ms: number, now: () => number): Promise<string[]> {
  const { name, prepare, run } = path;
  const calls = prepare === undefined ? await callsOfSample(path, now) : 1;
  await prepare?.();
  const first = run();
  await first;
  const sync = (): void => {
    for (let i = 0; i < calls; i++) void run();
  };
  const async = async (): Promise<void> => {
    for (let i = 0; i < calls; i++) await run();
  };
  const bench = new Bench({
    ...{ now, throws: true, time: ms, iterations: MIN_SAMPLES },
    ...{ warmupTime: WARM_UP_MS, warmupIterations: MIN_WARM_UPS },
  });
  bench.add(name, first === undefined ? sync : async, {
    async: first !== undefined,
    // What paths before it have left behind is not its cost.
    beforeAll: () => globalThis.gc?.(),
    ...(prepare !== undefined && { beforeEach: prepare }),
  });
  const [task] = await bench.run();
  if (task?.result.state !== 'completed') throw new Error(`${name} did not complete`);
  return numbersOf(task.result.latency, calls * path.count);
}

/** As many as take a sample's time once they are compiled. */
async function callsOfSample({ run }: Path, now: () => number): Promise<number> {
  const timeOf = async (calls: number): Promise<number> => {
    const before = now();
    for (let i = 0; i < calls; i++) await run();
    return now() - before;
  };
  for (let warmedMs = 0; warmedMs < WARM_UP_MS;) warmedMs += await timeOf(1);
  let calls = 1;
  while ((await timeOf(calls)) < SAMPLE_MS) calls *= 2;
  return calls;
}

/** Median, best, relative margin of error and samples. */
function numbersOf({ min, p50, rme, samplesCount }: Statistics, count: number): string[] {
  const us = (ms: number): string => shown((1000 * ms) / count);
  return [us(p50), us(min), `${rme.toFixed(1)} %`, String(samplesCount)];
}

/** Three digits that mean something. */
function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
