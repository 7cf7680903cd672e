/** What a row of a table may not have in it: the constraints of the simulated ClickHouse, which nobody told the services of. */
export const FORBIDDEN: Readonly<Record<string, string>> = {
  otel_traces: 'bad-span',
  trace_summaries: 'bad-summary',
  span_metrics: 'bad-metric',
  service_edges: 'bad-edge',
};
