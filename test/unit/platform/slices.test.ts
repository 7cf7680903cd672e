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
    slices.begin();
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
  return { work, turn };
}

describe('slices', () => {
  it('let short work go on undisturbed', async () => {
    const { work, turn } = loop();
    await work('a', 2, 10);
    expect(await turn()).toEqual(['a1', 'a2']);
  });

  it('are one for all who work in the same turn of the loop, and one after the other from then on', async () => {
    const { work, turn } = loop();
    const all = Promise.all(['a', 'b', 'c'].map((name) => work(name, 4, 15)));
    // The slice is used up by a; the others find it so after a step each.
    expect(await turn()).toEqual(['a1', 'a2', 'b1', 'c1']);
    expect(await turn()).toEqual(['a3', 'a4']);
    expect(await turn()).toEqual(['b2', 'b3']);
    expect(await turn()).toEqual(['c2', 'c3']);
    const rest = [await turn(), await turn(), await turn()].flat();
    expect(rest).toEqual(['b4', 'c4']);
    await all;
  });

  it('begin anew when nobody waits, however long ago the last one was', async () => {
    const { work, turn } = loop();
    const first = work('a', 1, 40);
    expect(await turn()).toEqual(['a1']);
    await first;
    await work('b', 2, 14);
    const third = work('c', 3, 14);
    expect(await turn()).toEqual(['b1', 'b2', 'c1']);
    expect(await turn()).toEqual(['c2', 'c3']);
    await third;
  });
});
