/** From a mean rate to cores, processes, partitions, brokers, nodes and disks. Pure; docs/capacity.md says it in words. */
import type { Assumptions } from './assumptions.ts';
import { SPANS_PARTITIONS_PER_METRICS } from '../../../services/platform/kafka/topics.ts';
import { DEFAULTS, type Figures } from './figures.ts';

const SECONDS_A_DAY = 86_400;
/** Spans and dead letters: these have as many partitions. */
export const WIDE_TOPICS = 2;
/** `replicated_deduplication_window` of the tables (deploy/clickhouse/migrations). */
export const INSERTS_REMEMBERED = 20_000;

export type Wishes = Readonly<Record<string, number>>;

export interface ServicePlan {
  /** Busy at the peak. */
  readonly cores: number;
  readonly processes: number;
  /** What each may take, in bytes. */
  readonly memoryBytes: number;
}

export interface KafkaPlan {
  readonly partitions: number;
  /** Of the topics traces and metrics. */
  readonly tracesPartitions: number;
  readonly metricsPartitions: number;
  /** Of all brokers together at the peak, bytes a second: each way as much, since what is written is read once by each replica but one, and once by a group. */
  readonly networkBytes: number;
  /** Between zones on the mean, bytes a second. */
  readonly betweenZonesBytes: number;
  readonly cores: number;
  readonly diskBytes: number;
  readonly brokers: number;
  /** How many each part of a broker asks for. */
  readonly wishes: Wishes;
  readonly replicasPerBroker: number;
  readonly cacheBytesPerBroker: number;
  /** Records hold as many spans at the peak. */
  readonly spansPerRecord: number;
  /** The linger at which they hold as many as in the measurement, seconds; the default where that is enough. */
  readonly lingerSeconds: number;
  readonly transactionsPerSecond: number;
}

export interface ClickHousePlan {
  readonly cores: number;
  readonly diskBytes: number;
  readonly nodes: number;
  readonly wishes: Wishes;
  readonly shards: number;
  /** How long sinks gather at the peak, so that shards get no more parts than they should; the default where that is enough. */
  readonly batchSeconds: number;
  readonly batchRows: number;
  /** Each batch is dealt out to all shards. */
  readonly rowsPerPart: number;
  readonly partsPerSecond: number;
  /** How long a shard knows an insert again, seconds. */
  readonly rememberedSeconds: number;
}

export interface Plan {
  readonly meanRate: number;
  readonly peakRate: number;
  /** Bytes a second at the peak, as they come to the collectors. */
  readonly ingressBytes: number;
  /** For the spool of each collector: what comes, uncompressed, so an upper bound. */
  readonly spoolBytes: number;
  readonly collector: ServicePlan;
  readonly processor: ServicePlan;
  readonly sink: ServicePlan;
  readonly kafka: KafkaPlan;
  readonly clickhouse: ClickHousePlan;
}

/** Spans a record when the figures were measured: what Kafka and the processor cost a span depends on it. */
export function measuredSpansPerRecord({ measuredRate }: Figures, partitions: number): number {
  return (measuredRate / partitions) * DEFAULTS.lingerSeconds;
}

/** Partitions of the measurement. */
export const MEASURED_PARTITIONS = 12;

export function plan(figures: Figures, assumed: Assumptions, meanRate: number): Plan {
  const peakRate = meanRate * assumed.peakFactor;
  const { collectorMicros, processorMicros, sinkMicros } = figures;
  const collectors = processes(peakRate, collectorMicros, assumed);
  const processors = processes(peakRate, processorMicros, assumed);
  const sinks = processes(peakRate, sinkMicros, assumed);
  const partitions = partitionsFor(peakRate, processorMicros, processors, assumed);
  const tracesPartitions = tracesPartitionsFor(cores(peakRate, sinkMicros), sinks, assumed);
  const rates = { meanRate, peakRate, partitions, tracesPartitions };
  const clickhouse = planClickHouse(figures, assumed, rates);
  const batchBytes = clickhouse.batchRows * figures.sentBytes;
  const memory = (bytes: number): number => roundUp(bytes, assumed.memoryStep);
  return {
    ...{ meanRate, peakRate, ingressBytes: peakRate * figures.sentBytes },
    spoolBytes: (peakRate / collectors) * figures.sentBytes * assumed.spoolSeconds,
    collector: {
      ...{ cores: cores(peakRate, collectorMicros), processes: collectors },
      memoryBytes: memory(figures.collectorBytes + DEFAULTS.inFlightBytes),
    },
    processor: {
      ...{ cores: cores(peakRate, processorMicros), processes: processors },
      memoryBytes: memory(figures.processorBytes + DEFAULTS.openTracesBytes),
    },
    sink: {
      ...{ cores: cores(peakRate, sinkMicros), processes: sinks },
      memoryBytes: memory(figures.sinkBytes + Math.ceil(tracesPartitions / sinks) * batchBytes),
    },
    kafka: planKafka(figures, assumed, { ...rates, collectors }),
    clickhouse,
  };
}

/** Cores that are busy with spans of so many microseconds each. */
export const cores = (rate: number, micros: number): number => (rate * micros) / 1e6;

/** One process is one main thread, so a core of it at most. */
function processes(rate: number, micros: number, { utilisation, zones }: Assumptions): number {
  return roundUp(cores(rate, micros) / utilisation, zones);
}

/**
 * A partition is worked on by one process at a time, so there must be as many as processes for a catch-up after growth. A multiple of
 * twice the larger fleet deals out evenly with all of three zones, and with two.
 */
export function partitionsFor(
  peakRate: number,
  micros: number,
  fleet: number,
  { catchUpFactor, growth, leastPartitions }: Assumptions,
): number {
  const processesOnceGrown = growth * Math.ceil(cores(peakRate, micros) * catchUpFactor);
  return roundUp(Math.max(leastPartitions, processesOnceGrown), 2 * fleet);
}

/**
 * Those of the traces can be made more at any time, since any may hold any trace: so as many as sinks for a catch-up, and none for
 * growth. Each is a stream of inserts.
 */
function tracesPartitionsFor(sinkCores: number, sinks: number, { catchUpFactor }: Assumptions): number {
  return roundUp(Math.ceil(sinkCores * catchUpFactor), sinks);
}

interface Rates {
  readonly meanRate: number;
  readonly peakRate: number;
  readonly partitions: number;
  readonly tracesPartitions: number;
}

function planKafka(
  figures: Figures,
  assumed: Assumptions,
  { meanRate, peakRate, partitions, tracesPartitions, collectors }: Rates & { readonly collectors: number },
): KafkaPlan {
  const { replication, zones, utilisation, diskFill } = assumed;
  const bytes = figures.spansBytes + figures.publishedBytes;
  const networkBytes = peakRate * bytes * replication;
  const kafkaCores = cores(peakRate, figures.kafkaMicros) * (1 + (replication - 1) * assumed.followerCpu);
  const diskBytes = meanRate * bytes * replication * assumed.retentionHours * 3600;
  const wishes = {
    CPU: kafkaCores / (assumed.brokerCores * utilisation),
    network: networkBytes / (assumed.brokerNetworkBytes * utilisation),
    'disk writes': networkBytes / (assumed.brokerWriteBytes * utilisation),
    'disk size': diskBytes / (assumed.brokerDiskBytes * diskFill),
  };
  const brokers = largest(wishes, zones);
  const perPartition = peakRate / collectors / partitions;
  const spansPerRecord = perPartition * DEFAULTS.lingerSeconds;
  const metricsPartitions = Math.ceil(partitions / SPANS_PARTITIONS_PER_METRICS);
  const allPartitions = WIDE_TOPICS * partitions + tracesPartitions + metricsPartitions;
  // A producer and a consumer are in the leader's zone by chance; the other replicas never are.
  const elsewhere = (2 * (zones - 1)) / zones + replication - 1;
  return {
    ...{
      partitions,
      tracesPartitions,
      metricsPartitions,
      networkBytes,
      diskBytes,
      brokers,
      wishes,
      spansPerRecord,
    },
    cores: kafkaCores,
    betweenZonesBytes: meanRate * bytes * elsewhere,
    replicasPerBroker: (allPartitions * replication) / brokers,
    cacheBytesPerBroker: (networkBytes * assumed.cacheSeconds) / brokers,
    lingerSeconds: Math.max(
      DEFAULTS.lingerSeconds,
      measuredSpansPerRecord(figures, MEASURED_PARTITIONS) / perPartition,
    ),
    transactionsPerSecond: partitions / DEFAULTS.commitSeconds,
  };
}

function planClickHouse(
  figures: Figures,
  assumed: Assumptions,
  { meanRate, peakRate, tracesPartitions }: Rates,
): ClickHousePlan {
  const { clickhouseReplicas, clickhouseFollowerCpu, diskFill } = assumed;
  const used =
    cores(peakRate, figures.clickhouseMicros) * (1 + (clickhouseReplicas - 1) * clickhouseFollowerCpu);
  const diskBytes = meanRate * figures.clickhouseBytes * clickhouseReplicas * assumed.ttlDays * SECONDS_A_DAY;
  const wishes = {
    CPU: used / (assumed.clickhouseCores * assumed.clickhouseUtilisation),
    'disk size': diskBytes / (assumed.clickhouseDiskBytes * diskFill),
  };
  const nodes = largest(wishes, clickhouseReplicas);
  const shards = nodes / clickhouseReplicas;
  const batchSeconds = Math.max(DEFAULTS.batchSeconds, tracesPartitions / assumed.partsPerSecond);
  const batchRows = (peakRate / tracesPartitions) * batchSeconds;
  const partsPerSecond = tracesPartitions / batchSeconds;
  return {
    ...{ cores: used, diskBytes, nodes, wishes, shards, batchSeconds, batchRows, partsPerSecond },
    rowsPerPart: batchRows / shards,
    rememberedSeconds: INSERTS_REMEMBERED / partsPerSecond,
  };
}

/** The largest wish, rounded up to a multiple of `step`. */
const largest = (wishes: Wishes, step: number): number => roundUp(Math.max(...Object.values(wishes)), step);

/** Whose wish is the largest: nobody's where `enough` is enough for all. */
export function decidedBy(wishes: Wishes, enough: number): string {
  const [name, wish] = Object.entries(wishes).reduce((most, one) => (one[1] > most[1] ? one : most));
  return wish <= enough ? 'replicas' : name;
}

/** A hair above a multiple is that multiple: 0.6 is no binary fraction. */
function roundUp(value: number, step: number): number {
  return Math.max(1, Math.ceil(value / step - 1e-9)) * step;
}
