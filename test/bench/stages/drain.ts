/**
 * A service against a backlog: those before it run until all has passed them, then it starts, alone with its server, and is measured until
 * all has passed it as well. It works as fast as it can, and shares its caches with nobody but that server.
 */
import { startLoad, type LoadProcess } from './load_process.ts';
import { median } from './median.ts';
import { segmentBytes } from './process_usage.ts';
import { OTELCOL, SPANMILL, type ScenarioResult } from './result.ts';
import type { Scenario } from './scenarios.ts';
import { startWay, type RunOptions } from './start_way.ts';
import { storedBytes } from './stored_bytes.ts';
import type { Way } from './way.ts';
import { measureWindow, passed, type Server } from './window.ts';

/** The last traces settle, the last metrics are marked. */
const STANDSTILL_MS = 60_000;
/** Of what reaches the processor: its last traces wait for a silence, which is no work. */
const PROCESSED_SHARE = 0.95;
const QUIET_LOOKS = 5;
const LOOK_MS = 1000;

export async function runDrain(scenario: Scenario, options: RunOptions): Promise<ScenarioResult> {
  const { services, spansPerRequest } = scenario;
  const [before, drained] = [services.slice(0, -1), services.at(-1)];
  if (drained === undefined) throw new Error(`${scenario.name} names no service`);
  const { kafka, clickhouse } = options.servers.pids;
  const isSink = drained === 'sink';
  const beside: Server = isSink
    ? { name: 'ClickHouse', pid: clickhouse, feeds: drained }
    : { name: 'Kafka', pid: kafka, feeds: drained };
  const way = await startWay(before, scenario, options);
  const load = startLoad({
    ...scenario,
    target: way.otlpGrpc,
    inFlight: Math.ceil(4_096 / spansPerRequest),
    seconds: scenario.warmUpSeconds + scenario.seconds,
  });
  try {
    await fill(way, before, load);
    const { spans, bytes, failed } = load.progress;
    await way.start(drained);
    await untilPassed(new Drain(way, drained, spans * warmUpShare(scenario)));
    const drain = new Drain(way, drained, isSink ? spans : spans * PROCESSED_SHARE);
    const processes = await measureWindow(
      way,
      [drained],
      [beside],
      async () => (await drain.isPassed()) && (!isSink || (await drain.isMerged())),
    );
    return {
      ...{ stage: scenario.stage, name: scenario.name, processes },
      system: options.otelcol === null ? SPANMILL : OTELCOL,
      ...{ spansPerSecond: drain.spansPerSecond, failedRequests: failed, bytesSent: bytes / spans },
      answerP50: median(load.lines.map(({ p50 }) => p50)),
      answerP99: median(load.lines.map(({ p99 }) => p99)),
      bytesKafka: segmentBytes(options.servers.kafkaDirectory, `${way.prefix}.spans-`) / spans,
      bytesClickHouse: isSink ? await storedBytes(way) : null,
      ...{ visibleP50: null, visibleP99: null },
    };
  } finally {
    load.kill();
    await way.stop();
  }
}

/** Until all that is sent has passed the services, which then are gone. */
async function fill(way: Way, services: Scenario['services'], load: LoadProcess): Promise<void> {
  await load.ended();
  for (const service of services) {
    await untilPassed(new Drain(way, service, load.progress.spans));
  }
  for (const service of services) await way.kill(service, 'SIGTERM');
}

async function untilPassed(drain: Drain): Promise<void> {
  while (!(await drain.isPassed())) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

/** Of the backlog: what was sent in the time of the warm-up. */
const warmUpShare = ({ warmUpSeconds, seconds }: Scenario): number =>
  warmUpSeconds / (warmUpSeconds + seconds);

/** Looks whether all has passed a service, and is merged as far as ClickHouse wants to. */
class Drain {
  /** From the first look until all had passed; not a number before. */
  spansPerSecond = NaN;
  private readonly way: Way;
  private readonly service: Scenario['services'][number];
  private readonly spans: number;
  private first: { readonly count: number; readonly atMs: number } | null = null;
  private movedMs = performance.now();
  private passed = 0;
  private quietLooks = 0;

  constructor(way: Way, service: Scenario['services'][number], spans: number) {
    this.way = way;
    this.service = service;
    this.spans = spans;
  }

  /** Throws where nothing moves any more before that. */
  async isPassed(): Promise<boolean> {
    if (this.passed >= this.spans) return true;
    const count = await passed(this.way, this.service);
    const now = performance.now();
    this.first ??= { count, atMs: now };
    if (count > this.passed) [this.passed, this.movedMs] = [count, now];
    if (count >= this.spans) {
      this.spansPerSecond = ((count - this.first.count) * 1000) / (now - this.first.atMs);
    }
    if (count < this.spans && now - this.movedMs > STANDSTILL_MS) {
      throw new Error(`the ${this.service} stands still at ${count} of ${this.spans} spans`);
    }
    return count >= this.spans;
  }

  async isMerged(): Promise<boolean> {
    const [row] = await this.way.clickhouse.query('SELECT count() AS merges FROM system.merges');
    this.quietLooks = Number(row?.['merges']) === 0 ? this.quietLooks + 1 : 0;
    return this.quietLooks >= QUIET_LOOKS;
  }
}
