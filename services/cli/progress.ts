/**
 * Steps as they go on: a line for each that has ended and, in a terminal, a spinner with those under way. Elsewhere
 * only whole lines are written, so that a log stays readable.
 */
import type { StepRecord } from '../local/state.ts';
import { createStyle, type Style } from './style.ts';
import { fit, padEnd } from './text.ts';
import type { Terminal } from '../platform/terminal.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const ASCII_FRAMES = ['|', '/', '-', '\\'];
const NAME_WIDTH = 22;
const CLEAR_LINE = '\r\u001b[K';

export class Progress {
  readonly #terminal: Terminal;
  readonly #write: (text: string) => void;
  readonly #style: Style;
  readonly #shown = new Set<number>();
  #frame = 0;

  constructor(terminal: Terminal, write: (text: string) => void) {
    this.#terminal = terminal;
    this.#write = write;
    this.#style = createStyle(terminal.color);
  }

  /** To be called again and again with the steps as they stand; each ended one is written once. */
  update(steps: readonly StepRecord[], nowMs: number): void {
    if (this.#terminal.isTerminal) this.#write(CLEAR_LINE);
    for (const [index, step] of steps.entries()) {
      if (step.state === 'running' || this.#shown.has(index)) continue;
      this.#shown.add(index);
      this.#write(`${this.#line(step)}\n`);
    }
    const running = steps.filter((step) => step.state === 'running');
    if (this.#terminal.isTerminal && running.length > 0) this.#write(this.#spinner(running, nowMs));
  }

  /** Takes the spinner away. */
  end(): void {
    if (this.#terminal.isTerminal) this.#write(CLEAR_LINE);
  }

  #line(step: StepRecord): string {
    const { unicode } = this.#terminal;
    const failed = step.state === 'failed';
    const mark = failed ? this.#style.red(unicode ? '✗' : 'x') : this.#style.bold(unicode ? '✓' : '+');
    const time = seconds((step.endedAtMs ?? step.startedAtMs) - step.startedAtMs).padStart(7);
    const detail = failed ? this.#style.red('failed') : this.#style.dim(step.detail);
    return `  ${mark} ${padEnd(step.name, NAME_WIDTH)} ${time}  ${detail}`.trimEnd();
  }

  #spinner(running: readonly StepRecord[], nowMs: number): string {
    const frames = this.#terminal.unicode ? FRAMES : ASCII_FRAMES;
    const frame = frames[this.#frame++ % frames.length] ?? '';
    const names = running.map((step) => step.name).join(', ');
    const longest = Math.max(...running.map((step) => nowMs - step.startedAtMs));
    return fit(
      `  ${frame} ${padEnd(names, NAME_WIDTH)} ${seconds(longest).padStart(7)}`,
      this.#terminal.width,
    );
  }
}

export function seconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}
