/** What a person did wrong or finds missing, as one line to read: no stack trace. */
import type { Command } from 'commander';

export class CommandError extends Error {
  override name = 'CommandError';
}

/** Runs the work of a command; a CommandError ends it with its message on stderr and exit code 1. */
export async function runCommand(command: Command, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    command.error(`error: ${error.message}`, { exitCode: 1 });
  }
}
