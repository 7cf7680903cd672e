/** What a scenario needs to know of the processes that it measures, whoever made them. */
import type { Pipeline, ServiceName } from '../../support/pipeline.ts';

/** For each service, the counter that says how many spans have passed, with its labels. */
export type Passed = Readonly<
  Partial<Record<ServiceName, readonly [string, Readonly<Record<string, string>>]>>
>;

export interface Way extends Pick<
  Pipeline,
  'otlpGrpc' | 'otlpHttp' | 'clickhouse' | 'prefix' | 'start' | 'kill' | 'pid' | 'metrics' | 'stop'
> {
  readonly passed: Passed;
}

export const SPANMILL_PASSED: Passed = {
  collector: ['spanmill_collector_spans_stored_total', {}],
  processor: ['spanmill_processor_spans_total', {}],
  sink: ['spanmill_sink_rows_total', { table: 'otel_traces' }],
};
