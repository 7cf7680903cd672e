/**
 * What a drill says while it runs: in a terminal one line that changes, elsewhere a line now and then. Ended steps stay
 * as lines of their own.
 */
import { fit } from '../../services/cli/text.ts';
import type { Terminal } from '../../services/platform/terminal.ts';
import type { LagSample } from './lag.ts';

export interface Progress {
  /** What happens now. */
  phase(text: string): void;
  /** A line that stays. */
  line(text: string): void;
  end(): void;
}

export interface ProgressOptions {
  readonly terminal: Terminal;
  readonly write: (text: string) => void;
  /** When the drill should be over; null while nobody knows. */
  readonly endsAtMs: () => number | null;
  readonly lag: () => LagSample | null;
}

const TERMINAL_INTERVAL_MS = 250;
const PIPED_INTERVAL_MS = 10_000;
const CLEAR_LINE = '\r\u001b[K';

export function startProgress({ terminal, write, endsAtMs, lag }: ProgressOptions): Progress {
  const { isTerminal, width } = terminal;
  const startedMs = Date.now();
  let phase = '';
  const show = (): void => {
    const text = statusLine(phase, Date.now() - startedMs, endsAtMs(), lag());
    write(isTerminal ? `${CLEAR_LINE}${fit(text, width - 1)}` : `${text}\n`);
  };
  const timer = setInterval(show, isTerminal ? TERMINAL_INTERVAL_MS : PIPED_INTERVAL_MS);
  return {
    phase: (text) => {
      phase = text;
      if (isTerminal) show();
    },
    line: (text) => write(`${isTerminal ? CLEAR_LINE : ''}${text}\n`),
    end: () => {
      clearInterval(timer);
      if (isTerminal) write(CLEAR_LINE);
    },
  };
}

export function statusLine(
  phase: string,
  elapsedMs: number,
  endsAtMs: number | null,
  lag: LagSample | null,
): string {
  const left = endsAtMs === null ? '' : `, about ${clock(Math.max(0, endsAtMs - Date.now()))} to go`;
  const behind = lag === null ? 'lag not known' : `lag ${lag.processor} + ${lag.sink} records`;
  return `${clock(elapsedMs)}${left}  ${behind}  ${phase}`;
}

/** `3:05` */
export function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
