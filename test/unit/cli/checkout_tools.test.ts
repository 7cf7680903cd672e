import { expect, test } from '@jest/globals';
import { Command } from 'commander';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { register } from '../../../services/cli/commands/checkout_tools.ts';
import { CliError, type CliContext } from '../../../services/cli/context.ts';

async function run(root: string, tool: string, ...args: string[]): Promise<void> {
  const context: CliContext = {
    ...{ env: {}, root, clock: { now: () => 0 }, write: () => undefined },
    terminal: { width: 80, isTerminal: false, color: false, unicode: true },
    interrupted: () => new Promise(() => undefined),
  };
  const program = new Command('spanmill').exitOverride();
  register(program, context);
  await program.parseAsync([tool, ...args], { from: 'user' });
}

test.each([
  ['chaos', 'the fault drill'],
  ['bench', 'the bench'],
])('%s says that it needs a checkout where it is not there', async (tool, called) => {
  await expect(run('/nowhere', tool)).rejects.toThrow(CliError);
  await expect(run('/nowhere', tool)).rejects.toThrow(`${called} needs a checkout with its tests`);
});

test.each([
  ['chaos', 'test/chaos/main.ts'],
  ['bench', 'test/bench/stages/main.ts'],
])("%s gets its arguments, and its exit code is the command's", async (tool, script) => {
  const root = mkdtempSync(join(tmpdir(), 'spanmill-tool-'));
  const before = process.exitCode;
  try {
    const path = join(root, script);
    mkdirSync(dirname(path), { recursive: true });
    const wanted = JSON.stringify(['--seed', '3', '--help']);
    writeFileSync(
      path,
      `process.exit(JSON.stringify(process.argv.slice(2)) === ${JSON.stringify(wanted)} ? 7 : 1);`,
    );
    await run(root, tool, '--seed', '3', '--help');
    expect(process.exitCode).toBe(7);
  } finally {
    process.exitCode = before;
    rmSync(root, { recursive: true, force: true });
  }
});
