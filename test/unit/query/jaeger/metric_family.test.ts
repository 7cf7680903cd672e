import { describe, expect, it } from '@jest/globals';
import {
  metricFamily,
  type MetricQuery,
  type MetricWindow,
} from '../../../../services/query/jaeger/metric_family.ts';

const END_MS = 1_700_000_000_000;
const QUERY: MetricQuery = {
  ...{ tenant: 'default', services: ['cart'], kinds: ['Server'], byOperation: false },
  ...{ endMs: END_MS, lookbackMs: 20_000, stepMs: 10_000, ratePerMs: 20_000 },
};

function window(secondsBeforeEnd: number, calls: number, more: Partial<MetricWindow> = {}): MetricWindow {
  const time = END_MS / 1000 - secondsBeforeEnd;
  return { service: 'cart', operation: '', time, calls, errors: 0, histogram: {}, ...more };
}
function values(figure: Parameters<typeof metricFamily>[0], windows: MetricWindow[]) {
  const family = metricFamily(figure, QUERY, { stepSeconds: 10, windows });
  return family.metrics[0]?.metricPoints.map(({ gaugeValue }) => gaugeValue.doubleValue);
}

describe('metricFamily', () => {
  it('gives each point the rate of the stretch before it', () => {
    const windows = [window(30, 10), window(20, 20), window(10, 40)];
    expect(values({ name: 'calls' }, windows)).toEqual([10 / 20, 30 / 20, 60 / 20]);
  });

  it('says what it is, as Jaeger does', () => {
    const windows = [window(10, 5, { operation: 'GET /' })];
    expect(
      metricFamily({ name: 'calls' }, { ...QUERY, lookbackMs: 0 }, { stepSeconds: 10, windows }),
    ).toEqual({
      name: 'service_call_rate',
      type: 'GAUGE',
      help: 'calls/sec, grouped by service',
      metrics: [
        {
          labels: [{ name: 'service_name', value: 'cart' }],
          metricPoints: [{ gaugeValue: { doubleValue: 0.25 }, timestamp: '2023-11-14T22:13:20Z' }],
        },
      ],
    });
    expect(
      metricFamily(
        { name: 'latencies', quantile: 0.95 },
        { ...QUERY, byOperation: true },
        { stepSeconds: 10, windows },
      ),
    ).toMatchObject({
      name: 'service_operation_latencies',
      help: '0.95th quantile latency, grouped by service & operation',
      metrics: [
        {
          labels: [
            { name: 'operation', value: 'GET /' },
            { name: 'service_name', value: 'cart' },
          ],
        },
      ],
    });
  });

  it('counts errors as a fraction of the calls, and tells nothing of no calls', () => {
    expect(values({ name: 'errors' }, [window(10, 8, { errors: 2 })])).toEqual(['NaN', 'NaN', 0.25]);
  });

  it('takes the quantile of all buckets together, in milliseconds', () => {
    const windows = [window(20, 9, { histogram: { 160: 9 } }), window(10, 1, { histogram: { 213: 1 } })];
    const middle = (bucket: number) => 2 ** ((bucket + 0.5) / 8) / 1e6;
    expect(values({ name: 'latencies', quantile: 0.9 }, windows)?.at(-1)).toBe(middle(160));
    expect(values({ name: 'latencies', quantile: 0.95 }, windows)?.at(-1)).toBe(middle(213));
    expect(values({ name: 'latencies', quantile: 0.95 }, windows)?.[0]).toBe('NaN');
  });

  it('has a series for each service', () => {
    const windows = [window(10, 1), window(10, 2, { service: 'pay' })];
    const family = metricFamily({ name: 'calls' }, QUERY, { stepSeconds: 10, windows });
    expect(family.metrics.map(({ labels }) => labels[0]?.value)).toEqual(['cart', 'pay']);
  });
});
