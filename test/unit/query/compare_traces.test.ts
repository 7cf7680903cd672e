import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareTraces } from '../../../services/query/compare_traces.ts';
import type { StoredSpan } from '../../../services/query/trace_answer.ts';
import { storedSpan } from '../../support/trace_fixture.ts';

const named = (name: string, ...given: Parameters<typeof storedSpan>): StoredSpan => ({
  ...storedSpan(...given),
  name,
});
const shown = (left: readonly StoredSpan[], right: readonly StoredSpan[]) =>
  compareTraces(left, right).map(
    (pair) => `${pair.depth} ${pair.left?.span.spanId ?? '-'} ${pair.right?.span.spanId ?? '-'}`,
  );

describe('compareTraces', () => {
  it('pairs calls of a kind in their order, whatever differs in their names from call to call', () => {
    const left = [
      named('GET /users/1', 'a', '', 0, 100),
      named('SELECT', 'b', 'a', 10, 10),
      named('SELECT', 'c', 'a', 30, 10),
    ];
    const right = [
      named('GET /users/22', 'p', '', 1000, 100),
      named('SELECT', 'q', 'p', 1010, 50),
      named('SELECT', 'r', 'p', 1070, 10),
    ];
    expect(shown(left, right)).toEqual(['0 a p', '1 b q', '1 c r']);
  });

  it('lets a span stand alone that the other trace has no counterpart for, with all below it', () => {
    const left = [
      named('root', 'a', '', 0, 100),
      named('cache', 'b', 'a', 10, 10),
      named('render', 'c', 'a', 50, 10),
    ];
    const right = [
      named('root', 'p', '', 0, 100),
      named('database', 'q', 'p', 20, 50),
      named('wait', 'r', 'q', 30, 10),
      named('render', 's', 'p', 80, 10),
    ];
    expect(shown(left, right)).toEqual(['0 a p', '1 b -', '1 - q', '2 - r', '1 c s']);
  });

  it('shows every span of both once', () => {
    const trace = fc
      .array(fc.record({ parent: fc.nat(), name: fc.constantFrom('x', 'y'), start: fc.nat(100) }), {
        maxLength: 20,
      })
      .map((spans) =>
        spans.map(({ parent, name, start }, index) =>
          named(name, `s${index}`, index === 0 ? '' : `s${parent % index}`, start, 5),
        ),
      );
    fc.assert(
      fc.property(trace, trace, (left, right) => {
        const pairs = compareTraces(left, right);
        const ids = (side: 'left' | 'right') => pairs.flatMap((pair) => pair[side]?.span.spanId ?? []).sort();
        expect(ids('left')).toEqual(left.map(({ spanId }) => spanId).sort());
        expect(ids('right')).toEqual(right.map(({ spanId }) => spanId).sort());
      }),
    );
  });

  it('takes a chain of ten thousand spans', () => {
    const chain = Array.from({ length: 10_000 }, (_, i) =>
      named('n', `${i}`, i === 0 ? '' : `${i - 1}`, i, 20_000 - i),
    );
    expect(compareTraces(chain, chain)).toHaveLength(10_000);
  });
});
