import { describe, expect, test } from '@jest/globals';
import { createRegistry, counter, gauge, histogram } from '../../../services/platform/metrics.ts';
import { maxOf, parsePrometheusText, quantileOf, sumOf } from '../../../services/platform/prometheus_text.ts';

describe('the Prometheus text format', () => {
  test('is read as the services write it', async () => {
    const registry = createRegistry('test');
    const metrics = registry.create({
      spans: counter('spans_total', 'Spans.', ['protocol']),
      lag: gauge('lag_records', 'Lag.', ['partition']),
      delay: histogram('delay_seconds', 'Delay.', [1, 2, 4]),
    });
    metrics.spans.add(3, { protocol: 'grpc' });
    metrics.spans.add(4, { protocol: 'h"t\\t\np' });
    metrics.lag.set(5, { partition: 0 });
    metrics.lag.set(7, { partition: 1 });
    for (const value of [0.5, 1.5, 1.5, 3]) metrics.delay.observe(value);

    const samples = parsePrometheusText(await registry.expose());
    expect(sumOf(samples, 'spans_total')).toBe(7);
    expect(maxOf(samples, 'lag_records')).toBe(7);
    expect(samples.filter(({ name }) => name === 'spans_total').map(({ labels }) => labels)).toEqual([
      { protocol: 'grpc', service: 'test' },
      { protocol: 'h"t\\t\np', service: 'test' },
    ]);
    // The second of four observations: half way into the bucket from 1 to 2.
    expect(quantileOf(samples, 'delay_seconds', 0.5)).toBe(1.5);
    expect(quantileOf(samples, 'delay_seconds', 1)).toBe(4);
  });

  test('what is not measured is not 0', () => {
    expect(sumOf([], 'spans_total')).toBeNull();
    expect(maxOf([], 'spans_total')).toBeNull();
    expect(quantileOf([], 'delay_seconds', 0.5)).toBeNull();
  });

  test('series of several services are one distribution', () => {
    const samples = parsePrometheusText(
      ['a', 'b']
        .flatMap((name) => [
          `d_bucket{le="1",service="${name}"} 1`,
          `d_bucket{le="2",service="${name}"} 2`,
          `d_bucket{le="+Inf",service="${name}"} 2`,
        ])
        .join('\n'),
    );
    expect(quantileOf(samples, 'd', 0.5)).toBe(1);
  });

  test('beyond the last bound the bound is the answer', () => {
    const samples = parsePrometheusText('d_bucket{le="1"} 0\nd_bucket{le="+Inf"} 3');
    expect(quantileOf(samples, 'd', 0.5)).toBe(1);
  });
});
