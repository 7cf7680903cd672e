import { describe, expect, test } from '@jest/globals';
import { Progress } from '../../../services/cli/progress.ts';
import type { StepRecord } from '../../../services/local/state.ts';

const step = (name: string, change: Partial<StepRecord> = {}): StepRecord => ({
  name,
  state: 'running',
  startedAtMs: 1000,
  endedAtMs: null,
  detail: '',
  ...change,
});
const done = { state: 'done', endedAtMs: 3500, detail: '127.0.0.1:9092' } as const;

function progressOn(isTerminal: boolean) {
  const written: string[] = [];
  const terminal = { isTerminal, width: 80, color: false, unicode: true };
  return { progress: new Progress(terminal, (text) => written.push(text)), written };
}

describe('progress', () => {
  test('writes each ended step once, with its time, and nothing else into a file', () => {
    const { progress, written } = progressOn(false);
    progress.update([step('Kafka')], 2000);
    progress.update([step('Kafka', done)], 3600);
    progress.update([step('Kafka', done), step('topics')], 3700);
    progress.end();
    expect(written).toEqual(['  ✓ Kafka                    2.5 s  127.0.0.1:9092\n']);
  });

  test('shows in a terminal what is under way and for how long', () => {
    const { progress, written } = progressOn(true);
    progress.update([step('Kafka'), step('ClickHouse', { startedAtMs: 1500 })], 2200);
    expect(written.join('')).toBe('\r\u001b[K  ⠋ Kafka, ClickHouse        1.2 s');
    progress.end();
    expect(written.at(-1)).toBe('\r\u001b[K');
  });

  test('a failed step is marked', () => {
    const { progress, written } = progressOn(false);
    progress.update([step('tables', { state: 'failed', endedAtMs: 1100 })], 1200);
    expect(written.join('')).toBe('  ✗ tables                   0.1 s  failed\n');
  });
});
