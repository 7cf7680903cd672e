/** What the terminal can show, from the stream and the environment. Not for what is shown in it. */

export interface Terminal {
  /** Columns. */
  readonly width: number;
  readonly isTerminal: boolean;
  readonly color: boolean;
  /** Whether letters beyond ASCII arrive as such. */
  readonly unicode: boolean;
}

export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Width of output that goes to a file or another program. */
const PIPED_WIDTH = 100;

export function describeTerminal(
  stream: OutputStream = process.stdout,
  env: Environment = process.env,
): Terminal {
  const isTerminal = stream.isTTY === true;
  const columns = stream.columns ?? 0;
  return {
    isTerminal,
    width: isTerminal && columns > 0 ? columns : PIPED_WIDTH,
    color: isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
    unicode: speaksUtf8(env),
  };
}

/** The first of these that is set decides, as in POSIX. None set is a container more often than an old terminal. */
function speaksUtf8(env: Environment): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || 'C.UTF-8';
  return /utf-?8/i.test(locale);
}
