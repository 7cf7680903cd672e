import { expect, test } from '@jest/globals';
import { runMicroBench, type MicroBench } from '../../bench/micro_bench.ts';

/** A clock on which time passes only by what paths do. */
let nowMs = 0;
const takes = (ms: number) => (): void => {
  nowMs += ms;
};

async function tableOf(bench: Omit<MicroBench, 'now' | 'write'>): Promise<string[][]> {
  let printed = '';
  await runMicroBench({ wanted: '', ...bench, now: () => nowMs, write: (text) => (printed += text) });
  const [table = ''] = printed.split('\n(');
  return table.split('\n').map((line) => line.split(/ {2,}/));
}

test('costs are microseconds of the clock by what a call handles', async () => {
  const paths = [
    { name: 'one', count: 1_000, run: takes(2) },
    { name: 'another', count: 4, run: () => Promise.resolve().then(takes(1)) },
  ];
  expect(await tableOf({ paths, unit: 'row', samples: 3 })).toEqual([
    ['path', 'us/row', 'best', 'margin', 'samples'],
    ['one', '2.00', '2.00', '0.0 %', '3'],
    ['another', '250', '250', '0.0 %', '3'],
  ]);
});

test('calls are short beside a sample, and what is prepared for them costs nothing', async () => {
  let prepared = 0;
  const prepare = (): void => {
    nowMs += 1_000;
    prepared += 1;
  };
  const [, short, once] = await tableOf({
    paths: [
      { name: 'short', count: 10, run: takes(0.5) },
      { name: 'used up', count: 10, prepare, run: () => takes(prepared-- > 0 ? 50 : NaN)() },
    ],
  });
  expect(short?.slice(0, 4)).toEqual(['short', '50.0', '50.0', '0.0 %']);
  // 16 calls are the first power of two that takes 5 ms; 2 s are shared by their samples.
  expect(Number(short?.[4])).toBe(2_000 / (16 * 0.5));
  expect(once).toEqual(['used up', '5000', '5000', '0.0 %', '40']);
});

test('only wanted paths run, and what a path throws ends the bench', async () => {
  const run = (): void => {
    throw new Error('not done');
  };
  const paths = [
    { name: 'good', count: 1, run: takes(1) },
    { name: 'bad', count: 1, run },
  ];
  expect(await tableOf({ paths, wanted: 'goo', samples: 2 })).toHaveLength(2);
  await expect(tableOf({ paths, samples: 2 })).rejects.toThrow('not done');
  expect(await tableOf({ paths, wanted: 'nothing' })).toEqual([['']]);
});
