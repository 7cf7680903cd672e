/**
 * What the arithmetic starts from: what `spanmill bench whole` measured, what was measured elsewhere, and the settings that matter.
 * Pure.
 */
import { SETTINGS as COLLECTOR } from '../../../services/collector/config.ts';
import { SETTINGS as PROCESSOR } from '../../../services/processor/config.ts';
import { SETTINGS as SINK } from '../../../services/sink/config.ts';
import { SPANMILL, type BenchResults, type ScenarioResult } from '../stages/result.ts';

/** CPU time and bytes are those of one span. */
export interface Figures {
  readonly collectorMicros: number;
  readonly processorMicros: number;
  readonly sinkMicros: number;
  readonly kafkaMicros: number;
  readonly clickhouseMicros: number;
  readonly sentBytes: number;
  /** In the topic spans, one replica. */
  readonly spansBytes: number;
  /** In the topics traces and metrics together, one replica. */
  readonly publishedBytes: number;
  /** In all tables, one replica. */
  readonly clickhouseBytes: number;
  /** The most memory that a process has had. */
  readonly collectorBytes: number;
  readonly processorBytes: number;
  readonly sinkBytes: number;
  /** The load of the measurement. */
  readonly measuredRate: number;
}

/** Not in the results of the bench: `node test/bench/processor.bench.ts`, "B/span published" (test/bench/README.md). */
export const PUBLISHED_BYTES = 48;

/** Not in the results of the bench: `node test/chaos/rebalance.ts` (services/platform/RATIONALE.md, "Which of the two clients is the default?"). */
export const REBALANCE = {
  /** The worst pause of a moved partition beside its replay: that of a member that is stopped. */
  movedPauseSeconds: 0.5,
  /** Of a process, to its first partition; the worst. */
  startSeconds: 0.86,
};

/** Defaults of the services, as their tables of settings say. */
export const DEFAULTS = {
  forgetSeconds: defaultOf(PROCESSOR.forgetMs) / 1000,
  commitSeconds: defaultOf(PROCESSOR.commitIntervalMs) / 1000,
  lingerSeconds: defaultOf(COLLECTOR.lingerMs) / 1000,
  inFlightBytes: defaultOf(COLLECTOR.maxInFlightBytes),
  openTracesBytes: defaultOf(PROCESSOR.memoryBytes),
  batchSeconds: defaultOf(SINK.batchMs) / 1000,
};

/** The results with the one that the page is made from. Throws where there is none. */
export function onlyTheWholeWay(results: BenchResults): BenchResults {
  return { ...results, results: [wholeWay(results)] };
}

/** Throws where a figure is missing. */
export function readFigures(results: BenchResults): Figures {
  const result = wholeWay(results);
  const of = (name: string): ScenarioResult['processes'][number] => {
    const found = result.processes.find((one) => one.name === name);
    if (found === undefined) throw new Error(`the bench measured no ${name}`);
    return found;
  };
  const figures: Figures = {
    collectorMicros: of('collector').cpuMicros,
    processorMicros: of('processor').cpuMicros,
    sinkMicros: of('sink').cpuMicros,
    kafkaMicros: of('Kafka').cpuMicros,
    clickhouseMicros: of('ClickHouse').cpuMicros,
    sentBytes: result.bytesSent,
    spansBytes: result.bytesKafka ?? NaN,
    publishedBytes: PUBLISHED_BYTES,
    clickhouseBytes: result.bytesClickHouse ?? NaN,
    collectorBytes: of('collector').peakBytes,
    processorBytes: of('processor').peakBytes,
    sinkBytes: of('sink').peakBytes,
    measuredRate: result.spansPerSecond,
  };
  for (const [name, value] of Object.entries(figures) as [string, number][]) {
    if (!(value > 0)) throw new Error(`the bench's ${name} is no figure to count with: ${value}`);
  }
  return figures;
}

function wholeWay({ results }: BenchResults): ScenarioResult {
  const isOurs = ({ system }: ScenarioResult): boolean => system === SPANMILL;
  const found = results.find((one) => one.stage === 'whole' && one.name === 'the whole way' && isOurs(one));
  if (found === undefined)
    throw new Error('no result of the stage whole: make one by `spanmill bench whole`');
  return found;
}

function defaultOf({ env, default: byDefault }: { env: string; default: number | undefined }): number {
  if (byDefault === undefined) throw new Error(`${env} has no default to count with`);
  return byDefault;
}
