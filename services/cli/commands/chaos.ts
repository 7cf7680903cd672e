/** `spanmill chaos`: the fault drill of test/chaos, as a process of its own. It is not part of an installed image. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { CliError, type CliContext } from '../context.ts';

export function register(program: Command, context: CliContext): void {
  program
    .command('chaos')
    .description('break a whole pipeline on this machine on purpose, and count what came through')
    .argument('[options...]', 'of the drill: spanmill chaos --help')
    // They are the drill's own, its --help too.
    .helpOption(false)
    .allowUnknownOption()
    .action((args: readonly string[]) => chaos(context, args));
}

async function chaos(context: CliContext, args: readonly string[]): Promise<void> {
  const drill = join(context.root, 'test/chaos/main.ts');
  if (!existsSync(drill)) {
    throw new CliError([`the fault drill needs a checkout with its tests: there is no ${drill}`]);
  }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', drill, ...args], {
    stdio: 'inherit',
    cwd: context.root,
  });
  // Ctrl-C reaches the drill by itself; whoever ends only this process means the drill.
  void context.interrupted().then(() => child.kill('SIGTERM'));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) process.exitCode = code ?? 1;
}
