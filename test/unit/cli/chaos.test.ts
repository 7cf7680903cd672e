import { expect, test } from '@jest/globals';
import { Command } from 'commander';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { register } from '../../../services/cli/commands/chaos.ts';
import { CliError, type CliContext } from '../../../services/cli/context.ts';

async function run(root: string, ...args: string[]): Promise<void> {
  const context: CliContext = {
    ...{ env: {}, root, clock: { now: () => 0 }, write: () => undefined },
    terminal: { width: 80, isTerminal: false, color: false, unicode: true },
    interrupted: () => new Promise(() => undefined),
  };
  const program = new Command('spanmill').exitOverride();
  register(program, context);
  await program.parseAsync(['chaos', ...args], { from: 'user' });
}

test('chaos says that it needs a checkout where the drill is not there', async () => {
  await expect(run('/nowhere')).rejects.toThrow(CliError);
  await expect(run('/nowhere')).rejects.toThrow('the fault drill needs a checkout with its tests');
});

test("chaos gives the drill its arguments, and ends with the drill's exit code", async () => {
  const root = mkdtempSync(join(tmpdir(), 'spanmill-chaos-'));
  const before = process.exitCode;
  try {
    mkdirSync(join(root, 'test/chaos'), { recursive: true });
    const wanted = JSON.stringify(['--seed', '3', '--help']);
    writeFileSync(
      join(root, 'test/chaos/main.ts'),
      `process.exit(JSON.stringify(process.argv.slice(2)) === ${JSON.stringify(wanted)} ? 7 : 1);`,
    );
    await run(root, '--seed', '3', '--help');
    expect(process.exitCode).toBe(7);
  } finally {
    process.exitCode = before;
    rmSync(root, { recursive: true, force: true });
  }
});
