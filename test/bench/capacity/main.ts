/** The capacity page from the figures of the bench: `node test/bench/capacity/main.ts --help`. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArgumentsError } from '../../support/command_line.ts';
import type { BenchResults } from '../stages/result.ts';
import { HELP, readArguments, type CapacityArguments } from './arguments.ts';
import { onlyTheWholeWay, readFigures } from './figures.ts';
import { generate, SEED, withBlocks, type Generated } from './page.ts';
import { resultsTable, series } from './results.ts';

const DOCS = join(import.meta.dirname, '../../../docs');
const PAGE = join(DOCS, 'capacity.md');
const PICTURES = join(DOCS, 'capacity');
const FIGURES = join(DOCS, 'capacity_figures.json');

const write = (line: string): void => void process.stdout.write(`${line}\n`);

process.exitCode = main(process.argv.slice(2));

function main(argv: readonly string[]): number {
  try {
    const wish = readArguments(argv);
    if (!wish.wantsHelp) return make(wish);
    write(HELP);
    return 0;
  } catch (error) {
    if (!(error instanceof ArgumentsError)) throw error;
    process.stderr.write(`capacity: ${error.message}\n`);
    return 2;
  }
}

function make({ checks, figures, seed, series: directory }: CapacityArguments): number {
  const results = resultsOf(figures ?? FIGURES);
  const generated = generate(results, seed);
  if (directory !== null) writeSeries(directory, generated);
  if (seed !== SEED) {
    resultsTable(generated.simulated).forEach(write);
    return 0;
  }
  const files = new Map([[PAGE, withBlocks(readFileSync(PAGE, 'utf8'), generated.blocks)]]);
  if (figures !== null) files.set(FIGURES, `${JSON.stringify(results, null, 2)}\n`);
  for (const [name, picture] of generated.pictures) files.set(join(PICTURES, name), picture);
  return checks ? check(files) : put(files);
}

/** Also removes pictures that are none any more. */
function put(files: ReadonlyMap<string, string>): number {
  mkdirSync(PICTURES, { recursive: true });
  for (const path of pictures()) if (!files.has(path)) rmSync(path);
  for (const [path, content] of files) writeFileSync(path, content);
  return 0;
}

function check(files: ReadonlyMap<string, string>): number {
  const differ = [...files]
    .filter(([path, content]) => readOrNothing(path) !== content)
    .map(([path]) => path);
  const wrong = [...differ, ...pictures().filter((path) => !files.has(path))];
  for (const path of wrong)
    process.stderr.write(`${path} is not that of the figures; run \`make capacity\`\n`);
  return wrong.length === 0 ? 0 : 1;
}

function pictures(): string[] {
  return readdirSync(PICTURES).map((name) => join(PICTURES, name));
}

function readOrNothing(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function resultsOf(file: string): BenchResults {
  try {
    const results = onlyTheWholeWay(JSON.parse(readFileSync(file, 'utf8')) as BenchResults);
    readFigures(results);
    return results;
  } catch (cause) {
    throw new ArgumentsError(`${file} has no figures to count with: ${(cause as Error).message}`, { cause });
  }
}

function writeSeries(directory: string, { simulated }: Generated): void {
  mkdirSync(directory, { recursive: true });
  for (const { policy, outcome } of simulated) {
    if (policy.file !== null) writeFileSync(join(directory, `${policy.file}.csv`), series(outcome));
  }
}
