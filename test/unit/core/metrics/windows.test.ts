import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OTHER, SPAN_KINDS, SPAN_STATUSES, windowOf } from '../../../../services/core/metrics/deltas.ts';
import type { ServiceEdgeDelta, SpanMetricDelta } from '../../../../services/core/metrics/deltas.ts';
import { EdgeWindows } from '../../../../services/core/metrics/edge_windows.ts';
import { DEFAULT_METRIC_LIMITS } from '../../../../services/core/metrics/limits.ts';
import type { MetricLimits } from '../../../../services/core/metrics/limits.ts';
import { SpanWindows } from '../../../../services/core/metrics/span_windows.ts';
import type { EdgeCall } from '../../../../services/core/trace/edges.ts';
import { noFacts, type SpanFacts } from '../../../../services/core/trace/span_facts.ts';
import { BASE_MS, nodeIds, spanId, TRACE_ID } from '../../../support/fragments.ts';

function facts(more: Partial<SpanFacts> = {}): SpanFacts {
  const status = more.status ?? 0;
  return {
    ...noFacts(),
    service: 'shop',
    operation: 'GET /',
    kind: 2,
    status,
    isError: status === 2,
    startMs: BASE_MS,
    durationNs: 1_000,
    weight: 1,
    ...more,
  };
}

interface Added {
  readonly tenant: string;
  readonly span: SpanFacts;
  readonly pathNs: number;
}

function count(list: readonly Added[], limits: MetricLimits): { deltas: SpanMetricDelta[]; capped: number } {
  const windows = new SpanWindows(limits);
  for (const [i, { tenant, span, pathNs }] of list.entries()) {
    windows.add(tenant, span, pathNs, TRACE_ID, nodeIds(spanId(String(i)), ''));
  }
  const { capped } = windows;
  return { deltas: windows.flush(), capped };
}

const of = (...spans: Partial<SpanFacts>[]): Added[] =>
  spans.map((span) => ({ tenant: 'default', span: facts(span), pathNs: 0 }));

const limits = (more: Partial<MetricLimits>): MetricLimits => ({ ...DEFAULT_METRIC_LIMITS, ...more });

describe('span windows', () => {
  test('are of ten seconds, from their start on', () => {
    expect([0, 9_999, 10_000, 19_999].map((ms) => windowOf(BASE_MS + ms) - BASE_MS / 1000)).toEqual([
      0, 0, 10, 10,
    ]);
  });

  test('add up the spans of a series, weighted, and count them as they are', () => {
    const list = of(
      { status: 2, weight: 4, durationNs: 1_000 },
      { status: 2, weight: 0.5, durationNs: 3_000 },
    );
    const { deltas } = count(
      list.map((added) => ({ ...added, pathNs: 100 })),
      DEFAULT_METRIC_LIMITS,
    );
    expect(deltas).toEqual([
      {
        tenant: 'default',
        windowStart: BASE_MS / 1000,
        stepSeconds: 10,
        service: 'shop',
        operation: 'GET /',
        kind: 'Server',
        status: 'Error',
        dimensions: {},
        spans: 2,
        calls: 4.5,
        errors: 4.5,
        durationSumNs: 5_500,
        histogram: [
          { index: 79, count: 4 },
          { index: 92, count: 0.5 },
        ],
        criticalPathNs: 450,
        exemplars: [
          { traceId: TRACE_ID, spanId: spanId('1'), startMs: BASE_MS, durationNs: 3_000 },
          { traceId: TRACE_ID, spanId: spanId('0'), startMs: BASE_MS, durationNs: 1_000 },
        ],
      },
    ]);
  });

  test('keep kinds, statuses, windows, services and tenants apart', () => {
    const list = [
      ...of(
        {},
        { kind: 3 },
        { status: 1 },
        { startMs: BASE_MS + 10_000 },
        { service: 'cart' },
        { operation: 'x' },
      ),
      { tenant: 'other', span: facts(), pathNs: 0 },
    ];
    expect(count(list, DEFAULT_METRIC_LIMITS).deltas).toHaveLength(7);
  });

  test('show the slowest span and the newest error, once where it is the same', () => {
    const list = of(
      { status: 2, durationNs: 50, startMs: BASE_MS + 5 },
      { status: 2, durationNs: 90, startMs: BASE_MS + 1 },
      { status: 2, durationNs: 90, startMs: BASE_MS + 5 },
    );
    expect(
      count(list, DEFAULT_METRIC_LIMITS).deltas[0]?.exemplars.map((exemplar) => exemplar.spanId),
    ).toEqual([spanId('1'), spanId('0')]);
    expect(count(of({ status: 2 }), DEFAULT_METRIC_LIMITS).deltas[0]?.exemplars).toHaveLength(1);
    expect(count(of({}, {}), DEFAULT_METRIC_LIMITS).deltas[0]?.exemplars).toHaveLength(1);
  });

  test('put operations over the limit of their service together, first come first served', () => {
    const { deltas, capped } = count(
      of({ operation: 'b' }, { operation: 'a' }, { operation: 'c' }, { operation: 'd' }, { operation: 'a' }),
      limits({ operationsPerService: 2 }),
    );
    expect(deltas.map(({ service, operation, spans }) => [service, operation, spans])).toEqual([
      ['shop', OTHER, 2],
      ['shop', 'a', 2],
      ['shop', 'b', 1],
    ]);
    expect(capped).toBe(2);
  });

  test('put services over the limit together', () => {
    const { deltas, capped } = count(
      of({ service: 'a' }, { service: 'b' }, { service: 'c' }),
      limits({ services: 1 }),
    );
    expect(deltas.map(({ service, operation, spans }) => [service, operation, spans])).toEqual([
      [OTHER, OTHER, 2],
      ['a', 'GET /', 1],
    ]);
    expect(capped).toBe(2);
  });

  test('give every tenant its own limits', () => {
    const list = ['x', 'y'].map((tenant) => ({ tenant, span: facts(), pathNs: 0 }));
    expect(count(list, limits({ services: 1, series: 1 })).capped).toBe(0);
  });

  test('put series over the limit together, but not a known one in a new window', () => {
    const { deltas } = count(
      of({ operation: 'a' }, { operation: 'b' }, { operation: 'a', startMs: BASE_MS + 10_000 }),
      limits({ series: 1 }),
    );
    expect(
      deltas.map(({ service, operation, windowStart }) => [service, operation, windowStart - BASE_MS / 1000]),
    ).toEqual([
      [OTHER, OTHER, 0],
      ['shop', 'a', 0],
      ['shop', 'a', 10],
    ]);
  });

  test('start anew when they are flushed', () => {
    const windows = new SpanWindows(limits({ services: 1 }));
    windows.add('default', facts({ service: 'a' }), 0, TRACE_ID, nodeIds(spanId('a'), ''));
    windows.add('default', facts({ service: 'b' }), 0, TRACE_ID, nodeIds(spanId('b'), ''));
    windows.flush();
    expect(windows.capped).toBe(0);
    expect(windows.flush()).toEqual([]);
    windows.add('default', facts({ service: 'b' }), 0, TRACE_ID, nodeIds(spanId('b'), ''));
    expect(windows.flush()[0]?.service).toBe('b');
  });

  const added: fc.Arbitrary<Added> = fc.record({
    tenant: fc.constantFrom('default', 'other'),
    pathNs: fc.nat({ max: 100 }),
    span: fc
      .record({
        service: fc.constantFrom('a', 'b', 'c', 'd', OTHER),
        operation: fc.constantFrom('a', 'b', 'c', 'd', OTHER),
        kind: fc.nat({ max: 5 }),
        status: fc.nat({ max: 2 }),
        startMs: fc.nat({ max: 60_000 }).map((ms) => BASE_MS + ms),
        durationNs: fc.nat({ max: 10_000 }),
        weight: fc.constantFrom(1, 2, 4, 0.5),
      })
      .map(facts),
  });
  const list = fc.array(added, { maxLength: 60 });
  const tight = fc.record({
    services: fc.integer({ min: 0, max: 3 }),
    operationsPerService: fc.integer({ min: 0, max: 3 }),
    series: fc.integer({ min: 0, max: 20 }),
    seriesWindows: fc.integer({ min: 0, max: 30 }),
    edges: fc.integer({ min: 0, max: 4 }),
    edgeWindows: fc.integer({ min: 0, max: 8 }),
  });

  const sums = (deltas: readonly SpanMetricDelta[]) => {
    const totals = new Map<string, number[]>();
    for (const delta of deltas) {
      const key = [delta.tenant, delta.windowStart, delta.kind, delta.status].join(' ');
      const inHistogram = delta.histogram.reduce((sum, bucket) => sum + bucket.count, 0);
      const figures = [
        delta.spans,
        delta.calls,
        delta.errors,
        delta.durationSumNs,
        delta.criticalPathNs,
        inHistogram,
      ];
      totals.set(
        key,
        figures.map((figure, i) => figure + (totals.get(key)?.[i] ?? 0)),
      );
    }
    return new Map([...totals].sort());
  };

  test('have the same sums for each tenant, window, kind and status, whatever the limits', () => {
    fc.assert(
      fc.property(list, tight, (spans, few) => {
        expect(sums(count(spans, few).deltas)).toEqual(sums(count(spans, DEFAULT_METRIC_LIMITS).deltas));
      }),
    );
  });

  test('have exact sums', () => {
    fc.assert(
      fc.property(list, tight, (spans, few) => {
        const expected = new Map<string, number[]>();
        for (const { tenant, span, pathNs } of spans) {
          const { kind, status, weight, durationNs } = span;
          const key = [tenant, windowOf(span.startMs), SPAN_KINDS[kind], SPAN_STATUSES[status]].join(' ');
          const errors = status === 2 ? weight : 0;
          const figures = [1, weight, errors, durationNs * weight, pathNs * weight, weight];
          expected.set(
            key,
            figures.map((figure, i) => figure + (expected.get(key)?.[i] ?? 0)),
          );
        }
        expect(sums(count(spans, few).deltas)).toEqual(new Map([...expected].sort()));
      }),
    );
  });

  test('stay within their limits, and say how many spans did not', () => {
    fc.assert(
      fc.property(list, tight, (spans, few) => {
        const { deltas, capped } = count(spans, few);
        for (const tenant of ['default', 'other']) {
          const own = deltas.filter((delta) => delta.tenant === tenant && delta.service !== OTHER);
          const services = Map.groupBy(own, (delta) => delta.service);
          expect(services.size).toBeLessThanOrEqual(few.services);
          for (const of of services.values()) {
            const operations = new Set(of.map((delta) => delta.operation));
            operations.delete(OTHER);
            expect(operations.size).toBeLessThanOrEqual(few.operationsPerService);
          }
          const series = new Set(
            own.map(({ service, operation, kind, status }) => [service, operation, kind, status].join()),
          );
          expect(series.size).toBeLessThanOrEqual(few.series);
          expect(own.length).toBeLessThanOrEqual(few.seriesWindows);
        }
        const inOther = deltas
          .filter(({ service, operation }) => service === OTHER || operation === OTHER)
          .reduce((sum, delta) => sum + delta.spans, 0);
        const named = spans.filter(({ span }) => span.service === OTHER || span.operation === OTHER).length;
        expect(capped).toBeLessThanOrEqual(inOther);
        expect(capped).toBeGreaterThanOrEqual(inOther - named);
      }),
    );
  });

  test('leave in an order that does not depend on how spans came', () => {
    fc.assert(
      fc.property(list, (spans) => {
        const keys = ({ deltas }: { deltas: SpanMetricDelta[] }) =>
          deltas.map(({ tenant, windowStart, service, operation, kind, status, calls }) =>
            [tenant, windowStart, service, operation, kind, status, calls].join(' '),
          );
        expect(keys(count(spans.toReversed(), DEFAULT_METRIC_LIMITS))).toEqual(
          keys(count(spans, DEFAULT_METRIC_LIMITS)),
        );
      }),
    );
  });
});

describe('edge windows', () => {
  const end = (startMs: number, weight = 1) => ({
    ...{ service: '', startMs, durationNs: 100, isError: false, weight, peer: null, links: [] },
  });
  const call = (client: string, server: string, startMs = BASE_MS): EdgeCall => ({
    client,
    server,
    type: 'rpc',
    clientEnd: end(startMs),
    serverEnd: null,
  });
  const countEdges = (
    calls: readonly EdgeCall[],
    edges: number,
    edgeWindows = 1_000,
  ): { deltas: ServiceEdgeDelta[]; capped: number } => {
    const windows = new EdgeWindows(limits({ edges, edgeWindows }));
    for (const each of calls) windows.add('default', each);
    const { capped } = windows;
    return { deltas: windows.flush(), capped };
  };

  test('keep apart names that read the same when put together', () => {
    expect(countEdges([call('ab', 'c'), call('a', 'bc'), call('', 'abc')], 9).deltas).toHaveLength(3);
  });

  test('put edges over the limit together, with all their calls', () => {
    const { deltas, capped } = countEdges(
      [call('a', 'b'), call('c', 'd'), call('e', 'f'), call('a', 'b')],
      1,
    );
    expect(deltas.map(({ client, server, calls }) => [client, server, calls])).toEqual([
      [OTHER, OTHER, 2],
      ['a', 'b', 2],
    ]);
    expect(capped).toBe(2);
  });

  test('put edges over the limit into the window that they belong to', () => {
    const { deltas } = countEdges([call('a', 'b'), call('c', 'd', BASE_MS + 10_000)], 1);
    expect(deltas.map(({ windowStart }) => windowStart - BASE_MS / 1000)).toEqual([0, 10]);
  });

  test('an edge counts once however many windows it has, up to the limit of windows', () => {
    const hour = Array.from({ length: 360 }, (_, window) => call('a', 'b', BASE_MS + window * 10_000));
    expect(countEdges(hour, 1)).toMatchObject({ capped: 0 });
    expect(countEdges(hour, 1).deltas).toHaveLength(360);
    const { deltas, capped } = countEdges(hour, 1, 100);
    expect(capped).toBe(260);
    expect(deltas.filter(({ client }) => client === OTHER)).toHaveLength(260);
  });
});
