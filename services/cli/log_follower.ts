/** Log lines of several processes as one stream for people: who says it in front, JSON lines made readable. */
import type { LogTail } from '../local/log_files.ts';
import type { CliContext } from './context.ts';
import { createStyle } from './style.ts';
import { padEnd, printable } from './text.ts';

export interface FollowedLog {
  readonly name: string;
  readonly tail: LogTail;
}

const LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

export class LogFollower {
  readonly #logs: readonly FollowedLog[];
  readonly #context: Pick<CliContext, 'terminal' | 'write'>;

  constructor(logs: readonly FollowedLog[], context: Pick<CliContext, 'terminal' | 'write'>) {
    this.#logs = logs;
    this.#context = context;
  }

  /** Writes what is new. */
  show(): void {
    const style = createStyle(this.#context.terminal.color);
    const width = Math.max(...this.#logs.map(({ name }) => name.length));
    for (const { name, tail } of this.#logs) {
      const label = style.byName(name, padEnd(name, width));
      for (const line of tail.read()) this.#context.write(`${label} ${readable(line)}\n`);
    }
  }
}

/** `10:14:03 info started {"port":4317}` of a line of the services' JSON logs; other lines as they are. */
export function readable(line: string): string {
  const parsed = parseLogLine(line);
  if (parsed === null) return printable(line);
  const { time, level, msg, ...fields } = parsed;
  const others = Object.entries(fields).filter(([name]) => name !== 'service');
  const rest = others.length === 0 ? '' : ` ${JSON.stringify(Object.fromEntries(others))}`;
  const clock = new Date(time).toISOString().slice(11, 19);
  return printable(`${clock} ${LEVELS[level] ?? String(level)} ${msg}${rest}`);
}

interface LogLine {
  readonly time: number;
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

function parseLogLine(line: string): LogLine | null {
  if (!line.startsWith('{')) return null;
  try {
    const value = JSON.parse(line) as Partial<LogLine>;
    const isLogLine =
      typeof value.time === 'number' && typeof value.level === 'number' && typeof value.msg === 'string';
    return isLogLine ? (value as LogLine) : null;
  } catch {
    return null;
  }
}
