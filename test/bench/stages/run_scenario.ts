/** One scenario from start to end: its services, its load, what they used, and what the spans weigh. */
import { runDrain } from './drain.ts';
import { startLoad, type LoadProcess } from './load_process.ts';
import { median } from './median.ts';
import { segmentBytes } from './process_usage.ts';
import { OTELCOL, SPANMILL, type ScenarioResult } from './result.ts';
import type { Scenario } from './scenarios.ts';
import { openSender } from './sender.ts';
import { startWay, type RunOptions } from './start_way.ts';
import { storedBytes } from './stored_bytes.ts';
import { probeDelays } from './visible_delay.ts';
import type { Way } from './way.ts';
import { measureWindow, type Server } from './window.ts';

/** As many by small requests as by large ones: those come from more clients. */
const SPANS_UNDER_WAY = 4_096;
/** Longer than the window: what begins and ends with it stays within the load. */
const MARGIN_SECONDS = 3;

export async function runScenario(scenario: Scenario, options: RunOptions): Promise<ScenarioResult> {
  if (scenario.drains) return runDrain(scenario, options);
  const way = await startWay(scenario.services, scenario, options);
  const load = startLoad({
    ...scenario,
    target: scenario.protocol === 'grpc' ? way.otlpGrpc : new URL(way.otlpHttp).host,
    inFlight: Math.ceil(SPANS_UNDER_WAY / scenario.spansPerRequest),
    seconds: scenario.warmUpSeconds + scenario.seconds + MARGIN_SECONDS,
  });
  try {
    await untilSending(load);
    await seconds(scenario.warmUpSeconds);
    return await measure(scenario, way, load, options);
  } finally {
    load.kill();
    await way.stop();
  }
}

async function measure(
  scenario: Scenario,
  way: Way,
  load: LoadProcess,
  { servers: { pids, kafkaDirectory }, otelcol }: RunOptions,
): Promise<ScenarioResult> {
  const hasSink = scenario.services.includes('sink');
  const beside: Server[] = [{ name: 'Kafka', pid: pids.kafka, feeds: 'collector' }];
  if (hasSink) beside.push({ name: 'ClickHouse', pid: pids.clickhouse, feeds: 'sink' });
  const before = load.progress;
  const [firstLine, beganMs] = [load.lines.length, performance.now()];
  const sender = openSender('grpc', way.otlpGrpc);
  const deadline = beganMs + scenario.seconds * 1000;
  const [processes, delays] = await Promise.all([
    measureWindow(way, scenario.services, beside, () => performance.now() >= deadline),
    scenario.probesDelay ? probeDelays(way.clickhouse, sender, scenario.seconds) : [],
  ]);
  sender.close();
  const after = load.progress;
  const tookSeconds = (performance.now() - beganMs) / 1000;
  const spans = after.spans - before.spans;
  const lines = load.lines.slice(firstLine);
  await load.ended();
  const visible = delays.toSorted((a, b) => a - b);
  return {
    ...{
      stage: scenario.stage,
      name: scenario.name,
      system: otelcol === null ? SPANMILL : OTELCOL,
      processes,
    },
    spansPerSecond: spans / tookSeconds,
    failedRequests: after.failed - before.failed,
    answerP50: median(lines.map(({ p50 }) => p50)),
    answerP99: median(lines.map(({ p99 }) => p99)),
    bytesSent: (after.bytes - before.bytes) / spans,
    bytesKafka: segmentBytes(kafkaDirectory, `${way.prefix}.spans-`) / load.progress.spans,
    bytesClickHouse: hasSink ? await storedBytes(way) : null,
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

const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1000));
