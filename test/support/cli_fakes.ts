/** Stands in for the terminal and the network in tests of commands. */
import type { Output } from '../../services/cli/output.ts';
import type { Fetch } from '../../services/cli/query_client.ts';

export interface RecordedOutput extends Output {
  readonly written: string[];
  readonly notes: string[];
}

export function recordedOutput(terminal: Partial<Output['terminal']> = {}): RecordedOutput {
  const written: string[] = [];
  const notes: string[] = [];
  return {
    terminal: { width: 100, isTerminal: false, color: false, unicode: true, ...terminal },
    written,
    notes,
    lines: (lines) => {
      written.push(...lines);
      return Promise.resolve();
    },
    text: (chunk) => {
      written.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      return Promise.resolve(true);
    },
    note: (line) => {
      notes.push(line);
      return Promise.resolve();
    },
  };
}

export interface Asked {
  readonly url: URL;
  readonly init: RequestInit;
}

/** Answers one response after the other. */
export function fakeFetch(...answers: (Response | Error)[]): { fetcher: Fetch; asked: Asked[] } {
  const asked: Asked[] = [];
  const fetcher: Fetch = (url, init) => {
    asked.push({ url, init });
    const answer = answers.shift() ?? new Error('nothing more is answered here');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { fetcher, asked };
}

export const json = (body: unknown, status = 200): Response => Response.json(body, { status });
