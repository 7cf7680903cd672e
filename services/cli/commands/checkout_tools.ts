/** `spanmill chaos` and `spanmill bench`: tools of the folder test, each a process of its own. They are not part of an installed image. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { CliError, type CliContext } from '../context.ts';

interface Tool {
  readonly name: string;
  readonly description: string;
  /** In sentences about it. */
  readonly called: string;
  readonly script: string;
}

const TOOLS: readonly Tool[] = [
  {
    name: 'chaos',
    description: 'break a whole pipeline on this machine on purpose, and count what came through',
    called: 'the fault drill',
    script: 'test/chaos/main.ts',
  },
  {
    name: 'bench',
    description: 'measure what the pipeline costs on this machine: CPU time a span of each process',
    called: 'the bench',
    script: 'test/bench/stages/main.ts',
  },
];

export function register(program: Command, context: CliContext): void {
  for (const tool of TOOLS) {
    program
      .command(tool.name)
      .description(tool.description)
      .argument('[options...]', `its own: spanmill ${tool.name} --help`)
      // They are the tool's own, its --help too.
      .helpOption(false)
      .allowUnknownOption()
      .action((args: readonly string[]) => runTool(context, tool, args));
  }
}

async function runTool(
  context: CliContext,
  { called, script }: Tool,
  args: readonly string[],
): Promise<void> {
  const path = join(context.root, script);
  if (!existsSync(path)) {
    throw new CliError([`${called} needs a checkout with its tests: there is no ${path}`]);
  }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path, ...args], {
    stdio: 'inherit',
    cwd: context.root,
  });
  // Ctrl-C reaches it by itself; whoever ends only this process means the tool.
  void context.interrupted().then(() => child.kill('SIGTERM'));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) process.exitCode = code ?? 1;
}
