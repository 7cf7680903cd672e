/**
 * How many series a tenant may have between two marks of stream time. What is over a limit is counted under `__other__`: sums stay
 * exact, memory stays bounded. First come, first served in the order of the log, so that a replay decides the same.
 */
export interface MetricLimits {
  readonly services: number;
  readonly operationsPerService: number;
  /** Combinations of service, operation, kind and status. */
  readonly series: number;
  /** The same in each window they occur in; wild clocks make many windows. */
  readonly seriesWindows: number;
  /** Combinations of client, server and connection type. */
  readonly edges: number;
  /** The same in each window they occur in: an hour of old spans has 360. */
  readonly edgeWindows: number;
}

export const DEFAULT_METRIC_LIMITS: MetricLimits = {
  services: 500,
  operationsPerService: 200,
  series: 5_000,
  seriesWindows: 20_000,
  edges: 2_000,
  edgeWindows: 20_000,
};
