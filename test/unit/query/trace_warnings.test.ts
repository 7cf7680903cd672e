import { describe, expect, it } from '@jest/globals';
import type { StoredSpan } from '../../../services/query/trace_answer.ts';
import { buildTree } from '../../../services/query/trace_tree.ts';
import { traceWarnings } from '../../../services/query/trace_warnings.ts';
import { storedSpan } from '../../support/trace_fixture.ts';

const warningsOf = (spans: StoredSpan[], expectedSpans = spans.length, truncated = false) =>
  traceWarnings(buildTree(spans), { expectedSpans, truncated });

describe('traceWarnings', () => {
  it('says nothing of a whole trace, asynchronous work that outlives its parent included', () => {
    expect(warningsOf([storedSpan('a', '', 0, 10), storedSpan('b', 'a', 5, 50)])).toEqual([]);
  });

  it('names spans whose parents are missing', () => {
    expect(
      warningsOf([storedSpan('a', '', 0, 10), storedSpan('b', 'x', 1, 1), storedSpan('c', 'x', 2, 1)]),
    ).toEqual([
      {
        code: 'missing-parents',
        message: '2 spans have a parent that is not in the trace: it was never sent, or has not arrived yet',
        count: 2,
        spanIds: ['b', 'c'],
      },
    ]);
  });

  it('says that the beginning is missing, and that there are several', () => {
    expect(warningsOf([storedSpan('b', 'x', 1, 1)]).map(({ code }) => code)).toEqual([
      'no-root',
      'missing-parents',
    ]);
    expect(warningsOf([storedSpan('a', '', 0, 1), storedSpan('b', '', 1, 1)])).toEqual([
      {
        code: 'several-roots',
        message: '2 spans have no parent: the trace has several beginnings',
        count: 2,
        spanIds: ['a', 'b'],
      },
    ]);
  });

  it('calls a child that starts before its parent a difference of clocks, and says how large', () => {
    expect(
      warningsOf([storedSpan('a', '', 10, 10), storedSpan('b', 'a', 8.5, 1), storedSpan('c', 'a', 9, 1)]),
    ).toEqual([
      {
        code: 'clock-skew',
        message: '2 spans start before the parent, by up to 1.5 ms: the clocks differ',
        count: 2,
        spanIds: ['b', 'c'],
      },
    ]);
  });

  it('names spans that share an id with another of their kind, but not the two ends of a shared span', () => {
    const client = storedSpan('x', 'a', 1, 5, { kind: 'Client' });
    const server = storedSpan('x', 'a', 2, 3, { kind: 'Server' });
    const root = storedSpan('a', '', 0, 10);
    expect(warningsOf([root, client, server])).toEqual([]);
    expect(warningsOf([root, client, server, { ...server, durationNs: 1n }]).map(({ code }) => code)).toEqual(
      ['duplicate-ids'],
    );
  });

  it('tells an answer that was cut from spans that are not stored', () => {
    const spans = [storedSpan('a', '', 0, 10)];
    expect(warningsOf(spans, 7, true)).toEqual([
      { code: 'truncated', message: 'only the first 1 of 7 spans are shown', count: 0, spanIds: [] },
    ]);
    expect(warningsOf(spans, 7).map(({ message }) => message)).toEqual([
      '1 of 7 spans are stored: the others are under way or have expired',
    ]);
  });

  it('lists ten spans at most and counts all', () => {
    const orphans = Array.from({ length: 30 }, (_, i) => storedSpan(`s${i}`, 'x', i, 1));
    const warning = warningsOf([storedSpan('a', '', 0, 1), ...orphans])[0];
    expect(warning?.count).toBe(30);
    expect(warning?.spanIds).toHaveLength(10);
  });
});
