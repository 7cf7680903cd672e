import { describe, expect, test } from '@jest/globals';
import { pipelineFigures, type Scrapes } from '../../../services/cli/pipeline_figures.ts';
import { parsePrometheusText } from '../../../services/platform/prometheus_text.ts';

const scraped = (...lines: string[]) => parsePrometheusText(lines.join('\n'));

function figure(name: string, scrapes: Partial<Scrapes>): string | undefined {
  const figures = pipelineFigures({ before: [], now: [], elapsedMs: 1000, ...scrapes });
  return figures.find((one) => one.name === name)?.value;
}

describe("the pipeline's figures", () => {
  test('a rate is what came between two scrapes', () => {
    const received = (count: number) => scraped(`spanmill_collector_spans_received_total ${count}`);
    const rate = (from: number, to: number) =>
      figure('generation rate', { before: received(from), now: received(to), elapsedMs: 500 });
    expect(rate(100, 150)).toBe('100 spans/s');
    expect(rate(100, 40)).toBe('80 spans/s');
  });

  test('the capture rate is stored over received', () => {
    const now = scraped(
      'spanmill_collector_spans_received_total{protocol="grpc"} 600',
      'spanmill_collector_spans_received_total{protocol="http"} 400',
      'spanmill_sink_rows_total{table="otel_traces"} 990',
      'spanmill_sink_rows_total{table="trace_summaries"} 100',
    );
    expect(figure('capture rate', { now })).toBe('99 % (990 of 1,000)');
  });

  test('delays are the median and the 95th percentile', () => {
    const now = scraped(
      'spanmill_sink_storage_delay_seconds_bucket{le="1"} 50',
      'spanmill_sink_storage_delay_seconds_bucket{le="2"} 100',
      'spanmill_sink_storage_delay_seconds_bucket{le="+Inf"} 100',
    );
    expect(figure('storage delay', { now })).toBe('1 s, 1.9 s');
  });

  test('lag is the records of all partitions and the age of the oldest', () => {
    const now = scraped(
      'spanmill_processor_lag_records{partition="0"} 4',
      'spanmill_processor_lag_records{partition="1"} 6',
      'spanmill_processor_lag_seconds{partition="0"} 0.5',
      'spanmill_processor_lag_seconds{partition="1"} 2',
    );
    expect(figure('processor lag', { now })).toBe('10 records, 2 s');
  });

  test('the spool is shown while there is something in it', () => {
    const spool = (bytes: number, records: number, aside: number) =>
      scraped(
        `spanmill_collector_spool_bytes ${bytes}`,
        'spanmill_collector_spool_limit_bytes 1073741824',
        `spanmill_collector_spool_records ${records}`,
        `spanmill_collector_spool_corrupt_bytes ${aside}`,
      );
    expect(figure('spool', { now: spool(0, 0, 0) })).toBeUndefined();
    expect(figure('spool', { now: spool(3_250_000, 12, 0) })).toBe('3.1 MB of 1,024 MB, 12 records');
    expect(figure('set aside', { now: spool(3_250_000, 12, 0) })).toBeUndefined();
    expect(figure('set aside', { now: spool(2_097_152, 0, 2_097_152) })).toBe('2 MB');
  });

  test('a service that does not answer leaves a dash, never a 0', () => {
    for (const { value } of pipelineFigures({ before: [], now: [], elapsedMs: 1000 }))
      expect(value).toBe('-');
  });
});
