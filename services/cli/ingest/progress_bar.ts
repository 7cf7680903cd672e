/** How far the reading of files has got, in a terminal, on one line. Elsewhere nothing is written. */
import type { Terminal } from '../../platform/terminal.ts';
import { ASCII, UNICODE } from '../glyphs.ts';
import { renderBar } from '../span_bar.ts';
import { createStyle } from '../style.ts';
import { fit } from '../text.ts';
import { countText, durationText, rateText } from '../units.ts';

export interface IngestProgress {
  readonly what: string;
  readonly readBytes: number;
  /** Null where nobody knows. */
  readonly totalBytes: number | null;
  readonly spans: number;
  readonly elapsedMs: number;
  /** Why it waits, or null. */
  readonly waiting: string | null;
}

const BAR_WIDTH = 24;
/** A rate over less says nothing. */
const MIN_ELAPSED_MS = 500;

export class ProgressBar {
  private readonly terminal: Terminal;
  private readonly write: (text: string) => void;

  constructor(terminal: Terminal, write: (text: string) => void) {
    this.terminal = terminal;
    this.write = write;
  }

  show(progress: IngestProgress): void {
    if (!this.terminal.isTerminal) return;
    // One column is left free: a terminal that is full to its edge breaks the line.
    this.write(`${CLEAR_LINE}${fit(this.line(progress), this.terminal.width - 1)}`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.terminal.isTerminal) this.write(CLEAR_LINE);
  }

  private line({ what, readBytes, totalBytes, spans, elapsedMs, waiting }: IngestProgress): string {
    const { unicode, color } = this.terminal;
    const share = totalBytes === null || totalBytes === 0 ? null : Math.min(readBytes / totalBytes, 1);
    const bar =
      share === null ? '' : renderBar({ start: 0, end: share }, BAR_WIDTH, unicode ? UNICODE : ASCII);
    const parts = [
      share === null ? bytesText(readBytes) : `${Math.floor(share * 100)} % of ${bytesText(totalBytes ?? 0)}`,
      `${countText(spans)} spans`,
      ...(elapsedMs < MIN_ELAPSED_MS ? [] : [`${rateText(Math.round((spans * 1000) / elapsedMs))}/s`]),
      waiting ?? restText(share, elapsedMs, unicode ? 'µ' : 'u'),
    ];
    const text = parts.filter((part) => part !== '').join('  ');
    return `  ${what} ${createStyle(color).dim(bar === '' ? '' : `[${bar}] `)}${text}`;
  }
}

const CLEAR_LINE = '\r\u001b[K';

function restText(share: number | null, elapsedMs: number, micro: string): string {
  if (share === null || share < 0.01 || elapsedMs < MIN_ELAPSED_MS) return '';
  return `${durationText(Math.round((elapsedMs * (1 - share)) / share / 1000) * 1e9, micro)} left`;
}

/** `840 B`, `12.3 MB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${units[unit] ?? ''}`;
}
