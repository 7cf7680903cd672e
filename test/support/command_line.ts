/** What the command lines of drills and benches have in common. Pure. */

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
