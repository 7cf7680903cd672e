/** The processes of a scenario: Spanmill's own, or the OpenTelemetry Collector in their places. */
import { startPipeline, type ServiceName } from '../../support/pipeline.ts';
import { startOtelcol } from '../peers/otelcol.ts';
import type { BenchServers } from './bench_servers.ts';
import type { Scenario } from './scenarios.ts';
import { SPANMILL_PASSED, type Way } from './way.ts';

export interface RunOptions {
  readonly servers: BenchServers;
  /** Where each service writes its CPU profile; null for none. */
  readonly profileDirectory: string | null;
  /** The OpenTelemetry Collector's binary, to be measured in place of Spanmill; null for Spanmill. */
  readonly otelcol: string | null;
}

/** Starts some services of a scenario; the others may follow. */
export async function startWay(
  services: readonly ServiceName[],
  { partitions, settings }: Scenario,
  { otelcol, profileDirectory, servers }: RunOptions,
): Promise<Way> {
  if (otelcol !== null) {
    return startOtelcol(services, { binary: otelcol, partitions, clickhouseTcp: servers.clickhouseTcp });
  }
  const nodeArguments = profileDirectory === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
  const pipeline = await startPipeline(services, settings, { partitions, nodeArguments });
  return { ...pipeline, passed: SPANMILL_PASSED };
}
