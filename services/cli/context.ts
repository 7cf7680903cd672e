/** What a command gets of the outside: its environment, where it writes, what its terminal can do. */
import type { Clock } from '../platform/clock.ts';
import type { Terminal } from '../platform/terminal.ts';

export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The checkout. */
  readonly root: string;
  readonly clock: Clock;
  readonly terminal: Terminal;
  /** To standard output, as it is. */
  readonly write: (text: string) => void;
  /** Resolves at the first Ctrl-C or SIGTERM after this call. */
  readonly interrupted: () => Promise<void>;
}

/** A failure that is fully said by its lines: no stack, exit code 1. */
export class CliError extends Error {
  override name = 'CliError';
  readonly lines: readonly string[];

  constructor(lines: readonly string[], options?: ErrorOptions) {
    super(lines.join('\n'), options);
    this.lines = lines;
  }
}
