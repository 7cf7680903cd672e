import { describe, expect, it } from '@jest/globals';
import { criticalTimes } from '../../../services/query/critical_path.ts';
import type { StoredSpan } from '../../../services/query/trace_answer.ts';
import { buildTree } from '../../../services/query/trace_tree.ts';
import { storedSpan } from '../../support/trace_fixture.ts';

function timesMs(spans: StoredSpan[]): Record<string, number> {
  const tree = buildTree(spans);
  const times = criticalTimes(tree);
  return Object.fromEntries(tree.nodes.map(({ span, index }) => [span.spanId, (times[index] ?? NaN) / 1e6]));
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
    ).toEqual({ a: 40, first: 20, beside: 0, last: 40 });
  });

  it('knows the parent of a shared span, and leaves spans without a way to the root out', () => {
    expect(
      timesMs([
        storedSpan('a', '', 0, 10, { service: 'web' }),
        storedSpan('x', 'a', 2, 6, { service: 'web', kind: 'Client' }),
        storedSpan('y', 'x', 3, 2, { service: 'api' }),
        storedSpan('orphan', 'zz', 0, 90),
      ]),
    ).toEqual({ a: 4, x: 4, y: 2, orphan: 0 });
  });

  it('starts at the earliest span where the root is missing', () => {
    expect(timesMs([storedSpan('b', 'zz', 0, 5), storedSpan('c', 'zz', 7, 5)])).toEqual({ b: 5, c: 0 });
  });

  it('knows nothing of a trace without spans', () => {
    expect(timesMs([])).toEqual({});
  });
});
