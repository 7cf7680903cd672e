/** The picture of a trace: rows, critical path, find, zoom, flame graph. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CriticalPath } from '../../../services/core/trace/critical_path.ts';
import type { Span } from '../../../services/web/api/trace_answer.ts';
import { criticalSegments } from '../../../services/web/trace/critical_segments.ts';
import { findSpans } from '../../../services/web/trace/find.ts';
import { flameFrames } from '../../../services/web/trace/flame.ts';
import { nextAfter } from '../../../services/web/trace/keys.ts';
import { spanSql, traceSql } from '../../../services/web/trace/sql.ts';
import { moved, placeIn, placesIn, windowBetween, zoomed } from '../../../services/web/trace/time_window.ts';
import {
  parentsOf,
  traceModel,
  visibleRows,
  withAncestorsOpen,
} from '../../../services/web/trace/trace_model.ts';

interface Given {
  parent: number | null;
  start: number;
  duration: number;
  more?: Partial<Span>;
}

function spansOf(given: readonly Given[]): Span[] {
  return given.map(({ parent, start, duration, more }, i) => {
    let depth = 0;
    for (let above = parent; above !== null; above = given[above]?.parent ?? null) depth++;
    return {
      spanId: `s${i}`,
      parentSpanId: parent === null ? null : `s${parent}`,
      parent,
      depth,
      service: 'cart',
      name: `op ${i}`,
      kind: 'Server',
      status: 'Unset',
      statusMessage: '',
      startOffsetNs: start,
      durationNs: duration,
      selfTimeNs: duration,
      criticalTimeNs: 0,
      reportedStartNs: null,
      attributes: {},
      resource: 0,
      scope: { name: '', version: '' },
      traceState: '',
      events: [],
      links: [],
      weight: 1,
      ...more,
    };
  });
}

/** root( a( b ), c ) */
const SMALL: readonly Given[] = [
  { parent: null, start: 0, duration: 100, more: { service: 'front' } },
  { parent: 0, start: 10, duration: 40 },
  { parent: 1, start: 20, duration: 10, more: { status: 'Error', attributes: { 'user.id': 'U7' } } },
  { parent: 0, start: 60, duration: 30, more: { name: 'op 1', service: 'cart' } },
];
const small = traceModel({ spans: spansOf(SMALL), durationNs: 100 });

describe('the rows', () => {
  test('stand depth first, and know what is below them', () => {
    expect(small.order).toEqual([0, 1, 2, 3]);
    expect(small.spans.map(({ size, failedBelow }) => [size, failedBelow])).toEqual([
      [4, true],
      [2, true],
      [1, false],
      [1, false],
    ]);
  });

  test('below what is collapsed are not shown', () => {
    expect(visibleRows(small, new Set([1]))).toEqual([0, 1, 3]);
    expect(visibleRows(small, new Set([0, 1]))).toEqual([0]);
  });

  test('open on the way to a span that is looked for', () => {
    expect(withAncestorsOpen(small, new Set([0, 1, 3]), 2)).toEqual(new Set([3]));
    const nothing = new Set<number>();
    expect(withAncestorsOpen(small, nothing, 2)).toBe(nothing);
  });

  test('of a service that have children are what its switch collapses', () => {
    expect(parentsOf(small, 'cart')).toEqual([1]);
  });

  test('hold each span once, whatever the tree, also one ten thousand deep', () => {
    const deep = Array.from({ length: 10_000 }, (_, i) => ({
      parent: i === 0 ? null : i - 1,
      start: i,
      duration: 1,
    }));
    const model = traceModel({ spans: spansOf(deep.slice(0, 2000)), durationNs: 2000 });
    expect(visibleRows(model, new Set())).toHaveLength(2000);
    expect(model.spans[0]?.size).toBe(2000);
    fc.assert(
      fc.property(trees(), (given) => {
        const { order } = traceModel({ spans: spansOf(given), durationNs: 1 });
        expect([...order].sort((a, b) => a - b)).toEqual(given.map((_, i) => i));
      }),
    );
  });
});

/** Sorted by start, each parent before its children. */
function trees() {
  const node = fc.record({ up: fc.nat(), gap: fc.nat(20), duration: fc.nat(200) });
  return fc.array(node, { minLength: 1, maxLength: 40 }).map((nodes): Given[] => {
    let start = 0;
    return nodes.map(({ up, gap, duration }, i) => {
      start += i === 0 ? 0 : gap;
      return { parent: i === 0 ? null : up % i, start, duration };
    });
  });
}

describe('the critical path', () => {
  test('as stretches adds up to the sums of the processor, span by span', () => {
    fc.assert(
      fc.property(trees(), (given) => {
        const facts = given.map(({ start, duration }) => ({
          startLow: start,
          startHigh: 0,
          durationNs: duration,
        }));
        const sums = new CriticalPath().of(
          facts,
          given.map(({ parent }) => parent ?? -1),
          0,
        );
        const segments = criticalSegments(spansOf(given), 0);
        const lengths = given.map((_, i) =>
          (segments.get(i) ?? []).reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0),
        );
        expect(lengths).toEqual([...sums]);
      }),
    );
  });

  test('of a trace without spans is none', () => {
    expect(criticalSegments([], -1).size).toBe(0);
  });
});

describe('find', () => {
  test('looks at names, attributes and what failed', () => {
    expect(findSpans(small, 'OP 1')).toEqual([1, 3]);
    expect(findSpans(small, 'user.id=u7')).toEqual([2]);
    expect(findSpans(small, 'user.id=u')).toEqual([]);
    expect(findSpans(small, 'error')).toEqual([2]);
    expect(findSpans(small, '  ')).toEqual([]);
  });

  test('goes on from the chosen span, and around the end', () => {
    const matches = new Set([1, 3]);
    expect(nextAfter(small.order, matches, null, 1)).toBe(1);
    expect(nextAfter(small.order, matches, 1, 1)).toBe(3);
    expect(nextAfter(small.order, matches, 3, 1)).toBe(1);
    expect(nextAfter(small.order, matches, 1, -1)).toBe(3);
    expect(nextAfter(small.order, new Set(), 1, 1)).toBeNull();
  });
});

describe('the part that is shown', () => {
  test('stays within the trace and is never nothing', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true }),
        fc.double({ noNaN: true }),
        fc.integer({ min: 1, max: 1e12 }),
        (a, b, duration) => {
          const { fromNs, toNs } = windowBetween(a, b, duration);
          expect(fromNs).toBeGreaterThanOrEqual(0);
          expect(toNs).toBeLessThanOrEqual(duration);
          expect(toNs).toBeGreaterThan(fromNs);
        },
      ),
    );
  });

  test('is zoomed around a place and moved without growing', () => {
    expect(zoomed({ fromNs: 0, toNs: 1000 }, 500, 0.5, 1000)).toEqual({ fromNs: 250, toNs: 750 });
    expect(moved({ fromNs: 250, toNs: 750 }, 1, 1000)).toEqual({ fromNs: 500, toNs: 1000 });
  });

  test('has few marks for thousands of stretches, which reach as far as those do', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => ({ fromNs: i * 10, toNs: i * 10 + 9 }));
    const places = placesIn({ fromNs: 0, toNs: 100_000 }, many);
    expect(places).toHaveLength(1);
    expect(places[0]?.width).toBeCloseTo(0.99999);
    const near = placesIn({ fromNs: 0, toNs: 100 }, many);
    expect(near).toHaveLength(11);
    expect(near[0]).toEqual({ left: 0, width: 0.09 });
  });

  test('cuts what reaches beyond it', () => {
    expect(placeIn({ fromNs: 100, toNs: 200 }, 50, 150)).toEqual({ left: 0, width: 0.5 });
    expect(placeIn({ fromNs: 100, toNs: 200 }, 10, 50)).toBeNull();
    expect(placeIn({ fromNs: 100, toNs: 200 }, 300, 400)).toBeNull();
  });
});

describe('the flame graph', () => {
  test('merges spans with the same way from the root; widths are self times', () => {
    const frames = flameFrames(
      traceModel({
        durationNs: 100,
        spans: spansOf([
          { parent: null, start: 0, duration: 100, more: { selfTimeNs: 30 } },
          { parent: 0, start: 0, duration: 40, more: { name: 'query', selfTimeNs: 40 } },
          { parent: 0, start: 50, duration: 30, more: { name: 'query', selfTimeNs: 30, status: 'Error' } },
        ]),
      }),
    );
    expect(
      frames.map(({ name, spans, errors, totalNs, fromNs, longest }) => [
        name,
        spans,
        errors,
        totalNs,
        fromNs,
        longest,
      ]),
    ).toEqual([
      ['op 0', 1, 0, 100, 0, 0],
      ['query', 2, 1, 70, 0, 1],
    ]);
  });

  test('has children no wider than their parent', () => {
    fc.assert(
      fc.property(trees(), (given) => {
        const frames = flameFrames(traceModel({ spans: spansOf(given), durationNs: 1 }));
        const byKey = new Map(frames.map((frame) => [frame.key, frame]));
        for (const { parent, fromNs, totalNs } of frames) {
          const above = parent === null ? undefined : byKey.get(parent);
          if (above === undefined) continue;
          expect(fromNs).toBeGreaterThanOrEqual(above.fromNs);
          expect(fromNs + totalNs).toBeLessThanOrEqual(above.fromNs + above.totalNs);
        }
      }),
    );
  });
});

test('the SQL looks at the seconds of the trace or of the span alone', () => {
  expect(traceSql('ab', '1795258663230000000', 1_500_000_000)).toContain(
    'Timestamp >= toDateTime(1795258663) AND Timestamp < toDateTime(1795258666)',
  );
  expect(spanSql('ab', "c'd", '1795258663930000000', 100_000_000)).toContain(
    String.raw`SpanId = 'c\'d'` +
      '\n    AND Timestamp >= toDateTime(1795258664) AND Timestamp < toDateTime(1795258665)',
  );
});
