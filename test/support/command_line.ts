/** What the command lines of drills and benches have in common. */

/** What is wrong with a command line. */
export class ArgumentsError extends Error {
  override name = 'ArgumentsError';
}

/** Throws ArgumentsError. */
export function wholeNumber(name: string, value: string, least: number): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isSafeInteger(number) && number >= least) return number;
  throw new ArgumentsError(`${name} ${value}: must be a whole number of ${least} or more`);
}

/**
 * Reads the command line by `read`. Where it asks for help or is wrong, this says so and ends the process: a bench that has begun
 * nothing yet has nothing to undo.
 */
export function argumentsOrExit<T>(name: string, help: string, read: (argv: readonly string[]) => T): T {
  const argv = process.argv.slice(2);
  if (argv.includes('--help')) {
    process.stdout.write(help);
    process.exit(0);
  }
  try {
    return read(argv);
  } catch (error) {
    process.stderr.write(`${name}: ${(error as Error).message}\n`);
    process.exit(2);
  }
}
