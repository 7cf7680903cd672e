/** One scenario from start to end: its services, its load, what they used, and what the spans weigh. */
import { startPipeline, type Pipeline } from '../../support/pipeline.ts';
import type { BenchServers } from './bench_servers.ts';
import { startLoad, type LoadProcess } from './load_process.ts';
import { segmentBytes } from './process_usage.ts';
import type { ScenarioResult } from './result.ts';
import type { Scenario } from './scenarios.ts';
import { openSender } from './sender.ts';
import { probeDelays } from './visible_delay.ts';
import { measureWindow, type Server } from './window.ts';

const IN_FLIGHT = 8;
/** Longer than the window: what begins and ends with it stays within the load. */
const MARGIN_SECONDS = 3;

export interface RunOptions {
  readonly servers: BenchServers;
  /** Where each service writes its CPU profile; null for none. */
  readonly profileDirectory: string | null;
}

export async function runScenario(scenario: Scenario, options: RunOptions): Promise<ScenarioResult> {
  const { services, partitions, settings } = scenario;
  const nodeArguments =
    options.profileDirectory === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profileDirectory}`];
  const pipeline = await startPipeline(services, settings, { partitions, nodeArguments });
  const load = startLoad({
    ...scenario,
    target: scenario.protocol === 'grpc' ? pipeline.otlpGrpc : new URL(pipeline.otlpHttp).host,
    inFlight: IN_FLIGHT,
    seconds: scenario.warmUpSeconds + scenario.seconds + MARGIN_SECONDS,
  });
  try {
    await untilSending(load);
    await seconds(scenario.warmUpSeconds);
    return await measure(scenario, pipeline, load, options.servers);
  } finally {
    load.kill();
    await pipeline.stop();
  }
}

async function measure(
  scenario: Scenario,
  pipeline: Pipeline,
  load: LoadProcess,
  { pids, kafkaDirectory }: BenchServers,
): Promise<ScenarioResult> {
  const hasSink = scenario.services.includes('sink');
  const beside: Server[] = [{ name: 'Kafka', pid: pids.kafka, feeds: 'collector' }];
  if (hasSink) beside.push({ name: 'ClickHouse', pid: pids.clickhouse, feeds: 'sink' });
  const before = load.progress;
  const [firstLine, beganMs] = [load.lines.length, performance.now()];
  const sender = openSender('grpc', pipeline.otlpGrpc);
  const [processes, delays] = await Promise.all([
    measureWindow(pipeline, scenario.services, beside, scenario.seconds),
    scenario.probesDelay ? probeDelays(pipeline.clickhouse, sender, scenario.seconds) : [],
  ]);
  sender.close();
  const after = load.progress;
  const tookSeconds = (performance.now() - beganMs) / 1000;
  const spans = after.spans - before.spans;
  const lines = load.lines.slice(firstLine);
  await load.ended();
  const visible = delays.toSorted((a, b) => a - b);
  return {
    ...{ stage: scenario.stage, name: scenario.name, processes },
    spansPerSecond: spans / tookSeconds,
    failedRequests: after.failed - before.failed,
    answerP50: median(lines.map(({ p50 }) => p50)),
    answerP99: median(lines.map(({ p99 }) => p99)),
    bytesSent: (after.bytes - before.bytes) / spans,
    bytesKafka: segmentBytes(kafkaDirectory, `${pipeline.prefix}.spans-`) / load.progress.spans,
    bytesClickHouse: hasSink ? await storedBytes(pipeline) : null,
    visibleP50: visible[visible.length >> 1] ?? null,
    visibleP99: visible[Math.floor(visible.length * 0.99)] ?? null,
  };
}

/** Making the requests takes a while. */
async function untilSending(load: LoadProcess): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (load.progress.spans === 0) {
    if (performance.now() > deadline) throw new Error('the load was not answered once in two minutes');
    await seconds(0.1);
  }
}

/** A span's share of all tables. What waits to be merged is larger than it will be: the parts are merged first. */
async function storedBytes({ clickhouse }: Pipeline): Promise<number> {
  const tables = await clickhouse.query(
    `SELECT DISTINCT table FROM system.parts WHERE active AND database = currentDatabase()`,
  );
  for (const { table } of tables) await clickhouse.command(`OPTIMIZE TABLE ${String(table)} FINAL`);
  const [row] = await clickhouse.query(
    `SELECT sum(bytes_on_disk) / sumIf(rows, table = 'otel_traces') AS bytes
     FROM system.parts WHERE active AND database = currentDatabase()`,
  );
  return Number(row?.['bytes']);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1000));
