/** The real services, each wired into a simulated process. */
import { Batcher } from '../../services/collector/batcher.ts';
import { METRICS as COLLECTOR_METRICS } from '../../services/collector/metrics.ts';
import { SpansTopic } from '../../services/collector/spans_topic.ts';
import { SpooledTopic } from '../../services/collector/spooled_topic.ts';
import { DEFAULT_TENANT, topicNames } from '../../services/core/contracts.ts';
import { RequestSplitter } from '../../services/core/otlp/split_request.ts';
import { DEFAULT_RULES } from '../../services/core/trace/assembly.ts';
import { memoryRecordStore } from '../../services/core/trace/record_store.ts';
import type { Declarations, Metrics } from '../../services/platform/metrics.ts';
import type { Log } from '../../services/platform/log.ts';
import { BlockWriter } from '../../services/sink/block_writer.ts';
import { METRICS as SINK_METRICS } from '../../services/sink/metrics.ts';
import { Sink } from '../../services/sink/sink.ts';
import { METRICS as PROCESSOR_METRICS } from '../../services/processor/metrics.ts';
import { Processor } from '../../services/processor/processor.ts';
import type { MemoryDisk } from '../support/memory_disk.ts';
import type { FaultPlan } from './faults.ts';
import type { Mode, Role } from './schedule.ts';
import type { SimClickHouse } from './sim_clickhouse.ts';
import { diskOf } from './sim_disk.ts';
import type { SimKafka } from './sim_kafka.ts';
import type { SimProcess } from './sim_process.ts';

export const topics = topicNames('spanmill');
export const PROCESSOR_GROUP = 'processor';
export const SINK_GROUP = 'sink';

export interface Member {
  readonly role: Role;
  readonly process: SimProcess;
  readonly kafka: SimKafka;
  /** Of a collector's spool; null where there is none. */
  readonly disk: MemoryDisk | null;
  /** Gives everything up in order. */
  stop(): Promise<void>;
  /** A collector's: resolves when Kafka has the request. */
  send(request: Buffer): Promise<void>;
}

export interface MemberOptions {
  readonly process: SimProcess;
  readonly kafka: SimKafka;
  readonly clickhouse: SimClickHouse;
  readonly faults: FaultPlan;
  readonly disk: MemoryDisk | null;
  readonly partitions: number;
  readonly mode: Mode;
  readonly stallMs: number;
  readonly random: () => number;
  readonly unique: () => number;
  readonly log: Log;
  readonly fail: (error: unknown) => void;
}

/** Like the real ones, in seconds instead of half minutes. */
export const RULES = {
  ...DEFAULT_RULES,
  forgetMs: 8_000,
  settleMs: 1_000,
  settleCompleteMs: 300,
  markMs: 4_000,
  maxFragmentSpans: 6,
};
/** What Kafka took without saying so goes out a second time when the spool is drained: the trace must be remembered then. */
const SPOOL_RULES = { ...RULES, forgetMs: 20_000 };
/** A retry from behind a cut begins a run of its own, by right, and would count twice. */
const NO_CUTS_MS = 600_000;
export const CUT_AGE_MS = 3_000;
const LINGER_MS = 5;

export function startMember(role: Role, options: MemberOptions): Member {
  switch (role) {
    case 'collector':
      return startCollector(options);
    case 'processor':
      return startProcessor(options);
    case 'sink':
      return startSink(options);
  }
}

const noRequests = (): Promise<void> => Promise.reject(new Error('takes no requests'));

function startCollector(options: MemberOptions): Member {
  const { process, kafka, disk, partitions, fail } = options;
  const splitter = new RequestSplitter(partitions);
  const spansTopic = new SpansTopic({ ...sharedBy(options), topic: topics.spans });
  const way = disk === null ? spansTopic : spooledTopic(options, spansTopic, disk);
  const batcher = new Batcher({
    topic: topics.spans,
    recordBytes: 400,
    lingerMs: LINGER_MS,
    append: (batch) => way.append(batch),
    timers: process.timers,
    clock: process.clock,
    metrics: COLLECTOR,
  });
  const send = async (request: Buffer): Promise<void> => {
    if (spansTopic.partitions === 0) throw new Error('not yet started');
    await batcher.add(splitter.split(request).parts, DEFAULT_TENANT);
  };
  way.start().catch(fail);
  return { role: 'collector', process, kafka, disk, send, stop: () => batcher.drain() };
}

function spooledTopic(options: MemberOptions, spansTopic: SpansTopic, disk: MemoryDisk): SpooledTopic {
  return new SpooledTopic({
    ...sharedBy(options),
    topic: topics.spans,
    spansTopic,
    disk: diskOf(options.process, disk),
    newId: () => `00000000-0000-4000-8000-${String(options.unique()).padStart(12, '0')}`,
    maxBytes: 1_000_000,
    segmentBytes: 700,
    metrics: COLLECTOR,
    onBug: options.fail,
  });
}

const sharedBy = ({ kafka, process, log }: MemberOptions) => ({
  kafka,
  clock: process.clock,
  timers: process.timers,
  log,
});

function startProcessor({ process, kafka, mode, stallMs, log, fail }: MemberOptions): Member {
  const processor = new Processor({
    settings: {
      topics,
      group: PROCESSOR_GROUP,
      start: 'committed',
      rules: mode === 'spool' ? SPOOL_RULES : RULES,
      maxRunAgeMs: mode === 'cuts' ? CUT_AGE_MS : NO_CUTS_MS,
      commitIntervalMs: 500,
      commitBytes: 3_000,
      tracesRate: 1,
      stallMs,
    },
    kafka,
    store: memoryRecordStore,
    clock: process.clock,
    timers: process.timers,
    log,
    metrics: PROCESSOR,
    fail,
  });
  processor.start().catch(fail);
  return { role: 'processor', process, kafka, disk: null, send: noRequests, stop: () => processor.stop() };
}

function startSink({
  process,
  kafka,
  clickhouse,
  faults,
  stallMs,
  random,
  log,
  fail,
}: MemberOptions): Member {
  const shared = {
    clock: process.clock,
    timers: process.timers,
    log,
    metrics: SINK,
  };
  const sink = new Sink({
    ...shared,
    settings: {
      topics,
      group: SINK_GROUP,
      start: 'committed',
      batch: { maxRows: 8, maxBytes: 1_000_000, intervalMs: 700 },
      metricsIntervalMs: 700,
      memoryBytes: 100_000_000,
      stallMs,
    },
    writer: new BlockWriter({
      ...shared,
      clickhouse: clickhouse.clientOf(process, faults),
      maxConcurrent: 2,
      random,
    }),
    kafka,
    fail,
  });
  sink.start().catch(fail);
  return { role: 'sink', process, kafka, disk: null, send: noRequests, stop: () => sink.stop() };
}

const nothing = (): void => undefined;
const instrument = { add: nothing, set: nothing, remove: nothing, observe: nothing };

/** Metrics that nobody reads. */
function silentMetrics<D extends Declarations>(declarations: D): Metrics<D> {
  const entries: [string, unknown][] = Object.keys(declarations).map((key) => [key, instrument]);
  return Object.fromEntries(entries) as Metrics<D>;
}

const COLLECTOR = silentMetrics(COLLECTOR_METRICS);
const PROCESSOR = silentMetrics(PROCESSOR_METRICS);
const SINK = silentMetrics(SINK_METRICS);
