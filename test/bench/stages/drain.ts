/** The sink against a backlog: the traces topic is filled first, then the sink starts, and is measured until all is stored and merged. */
import { startPipeline, type Pipeline } from '../../support/pipeline.ts';
import type { RunOptions } from './run_scenario.ts';
import { startLoad, type LoadProcess } from './load_process.ts';
import { median } from './median.ts';
import { segmentBytes } from './process_usage.ts';
import { SPANMILL, type ScenarioResult } from './result.ts';
import type { Scenario } from './scenarios.ts';
import { storedBytes } from './stored_bytes.ts';
import { SPANMILL_PASSED, type Way } from './way.ts';
import { measureWindow, passed } from './window.ts';

/** The last traces settle and are forgotten, the last metrics are marked. */
const FILL_TIMEOUT_MS = 5 * 60_000;
const QUIET_LOOKS = 5;
const LOOK_MS = 1000;

export async function runDrain(
  scenario: Scenario,
  { servers: { pids, kafkaDirectory }, profileDirectory }: RunOptions,
): Promise<ScenarioResult> {
  const { settings, partitions, spansPerRequest, seconds } = scenario;
  const nodeArguments = profileDirectory === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
  const pipeline = await startPipeline(['collector', 'processor'], settings, { partitions, nodeArguments });
  const way: Way = { ...pipeline, passed: SPANMILL_PASSED };
  const load = startLoad({
    ...scenario,
    target: way.otlpGrpc,
    inFlight: Math.ceil(4_096 / spansPerRequest),
    seconds,
  });
  try {
    const sent = await fill(way, pipeline, load);
    await pipeline.start('sink');
    const drained = new Drained(way, sent);
    const clickhouse = { name: 'ClickHouse', pid: pids.clickhouse, feeds: 'sink' } as const;
    const processes = await measureWindow(way, ['sink'], [clickhouse], () => drained.isOver());
    const { spans, bytes, failed } = load.progress;
    return {
      ...{ stage: scenario.stage, name: scenario.name, system: SPANMILL, processes },
      ...{ spansPerSecond: drained.spansPerSecond, failedRequests: failed, bytesSent: bytes / spans },
      answerP50: median(load.lines.map(({ p50 }) => p50)),
      answerP99: median(load.lines.map(({ p99 }) => p99)),
      bytesKafka: segmentBytes(kafkaDirectory, `${way.prefix}.spans-`) / spans,
      bytesClickHouse: await storedBytes(way),
      ...{ visibleP50: null, visibleP99: null },
    };
  } finally {
    load.kill();
    await way.stop();
  }
}

/** How many spans were sent, all of which are in the traces topic now. */
async function fill(way: Way, pipeline: Pipeline, load: LoadProcess): Promise<number> {
  await load.ended();
  const { spans } = load.progress;
  const deadline = performance.now() + FILL_TIMEOUT_MS;
  while ((await passed(way, 'processor')) < spans) {
    if (performance.now() > deadline) throw new Error('the processor did not publish what was sent');
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  for (const service of ['collector', 'processor'] as const) await pipeline.kill(service, 'SIGTERM');
  return spans;
}

/** Looks whether all is stored, and merged as far as ClickHouse wants to. */
class Drained {
  spansPerSecond = NaN;
  private readonly way: Way;
  private readonly spans: number;
  private readonly beganMs = performance.now();
  private quietLooks = 0;

  constructor(way: Way, spans: number) {
    this.way = way;
    this.spans = spans;
  }

  async isOver(): Promise<boolean> {
    if ((await passed(this.way, 'sink')) < this.spans) return false;
    if (Number.isNaN(this.spansPerSecond)) {
      this.spansPerSecond = (this.spans * 1000) / (performance.now() - this.beganMs);
    }
    const [row] = await this.way.clickhouse.query('SELECT count() AS merges FROM system.merges');
    this.quietLooks = Number(row?.['merges']) === 0 ? this.quietLooks + 1 : 0;
    return this.quietLooks >= QUIET_LOOKS;
  }
}
