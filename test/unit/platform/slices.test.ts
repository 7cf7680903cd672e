import { describe, expect, it } from '@jest/globals';
import { Slices } from '../../../services/platform/slices.ts';

/** Steps that take as long as they say, and a loop that turns when told. */
function loop() {
  let nowMs = 1_000;
  const sleeping: (() => void)[] = [];
  const done: string[] = [];
  const slices = new Slices(
    { now: () => nowMs },
    { sleep: () => new Promise((resolve) => sleeping.push(() => resolve())) },
  );
  const work = async (name: string, steps: number, stepMs: number): Promise<void> => {
    if (!slices.begin()) await slices.next();
    for (let step = 1; step <= steps; step++) {
      nowMs += stepMs;
      done.push(`${name}${step}`);
      if (slices.isOver) await slices.next();
    }
  };
  /** What was done until the loop turns again. */
  const turn = async (): Promise<string[]> => {
    await new Promise((resolve) => setImmediate(resolve));
    const seen = done.splice(0);
    for (const wake of sleeping.splice(0)) wake();
    return seen;
  };
  /** The turns in which anything was done, until all of it is. */
  const turnsOf = async (all: readonly Promise<void>[]): Promise<string[][]> => {
    const turns: string[][] = [];
    const state = { isDone: false };
    void Promise.all(all).then(() => (state.isDone = true));
    while (!state.isDone) turns.push(await turn());
    return turns.filter((seen) => seen.length > 0);
  };
  return { work, turn, turnsOf };
}

describe('slices', () => {
  it('let short work go on undisturbed', async () => {
    const { work, turn } = loop();
    await work('a', 2, 10);
    expect(await turn()).toEqual(['a1', 'a2']);
  });

  it('are one for all who work in the same turn of the loop, and one after the other from then on', async () => {
    const { work, turnsOf } = loop();
    expect(await turnsOf(['a', 'b', 'c'].map((name) => work(name, 4, 15)))).toEqual([
      ['a1', 'a2'],
      ['a3', 'a4'],
      ['b1', 'b2'],
      ['c1', 'c2'],
      ['b3', 'b4'],
      ['c3', 'c4'],
    ]);
  });

  it('are one for all even where each has less to do than a slice', async () => {
    const { work, turnsOf } = loop();
    expect(await turnsOf(['a', 'b', 'c', 'd'].map((name) => work(name, 1, 20)))).toEqual([
      ['a1', 'b1'],
      ['c1'],
      ['d1'],
    ]);
  });

  it('begin anew with each turn of the loop, however long ago the last one was', async () => {
    const { work, turn } = loop();
    const first = work('a', 1, 20);
    expect(await turn()).toEqual(['a1']);
    await first;
    await work('b', 2, 14);
    const third = work('c', 3, 14);
    expect(await turn()).toEqual(['b1', 'b2', 'c1']);
    expect(await turn()).toEqual(['c2', 'c3']);
    await third;
  });
});
