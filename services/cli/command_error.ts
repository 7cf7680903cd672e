/**
 * What a person did wrong or finds missing, in words that say what to do. main.ts writes the message, which may have
 * several lines, and exits with 1; there is no stack trace.
 */
export class CommandError extends Error {
  override name = 'CommandError';
}
