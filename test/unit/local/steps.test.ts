import { expect, test } from '@jest/globals';
import type { StepRecord } from '../../../services/local/state.ts';
import { Steps } from '../../../services/local/steps.ts';

function recordedSteps() {
  let nowMs = 0;
  const seen: (readonly StepRecord[])[] = [];
  const steps: Steps = new Steps({ now: () => (nowMs += 10) }, () => seen.push(steps.records));
  return { steps, seen };
}

test('a step is published when it begins and when it ends, with its times and outcome', async () => {
  const { steps, seen } = recordedSteps();
  await steps.run('Kafka', () => Promise.resolve('127.0.0.1:9092'));
  const begun = { name: 'Kafka', state: 'running', startedAtMs: 10, endedAtMs: null, detail: '' };
  expect(seen).toEqual([[begun], [{ ...begun, state: 'done', endedAtMs: 20, detail: '127.0.0.1:9092' }]]);
});

test('steps side by side keep their places', async () => {
  const { steps } = recordedSteps();
  let letFirstEnd: (detail: string) => void = () => undefined;
  const first = steps.run('slow', () => new Promise((resolve) => (letFirstEnd = resolve)));
  await steps.run('fast', () => Promise.resolve(''));
  letFirstEnd('at last');
  await first;
  expect(steps.records.map(({ name, state }) => [name, state])).toEqual([
    ['slow', 'done'],
    ['fast', 'done'],
  ]);
});

test('a failed step is marked, and its error goes on', async () => {
  const { steps } = recordedSteps();
  await expect(steps.run('tables', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(steps.records[0]?.state).toBe('failed');
});
