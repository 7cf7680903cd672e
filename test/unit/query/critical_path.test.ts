import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { criticalTimes } from '../../../services/query/critical_path.ts';
import type { StoredSpan } from '../../../services/query/trace_answer.ts';
import { buildTree } from '../../../services/query/trace_tree.ts';
import { storedSpan } from '../../support/trace_fixture.ts';

function timesMs(spans: StoredSpan[]): Record<string, number> {
  const times = criticalTimes(buildTree(spans));
  return Object.fromEntries([...times].map(([node, ns]) => [node.span.spanId, Number(ns) / 1e6]));
}

describe('criticalTimes', () => {
  it('follows the child that finished last, and gives the gaps to the parent', () => {
    expect(
      timesMs([
        storedSpan('a', '', 0, 100),
        storedSpan('first', 'a', 10, 20),
        storedSpan('beside', 'a', 40, 30),
        storedSpan('last', 'a', 50, 40),
      ]),
    ).toEqual({ a: 40, first: 20, last: 40 });
  });

  it('clips a child that outlives its parent', () => {
    expect(timesMs([storedSpan('a', '', 0, 10), storedSpan('b', 'a', 5, 100)])).toEqual({ a: 5, b: 5 });
  });

  it('knows nothing of a trace without spans', () => {
    expect(timesMs([])).toEqual({});
  });

  it('shares out exactly the length of the first root', () => {
    const spans = fc
      .array(fc.tuple(fc.nat(), fc.nat(100), fc.nat(60)), { maxLength: 15 })
      .map((choices) =>
        choices.reduce<StoredSpan[]>(
          (all, [parent, start, duration], index) => [
            ...all,
            storedSpan(`s${index}`, all[parent % all.length]?.spanId ?? '', start, duration),
          ],
          [storedSpan('root', '', 0, 80)],
        ),
      );
    fc.assert(
      fc.property(spans, (all) => {
        const sum = Object.values(timesMs(all)).reduce((total, ms) => total + ms, 0);
        expect(sum).toBe(80);
      }),
    );
  });
});
