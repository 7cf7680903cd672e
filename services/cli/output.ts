/** Where a command writes. A reader that has seen enough (`| head`) ends the output, and that is no error. */
import type { Terminal } from '../platform/terminal.ts';

export interface Output {
  readonly terminal: Terminal;
  /** Lines, each with a line end of its own. */
  lines(lines: readonly string[]): Promise<void>;
  /** Text as it is. Resolves to false when nobody reads any more. */
  text(text: string | Uint8Array): Promise<boolean>;
  /** For what is about the output and not of it: set off by an empty line, and not mixed into a file. */
  note(line: string): Promise<void>;
}

export function standardOutput(terminal: Terminal): Output {
  const text = (chunk: string | Uint8Array) => write(process.stdout, chunk);
  return {
    terminal,
    text,
    lines: async (lines) => {
      await text(`${lines.join('\n')}\n`);
    },
    note: async (line) => {
      if (terminal.isTerminal) await text(`\n${line}\n`);
      else await write(process.stderr, `${line}\n`);
    },
  };
}

function write(stream: NodeJS.WriteStream, chunk: string | Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EPIPE') resolve(false);
      else reject(error);
    };
    stream.once('error', onError);
    stream.write(chunk, (error) => {
      if (error) return;
      stream.removeListener('error', onError);
      resolve(true);
    });
  });
}
