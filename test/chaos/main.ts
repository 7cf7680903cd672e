/** `spanmill chaos`: its arguments, its directory, and its end, however it comes. The drill itself is drill.ts. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeTerminal } from '../../services/platform/terminal.ts';
import { ArgumentsError } from '../support/command_line.ts';
import { testHome } from '../support/servers.ts';
import { HELP, listText, readArguments, type DrillArguments } from './arguments.ts';
import { runDrill, type Verdict } from './drill.ts';
import type { LagWatch } from './lag.ts';
import { startProgress } from './progress.ts';
import { Roster } from './roster.ts';
import { logDirectory, type Stack } from './stack.ts';

const INTERRUPTED = 130;
const write = (text: string): void => void process.stdout.write(text);

// Clients of servers that are gone would keep the process for as long as they look for them.
process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  try {
    const wish = readArguments(argv);
    if (wish.do === 'drill') return await drill(wish);
    write(wish.do === 'help' ? HELP : listText());
    return 0;
  } catch (error) {
    if (!(error instanceof ArgumentsError)) throw error;
    process.stderr.write(`spanmill chaos: ${error.message}\n`);
    return 2;
  }
}

async function drill(wish: DrillArguments): Promise<number> {
  const home = testHome();
  const directory = join(home, 'chaos', `${wish.seed}-${Date.now().toString(36)}`);
  mkdirSync(directory, { recursive: true });
  const roster = new Roster();
  let stack: Stack | null = null;
  let lag: LagWatch | null = null;
  let endsAtMs: number | null = null;
  const progress = startProgress({
    ...{ terminal: describeTerminal(), write },
    endsAtMs: () => endsAtMs,
    lag: () => lag?.newest(Date.now()) ?? null,
  });
  const end = async (): Promise<void> => {
    progress.end();
    await roster.killAll();
    for (const undo of stack?.undoAtEnd.toReversed() ?? []) undo();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void end().then(() => {
        rmSync(directory, { recursive: true, force: true });
        write('interrupted: everything is ended and removed\n');
        process.exit(INTERRUPTED);
      });
    });
  }
  progress.line(
    `drill ${wish.seed}: ${wish.faults.length} kinds of faults, ${wish.spansPerSecond} spans a second`,
  );
  const verdict = await runDrill({
    ...{ ...wish, home, directory, roster, progress, chance: Math.random },
    onStack: (started, watch) => {
      stack = started;
      lag = watch;
    },
    onEnd: (ms) => (endsAtMs = ms),
  }).catch((error: unknown): Verdict => ({ report: '', failures: [String((error as Error).stack)] }));
  await end();
  return finish(verdict, directory, wish);
}

/** The logs of a drill that failed stay, with the report; all else is removed. */
function finish({ report, failures }: Verdict, directory: string, wish: DrillArguments): number {
  write(`\n${report}\n\n`);
  if (failures.length === 0) {
    rmSync(directory, { recursive: true, force: true });
    write('every guarantee was kept\n');
    return 0;
  }
  for (const name of readdirSync(directory)) {
    const isLogs = join(directory, name) === logDirectory(directory);
    if (!isLogs && !wish.keepsData) rmSync(join(directory, name), { recursive: true });
  }
  const text = `BROKEN\n${failures.map((failure) => `  ${failure}\n`).join('')}`;
  writeFileSync(join(logDirectory(directory), 'report.md'), `${report}\n\n${text}`);
  write(`${text}\nthe same again: spanmill chaos --seed ${wish.seed}; logs: ${logDirectory(directory)}\n`);
  return 1;
}
