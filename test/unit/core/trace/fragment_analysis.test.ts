import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_METRIC_LIMITS } from '../../../../services/core/metrics/limits.ts';
import type { SpanMetricDelta } from '../../../../services/core/metrics/deltas.ts';
import { FragmentAnalysis } from '../../../../services/core/trace/fragment_analysis.ts';
import { SpanTable } from '../../../../services/core/trace/run.ts';
import type { Fragment } from '../../../../services/core/trace/run.ts';
import { MAX_PATH_STEPS } from '../../../../services/core/trace/summary.ts';
import type { TraceSummary } from '../../../../services/core/trace/summary.ts';
import { fromMs } from '../../../../services/core/trace/unix_time.ts';
import { BASE_MS, fragmentOf, headerOf } from '../../../support/fragments.ts';
import type { SpanSpec } from '../../../support/fragments.ts';

const WEEK_NS = 7 * 24 * 3_600 * 1e9;

function summaryOf(spans: readonly SpanSpec[], more = {}): TraceSummary {
  return new FragmentAnalysis(DEFAULT_METRIC_LIMITS).analyse(fragmentOf(spans, more));
}

function metricsOf(...fragments: Fragment[]): SpanMetricDelta[] {
  const analysis = new FragmentAnalysis(DEFAULT_METRIC_LIMITS);
  for (const fragment of fragments) analysis.analyse(fragment);
  return analysis.flush().spans;
}

describe('the summary of a fragment', () => {
  test('says when it was, what it holds, and where its time went', () => {
    expect(
      summaryOf([
        { id: 'b', parent: 'a', service: 'cart', name: 'items 12', start: 20, duration: 50, status: 2 },
        { id: 'a', service: 'web', name: 'GET /1', start: 10, duration: 100 },
        { id: 'c', parent: 'x', service: 'cart', start: 5, duration: 5 },
      ]),
    ).toEqual({
      start: { low: fromMs(BASE_MS).low + 5, high: fromMs(BASE_MS).high },
      end: { low: fromMs(BASE_MS).low + 110, high: fromMs(BASE_MS).high },
      spans: 3,
      errors: 1,
      rootService: 'web',
      rootName: 'GET /1',
      rootDurationNs: 100,
      services: ['cart', 'web'],
      criticalPath: [
        { service: 'cart', operation: 'items {}', selfTimeNs: 50 },
        { service: 'web', operation: 'GET /{}', selfTimeNs: 50 },
      ],
      missingParents: 1,
    });
  });

  test('without a root follows the longest span whose parent is elsewhere', () => {
    const summary = summaryOf([
      { id: 'a', parent: 'x', duration: 10 },
      { id: 'b', parent: 'y', name: 'long', duration: 90 },
    ]);
    expect(summary).toMatchObject({ rootService: '', rootName: '', rootDurationNs: 0, missingParents: 2 });
    expect(summary.criticalPath).toEqual([{ service: 'shop', operation: 'long', selfTimeNs: 90 }]);
  });

  test('of a circle of spans follows the longest of them', () => {
    const summary = summaryOf([
      { id: 'a', parent: 'b', start: 0, duration: 10 },
      { id: 'b', parent: 'a', start: 0, duration: 90, name: 'long' },
    ]);
    expect(summary.criticalPath.map((step) => [step.operation, step.selfTimeNs])).toEqual([
      ['long', 80],
      ['work', 10],
    ]);
    expect(summary.missingParents).toBe(0);
  });

  test('has the earliest of several roots, and the longer of two that began together', () => {
    const roots = [
      { id: 'a', name: 'late', start: 2, duration: 90 },
      { id: 'b', name: 'short', start: 1, duration: 3 },
      { id: 'c', name: 'first', start: 1, duration: 4 },
    ];
    expect(summaryOf(roots).rootName).toBe('first');
  });

  test('takes the server of a shared id for the child of its client', () => {
    const summary = summaryOf([
      { id: 'a', service: 'cart', kind: 2, start: 10, duration: 50 },
      { id: 'a', service: 'web', kind: 3, start: 0, duration: 100 },
      { id: 'b', parent: 'a', service: 'cart', kind: 1, start: 20, duration: 10 },
    ]);
    expect(summary).toMatchObject({ rootService: 'web', rootDurationNs: 100, missingParents: 0 });
    expect(summary.criticalPath.map((step) => [step.service, step.selfTimeNs])).toEqual([
      ['cart', 50],
      ['web', 50],
    ]);
  });

  test('does not miss a parent that came in an earlier fragment', () => {
    const known = new SpanTable();
    const analysis = new FragmentAnalysis(DEFAULT_METRIC_LIMITS);
    analysis.analyse(fragmentOf([{ id: 'a' }], { known }));
    const second = analysis.analyse(
      fragmentOf([{ id: 'b', parent: 'a', duration: 7 }], { known, number: 1 }),
    );
    expect(second).toMatchObject({ missingParents: 0, rootName: '', criticalPath: [{ selfTimeNs: 7 }] });
  });

  test('takes the time of receipt for the start of a wild clock, and keeps its duration', () => {
    const receivedMs = BASE_MS + 1_000;
    const summary = summaryOf([{ id: 'a', start: -2 * WEEK_NS, duration: 5 }], { receivedMs });
    expect(summary.start).toEqual(fromMs(receivedMs));
    expect(summary.end.low - summary.start.low).toBe(5);
    expect(summary.rootDurationNs).toBe(5);
  });

  test('lists as many steps as it may, and puts the rest into one', () => {
    const children = Array.from({ length: MAX_PATH_STEPS + 10 }, (_, i) => ({
      ...{
        id: `c${i}`,
        parent: 'a',
        name: `op${String.fromCharCode(65 + Math.floor(i / 26), 65 + (i % 26))}`,
      },
      ...{ start: i * 10, duration: 9 },
    }));
    const { criticalPath } = summaryOf([{ id: 'a', duration: 600 }, ...children]);
    expect(criticalPath).toHaveLength(MAX_PATH_STEPS);
    expect(criticalPath.at(-1)).toEqual({ service: '__other__', operation: '__other__', selfTimeNs: 12 * 9 });
    expect(criticalPath.reduce((sum, step) => sum + step.selfTimeNs, 0)).toBe(600);
  });
});

describe('the metrics of fragments', () => {
  test('count a span in the window of its start, to the nanosecond', () => {
    const before = { id: 'a', start: -1 };
    const windows = metricsOf(fragmentOf([before, { id: 'b', start: 0 }])).map((delta) => delta.windowStart);
    expect(windows).toEqual([BASE_MS / 1000 - 10, BASE_MS / 1000]);
  });

  test('count a span with a wild clock in the window in which it was received', () => {
    const receivedMs = BASE_MS + 25_000;
    const wild = [
      { id: 'a', start: 2 * 3_600e9 },
      { id: 'b', start: -2 * WEEK_NS },
    ];
    const [delta, ...more] = metricsOf(fragmentOf(wild, { receivedMs }));
    expect(more).toEqual([]);
    expect(delta).toMatchObject({ windowStart: BASE_MS / 1000 + 20, spans: 2 });
    expect(delta?.exemplars[0]?.startMs).toBe(receivedMs);
  });

  test('hold the time on the critical path by operation', () => {
    const deltas = metricsOf(
      fragmentOf([
        { id: 'a', name: 'root', duration: 100, traceState: 'ot=th:8' },
        { id: 'b', parent: 'a', name: 'child', start: 10, duration: 40, traceState: 'ot=th:8' },
      ]),
    );
    expect(deltas.map((delta) => [delta.operation, delta.criticalPathNs])).toEqual([
      ['child', 80],
      ['root', 120],
    ]);
  });

  test.each([
    [77, 9],
    [-1, -1],
  ])('count kind %i and status %i, which OTLP does not know, as unspecified and unset', (kind, status) => {
    const [delta] = metricsOf(fragmentOf([{ id: 'a', kind, status }]));
    expect(delta).toMatchObject({ kind: 'Unspecified', status: 'Unset', errors: 0 });
  });

  const spec = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    parent: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    service: fc.constantFrom('web', 'cart'),
    name: fc.constantFrom('x', 'y 1', 'y 2'),
    kind: fc.nat({ max: 5 }),
    status: fc.nat({ max: 2 }),
    start: fc.integer({ min: -20e9, max: 20e9 }),
    duration: fc.nat({ max: 1e9 }),
  });

  test('are the same, but for critical paths and exemplars, however runs are cut into fragments', () => {
    const figures = (deltas: readonly SpanMetricDelta[]) =>
      deltas.map((delta) => ({ ...delta, criticalPathNs: 0, exemplars: [] }));
    fc.assert(
      fc.property(fc.array(spec, { maxLength: 12 }), fc.nat({ max: 12 }), (spans, cut) => {
        const known = new SpanTable();
        const parts = [spans.slice(0, cut), spans.slice(cut)].map((part) => fragmentOf(part, { known }));
        expect(figures(metricsOf(...parts))).toEqual(figures(metricsOf(fragmentOf(spans))));
      }),
    );
  });

  test('and summaries are the same when the same fragments come again', () => {
    fc.assert(
      fc.property(fc.array(fc.array(spec, { maxLength: 6 }), { maxLength: 4 }), (fragments) => {
        const run = () => {
          const analysis = new FragmentAnalysis({ ...DEFAULT_METRIC_LIMITS, series: 3, edges: 1 });
          const summaries = fragments.map((spans) => {
            const fragment = fragmentOf(spans);
            const summary = analysis.analyse(fragment);
            analysis.endRun('default', fragment.known);
            return summary;
          });
          return { summaries, deltas: analysis.flush() };
        };
        expect(run()).toEqual(run());
      }),
    );
  });

  test('critical path times of a summary sum to the length of its root', () => {
    fc.assert(
      fc.property(fc.array(spec, { maxLength: 12 }), (spans) => {
        const root = { id: 'root', start: 0, duration: 1e9 };
        const { criticalPath } = summaryOf(
          [...spans, root].map((span) => ({ ...span, start: Math.abs(span.start) })),
        );
        expect(criticalPath.reduce((sum, step) => sum + step.selfTimeNs, 0)).toBe(1e9);
      }),
    );
  });

  test('of a header are by the service that assembly read', () => {
    expect(metricsOf(fragmentOf([{ id: 'a', service: 'ünï' }]))[0]?.service).toBe(headerOf('ünï').service);
  });
});
