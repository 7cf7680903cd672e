import { describe, expect, it } from '@jest/globals';
import { METRICS as COLLECTOR } from '../../../services/collector/metrics.ts';
import { METRICS as PROCESSOR } from '../../../services/processor/metrics.ts';
import { METRICS as SINK } from '../../../services/sink/metrics.ts';
import { parsePrometheusText } from '../../../services/platform/prometheus_text.ts';
import { METRIC_NAMES, pipelineFigures } from '../../../services/query/pipeline_figures.ts';
import { growth, metricsScraper, type Scrape } from '../../../services/query/scraper.ts';

const scrape = (atMs: number, text: string): Scrape => ({
  atMs,
  targets: [],
  samples: parsePrometheusText(text),
});

describe('the figures of the pipeline', () => {
  it('read names that the services have', () => {
    const known = [COLLECTOR, PROCESSOR, SINK].flatMap((metrics) =>
      Object.values(metrics).map(({ name }) => name),
    );
    for (const name of Object.values(METRIC_NAMES)) expect(known).toContain(name);
  });

  it('are null where nobody tells them', () => {
    const figures = pipelineFigures({ now: scrape(0, ''), before: null });
    expect(figures.spans.received).toEqual({ total: null, perSecond: null });
    expect(figures.delays.storage).toEqual({ p50: null, p95: null, p99: null });
    expect(figures.traces.open).toBeNull();
    expect(figures.lag).toEqual([]);
  });

  it('tell delays of the time between two scrapes, and of all time where nothing happened', () => {
    const buckets = (small: number, large: number) =>
      [
        `spanmill_sink_storage_delay_seconds_bucket{le="1"} ${small}`,
        `spanmill_sink_storage_delay_seconds_bucket{le="10"} ${small + large}`,
        `spanmill_sink_storage_delay_seconds_bucket{le="+Inf"} ${small + large}`,
      ].join('\n');
    const before = scrape(0, buckets(1000, 0));
    const slow = pipelineFigures({ now: scrape(5000, buckets(1000, 10)), before });
    expect(slow.delays.storage.p50).toBeGreaterThan(1);
    const idle = pipelineFigures({ now: scrape(5000, buckets(1000, 0)), before });
    expect(idle.delays.storage.p50).toBeLessThan(1);
  });
});

describe('growth', () => {
  it('counts a service that was started again from 0', () => {
    const before = parsePrometheusText('a{x="1"} 10\na{x="2"} 10');
    const now = parsePrometheusText('a{x="1"} 13\na{x="2"} 4\na{x="3"} 5');
    expect(growth(now, before).map(({ value }) => value)).toEqual([3, 4, 5]);
  });
});

describe('metricsScraper', () => {
  it('asks once for those who come together, and not again within a second', async () => {
    let nowMs = 0;
    const scraper = metricsScraper({ urls: ['http://127.0.0.1:1/metrics'], clock: { now: () => nowMs } });
    const [first, second] = await Promise.all([scraper.scrape(), scraper.scrape()]);
    expect(first).toBe(second);
    nowMs = 900;
    expect(await scraper.scrape()).toBe(first);
    nowMs = 1100;
    const third = await scraper.scrape();
    expect(third.before).toBe(first.now);
    expect(third.now.targets).toEqual([{ url: 'http://127.0.0.1:1/metrics', problem: 'does not answer' }]);
  });
});
