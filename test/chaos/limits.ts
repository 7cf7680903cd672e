/**
 * What a process of a drill may use, and what counts as recovered. One table: a service that grows beyond its line has
 * a buffer that is not bounded, and the drill fails.
 */
import type { Role } from './members.ts';

const MEGABYTE = 1024 * 1024;

export const BROKER_HEAP_MB = 320;
/** What all queries of ClickHouse together may use; the process itself comes on top. */
export const CLICKHOUSE_QUERY_BYTES = 1024 * MEGABYTE;
export const PROCESSOR_MEMORY_BYTES = 64 * MEGABYTE;
export const SINK_MEMORY_BYTES = 64 * MEGABYTE;

/** Resident memory by the first part of a process' name, at any moment of the drill. */
export const PEAK_RSS_BYTES: Readonly<Record<Role | 'kafka' | 'clickhouse', number>> = {
  collector: 512 * MEGABYTE,
  processor: 768 * MEGABYTE,
  sink: 768 * MEGABYTE,
  kafka: 1024 * MEGABYTE,
  clickhouse: 1536 * MEGABYTE,
};

export function peakLimit(processName: string): number {
  const [kind = ''] = processName.split('-');
  const limit = (PEAK_RSS_BYTES as Readonly<Record<string, number>>)[kind];
  if (limit === undefined) throw new Error(`no limit is stated for ${processName}`);
  return limit;
}

/** A fault from which the pipeline has not recovered by then is a failure. */
export const RECOVERY_TIMEOUT_MS = 180_000;
/** From the end of the load until nothing moves any more. */
export const QUIET_TIMEOUT_MS = 300_000;
