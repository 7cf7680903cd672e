/** What the pipeline costs, stage by stage: `node test/bench/stages/main.ts --help`, which is `spanmill bench --help`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ArgumentsError } from '../../support/command_line.ts';
import { testHome } from '../../support/servers.ts';
import { HELP, readArguments, type BenchArguments } from './arguments.ts';
import { startBenchServers } from './bench_servers.ts';
import { compare } from './compare.ts';
import { report } from './report.ts';
import type { BenchResults, ScenarioResult } from './result.ts';
import { runScenario } from './run_scenario.ts';
import { wantedScenarios, type Scenario } from './scenarios.ts';
import type { RunOptions } from './start_way.ts';

const INTERRUPTED = 130;
const OUTPUT = join(import.meta.dirname, '../../../test-output/bench');

const write = (line: string): void => void process.stdout.write(`${line}\n`);

process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  try {
    if (argv[0] === 'compare') return compareFiles(argv.slice(1));
    const wish = readArguments(argv);
    if (wish.wantsHelp) write(HELP);
    else await bench(wish);
    return 0;
  } catch (error) {
    if (!(error instanceof ArgumentsError)) throw error;
    process.stderr.write(`bench: ${error.message}\n`);
    return 2;
  }
}

function compareFiles([before, after, ...rest]: readonly string[]): number {
  if (before === undefined || after === undefined || rest.length > 0) {
    throw new ArgumentsError('compare takes the files of two results');
  }
  for (const line of compare(resultsOf(before), resultsOf(after))) write(line);
  return 0;
}

function resultsOf(file: string): BenchResults {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as BenchResults;
  } catch (cause) {
    throw new ArgumentsError(`${file} is no result of a bench: ${(cause as Error).message}`, { cause });
  }
}

async function bench(wish: BenchArguments): Promise<void> {
  const scenarios = wantedScenarios(wish);
  const commit = commitName();
  const output = resolve(wish.output ?? join(OUTPUT, `${commit}.json`));
  const results: ScenarioResult[] = [];
  const all = (): BenchResults => ({
    ...{ commit, results, node: `Node ${process.version}`, at: new Date().toISOString().slice(0, 16) },
    machine: `${cpus().length} x ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 1024 ** 3)} GiB`,
  });
  mkdirSync(dirname(output), { recursive: true });
  for (const [index, scenario] of scenarios.entries()) {
    const wished = withWishes(scenario, wish);
    const { warmUpSeconds, seconds } = wished;
    write(`${index + 1} of ${scenarios.length}: ${scenario.name} (${warmUpSeconds} + ${seconds} s)`);
    for (const otelcol of otelcolOf(wished)) {
      if (otelcol !== null) write(`  the same by ${otelcol}`);
      const profileDirectory = wish.profiles ? dirname(output) : null;
      results.push(await runAlone(wished, { otelcol, profileDirectory }));
      // What is measured is kept, whatever happens to the rest.
      writeFileSync(output, JSON.stringify(all(), null, 2));
    }
  }
  for (const line of ['', ...report(all()), '', `written to ${output}`]) write(line);
}

/** Null is Spanmill; then the OpenTelemetry Collector, where one is named and the scenario is for it. */
function otelcolOf({ hasPeer }: Scenario): (string | null)[] {
  const binary = process.env['OTELCOL'] ?? '';
  return hasPeer && binary !== '' ? [null, binary] : [null];
}

function withWishes(
  scenario: Scenario,
  { seconds, warmUpSeconds, spansPerSecond }: BenchArguments,
): Scenario {
  return {
    ...scenario,
    seconds: seconds ?? scenario.seconds,
    warmUpSeconds: warmUpSeconds ?? scenario.warmUpSeconds,
    spansPerSecond: spansPerSecond ?? scenario.spansPerSecond,
  };
}

/** On servers of its own: what one scenario stored is not merged while the next is measured. */
async function runAlone(scenario: Scenario, options: Omit<RunOptions, 'servers'>): Promise<ScenarioResult> {
  const servers = await startBenchServers(testHome());
  const interrupted = (): void => void servers.stop().then(() => process.exit(INTERRUPTED));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
  try {
    return await runScenario(scenario, { ...options, servers });
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted);
    await servers.stop();
  }
}

function commitName(): string {
  const git = (...args: readonly string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : '-changed'}`;
}
