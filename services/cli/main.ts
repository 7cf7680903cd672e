/** The command line of Spanmill. Each command is a file in commands/ that registers itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { runningStack } from '../local/control.ts';
import { oneLine } from '../local/one_line.ts';
import { systemClock } from '../platform/clock.ts';
import { ConfigError } from '../platform/config.ts';
import { describeTerminal } from '../platform/terminal.ts';
import { register as registerCredentials } from './commands/credentials.ts';
import { register as registerCheckoutTools } from './commands/checkout_tools.ts';
import { register as registerDeadLetters } from './commands/dead_letters.ts';
import { register as registerDown } from './commands/down.ts';
import { register as registerExplain } from './commands/explain.ts';
import { register as registerIngest } from './commands/ingest.ts';
import { register as registerMigrate } from './commands/migrate.ts';
import { register as registerRedact } from './commands/redact.ts';
import { register as registerServices } from './commands/services.ts';
import { register as registerSql } from './commands/sql.ts';
import { register as registerStatus } from './commands/status.ts';
import { register as registerTrace } from './commands/trace.ts';
import { register as registerUp } from './commands/up.ts';
import { CliError, type CliContext } from './context.ts';

const root = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const context: CliContext = {
  env: { ...process.env },
  root,
  clock: systemClock,
  terminal: describeTerminal(),
  write: (text) => process.stdout.write(text),
  interrupted: () =>
    new Promise((resolve) => {
      process.once('SIGINT', () => resolve());
      process.once('SIGTERM', () => resolve());
    }),
};

// A stack that runs here is what its user means, on whatever ports it is.
for (const [name, value] of Object.entries(runningStack(context.env, root))) process.env[name] ??= value;

const program = new Command('spanmill')
  .description('Spans in; whole traces and exact metrics in ClickHouse, through Kafka, exactly once.')
  .version(version)
  .showHelpAfterError('(spanmill --help shows what there is)')
  .configureHelp({ showGlobalOptions: true });
const commands = [
  registerUp,
  registerDown,
  registerStatus,
  registerTrace,
  registerExplain,
  registerServices,
  registerSql,
  registerIngest,
  registerMigrate,
  registerCredentials,
  registerDeadLetters,
  registerRedact,
  registerCheckoutTools,
];
for (const register of commands) register(program, context);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = 1;
  for (const line of linesOf(error)) process.stderr.write(`spanmill: ${line}\n`);
}

function linesOf(error: unknown): readonly string[] {
  if (error instanceof CliError) return error.lines;
  return error instanceof ConfigError ? error.faults : [oneLine(error)];
}
