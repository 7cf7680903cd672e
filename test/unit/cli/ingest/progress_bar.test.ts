/** The line that shows how far reading has got. */
import { expect, test } from '@jest/globals';
import { bytesText, ProgressBar, type IngestProgress } from '../../../../services/cli/ingest/progress_bar.ts';

const HALF: IngestProgress = {
  what: 'sending',
  ...{
    readBytes: 1_500_000_000,
    totalBytes: 3_000_000_000,
    spans: 4_000_000,
    elapsedMs: 80_000,
    waiting: null,
  },
};

function shown(
  progress: IngestProgress,
  terminal: Partial<ConstructorParameters<typeof ProgressBar>[0]> = {},
): string[] {
  const written: string[] = [];
  const bar = new ProgressBar(
    { isTerminal: true, width: 120, color: false, unicode: true, ...terminal },
    (text) => written.push(text),
  );
  bar.show(progress);
  bar.end();
  return written;
}

test('has bytes, spans, rate and what is left, and is taken away at the end', () => {
  expect(shown(HALF)).toEqual([
    '\r\u001b[K  sending [████████████            ] 50 % of 3 GB  4,000,000 spans  50,000/s  1 m 20 s left',
    '\r\u001b[K',
  ]);
});

test('of a stream has what is known of it', () => {
  expect(shown({ ...HALF, totalBytes: null })[0]).toBe(
    '\r\u001b[K  sending 1.5 GB  4,000,000 spans  50,000/s',
  );
});

test('says what it waits for, and fits into the terminal', () => {
  const waiting = 'http://collector:4318 asks to wait (status 429)';
  expect(shown({ ...HALF, waiting }, { width: 160 })[0]).toContain(waiting);
  const [line = ''] = shown({ ...HALF, waiting }, { width: 60 });
  expect(line.replace('\r\u001b[K', '')).toHaveLength(59);
});

test('is nothing in a file', () => {
  expect(shown(HALF, { isTerminal: false })).toEqual([]);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1 kB'],
  [999_600, '1 MB'],
  [12_345_678, '12.3 MB'],
])('%s bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
