/**
 * Runs the paths of a bench and prints what each of them costs: CPU time of this process with all its threads (garbage collection and
 * compilation too), since other work on the machine stretches wall time more than that.
 *
 * All paths together are measured for some six seconds, most of a second each at least, in samples of as many calls as take a few
 * milliseconds: the system's account is coarse beside a single call.
 */
import { Bench, type BenchOptions, type Statistics } from 'tinybench';

export interface Path {
  readonly name: string;
  /** Spans (or what the bench counts by) that a call handles. */
  readonly count: number;
  /** Throws where it has not done its work. */
  readonly run: () => void | Promise<void>;
  /** Makes what one call uses up, and costs nothing. A sample is a single call then, which should be a long one. */
  readonly prepare?: () => void | Promise<void>;
}

export interface MicroBench {
  readonly paths: readonly Path[];
  /** What costs are given by. */
  readonly unit?: string;
  /** What was handled, to stand beside the numbers. */
  readonly about?: string;
  /** How often each path is run, where it costs other processes more than this one. */
  readonly samples?: number;
  /** Milliseconds from anywhere; CPU time where none is given. */
  readonly now?: () => number;
  /** Part of the names of the paths to run; the first argument of the command line where none is given. */
  readonly wanted?: string;
  readonly write?: (text: string) => unknown;
}

const SAMPLE_MS = 5;
const ALL_PATHS_MS = 6_000;
const PATH_MS = { least: 700, most: 2_000 };
const WARM_UP_MS = 150;
const MIN_SAMPLES = 10;
const MIN_WARM_UPS = 3;

/** Throws what a path throws. */
export async function runMicroBench(bench: MicroBench): Promise<void> {
  const { unit = 'span', about = '', now = cpuMs, samples, wanted = process.argv[2] ?? '' } = bench;
  const write = bench.write ?? ((text: string) => process.stdout.write(text));
  const paths = bench.paths.filter(({ name }) => name.includes(wanted));
  if (paths.length === 0) return;
  const time = Math.min(PATH_MS.most, Math.max(PATH_MS.least, ALL_PATHS_MS / paths.length));
  const limits =
    samples === undefined
      ? { time, iterations: MIN_SAMPLES, warmupTime: WARM_UP_MS, warmupIterations: MIN_WARM_UPS }
      : { time: 0, iterations: samples, warmupTime: 0, warmupIterations: MIN_WARM_UPS };
  const rows = [['path', `us/${unit}`, 'best', 'margin', 'samples']];
  for (const path of paths) rows.push([path.name, ...(await measure(path, { ...limits, now }))]);
  write(`${tableOf(rows)}\n(Node ${process.versions.node}${about === '' ? '' : `, ${about}`})\n\n`);
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const cell = (text: string, column: number): string => {
    const width = widths[column] ?? 0;
    return column === 0 ? text.padEnd(width) : text.padStart(width);
  };
  return rows.map((row) => row.map(cell).join('  ')).join('\n');
}

async function measure(
  path: Path,
  options: BenchOptions & { readonly now: () => number },
): Promise<string[]> {
  const { name, prepare, run } = path;
  const isSingle = prepare !== undefined || options.time === 0;
  const calls = isSingle ? 1 : await callsOfSample(path, options.now);
  await prepare?.();
  const first = run();
  await first;
  const sync = (): void => {
    for (let i = 0; i < calls; i++) void run();
  };
  const async = async (): Promise<void> => {
    for (let i = 0; i < calls; i++) await run();
  };
  const bench = new Bench({ ...options, throws: true });
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
