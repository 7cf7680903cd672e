import { describe, expect, it } from '@jest/globals';
import { originOf, type SpanCounter } from '../../../services/query/counter_store.ts';
import { exposition, formatOf, type Family } from '../../../services/query/exposition.ts';
import { spanFamilies } from '../../../services/query/span_families.ts';

const FAMILIES: Family[] = [
  { kind: 'counter', name: 'a_total', help: 'A.', series: [{ labels: [['x', 'q"\\\n']], value: 1.5 }] },
  {
    kind: 'histogram',
    name: 'h',
    help: 'H.',
    series: [
      {
        labels: [['x', 'y']],
        cumulative: [
          [1, 2],
          [2.5, 3],
        ],
        count: 4,
        sum: 9,
        exemplar: { labels: [['trace_id', 'ab']], value: 2 },
      },
    ],
  },
];

describe('exposition', () => {
  it('writes the text format', () => {
    expect(exposition(FAMILIES, 'text').split('\n')).toEqual([
      '# HELP a_total A.',
      '# TYPE a_total counter',
      'a_total{x="q\\"\\\\\\n"} 1.5',
      '# HELP h H.',
      '# TYPE h histogram',
      'h_bucket{x="y",le="1"} 2',
      'h_bucket{x="y",le="2.5"} 3',
      'h_bucket{x="y",le="+Inf"} 4',
      'h_sum{x="y"} 9',
      'h_count{x="y"} 4',
      '',
    ]);
  });

  it('writes OpenMetrics with the exemplar at the bucket that it lies in', () => {
    const lines = exposition(FAMILIES, 'openmetrics').split('\n');
    expect(lines).toContain('# TYPE a counter');
    expect(lines).toContain('h_bucket{x="y",le="2.5"} 3 # {trace_id="ab"} 2');
    expect(lines.slice(-2)).toEqual(['# EOF', '']);
  });

  it('speaks OpenMetrics to those who take it', () => {
    expect(formatOf('application/openmetrics-text;version=1.0.0,text/plain;q=0.5')).toBe('openmetrics');
    expect(formatOf('text/plain')).toBe('text');
    expect(formatOf(undefined)).toBe('text');
  });
});

describe('spanFamilies', () => {
  const span: SpanCounter = {
    service: 's',
    operation: 'o',
    kind: 'Server',
    status: 'Unset',
    calls: 3.0000000001,
    durationSumNs: 5e6,
    // Ends of buckets: 2^20 exactly, and a step beyond.
    histogram: [
      [159, 1],
      [160, 2],
    ],
    exemplar: null,
  };

  it('counts a bucket under the first power of two that holds all of it', () => {
    const [, durations] = spanFamilies({ spans: [span], edges: [] });
    if (durations?.kind !== 'histogram') throw new Error('no histogram');
    const [series] = durations.series;
    const upTo = new Map(series?.cumulative);
    expect([upTo.get(2 ** 19 / 1e6), upTo.get(2 ** 20 / 1e6), upTo.get(2 ** 21 / 1e6)]).toEqual([0, 1, 3]);
    expect(series).toMatchObject({ count: 3, sum: 5 });
  });

  it('leaves out what lies below a thousandth of a call', () => {
    const [calls] = spanFamilies({ spans: [span], edges: [] });
    expect(calls).toMatchObject({ series: [{ value: 3 }] });
  });
});

describe('originOf', () => {
  it('is the start of the week', () => {
    const saturday = Date.UTC(2026, 10, 21, 10);
    expect(new Date(originOf(saturday) * 1000).toISOString()).toBe('2026-11-16T00:00:00.000Z');
    const monday = Date.UTC(2026, 10, 16);
    expect(originOf(monday)).toBe(monday / 1000);
    expect(originOf(monday - 1)).toBe(monday / 1000 - 7 * 86_400);
  });
});
