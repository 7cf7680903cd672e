/** The arithmetic of one plan in full: each formula with its numbers filled in, and what plan.ts makes of it. Pure. */
import type { Assumptions } from './assumptions.ts';
import { SPANS_PARTITIONS_PER_METRICS } from '../../../services/platform/kafka/topics.ts';
import { DEFAULTS, type Figures } from './figures.ts';
import {
  INSERTS_REMEMBERED,
  MEASURED_PARTITIONS,
  measuredSpansPerRecord,
  WIDE_TOPICS,
  type Plan,
  type ServicePlan,
} from './plan.ts';
import { bytes, duration, figure, memory, whole } from './units.ts';

export function workedExample(figures: Figures, assumed: Assumptions, plan: Plan): string[] {
  const lines = [
    ...services(figures, assumed, plan),
    ...partitions(figures, assumed, plan),
    ...brokers(figures, assumed, plan),
    ...brokerLoad(figures, assumed, plan),
    ...clickhouse(figures, assumed, plan),
    ...memories(figures, assumed, plan),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return ['```', ...lines.map(([name, sum]) => `${name.padEnd(width)}  ${sum}`), '```'];
}

type Line = readonly [name: string, sum: string];

function services(figures: Figures, { utilisation, zones, peakFactor }: Assumptions, plan: Plan): Line[] {
  const line = (name: string, micros: number, { cores, processes }: ServicePlan): Line => [
    name,
    `${whole(plan.peakRate)} x ${micros.toFixed(2)} us = ${figure(cores)} cores; / ${utilisation} = ${figure(cores / utilisation)}` +
      `, next multiple of ${zones}: ${processes} processes`,
  ];
  return [
    ['peak', `${whole(plan.meanRate)} x ${peakFactor} = ${whole(plan.peakRate)} spans/s`],
    line('collectors', figures.collectorMicros, plan.collector),
    line('processors', figures.processorMicros, plan.processor),
    line('sinks', figures.sinkMicros, plan.sink),
  ];
}

function partitions(
  figures: Figures,
  assumed: Assumptions,
  { processor, sink, kafka, ...plan }: Plan,
): Line[] {
  const { catchUpFactor, growth, leastPartitions } = assumed;
  const catchUp = Math.ceil(processor.cores * catchUpFactor);
  const record = `${whole(plan.peakRate)} / ${plan.collector.processes} collectors / ${kafka.partitions} partitions`;
  const measured = measuredSpansPerRecord(figures, MEASURED_PARTITIONS);
  return [
    [
      'partitions',
      `${figure(processor.cores)} cores x ${catchUpFactor} to catch up: ${catchUp}; x ${growth} for growth = ${catchUp * growth}, at least ${leastPartitions}` +
        `; next multiple of 2 x ${processor.processes}: ${kafka.partitions}`,
    ],
    [
      'of traces',
      `${figure(sink.cores)} cores of sinks x ${catchUpFactor}: ${Math.ceil(sink.cores * catchUpFactor)}` +
        `; next multiple of ${sink.processes}: ${kafka.tracesPartitions}`,
    ],
    ['of metrics', `${kafka.partitions} / ${SPANS_PARTITIONS_PER_METRICS}: ${kafka.metricsPartitions}`],
    ['records', `${record} x ${duration(DEFAULTS.lingerSeconds)} = ${figure(kafka.spansPerRecord)} spans`],
    [
      'linger',
      `${duration(kafka.lingerSeconds)}, for the ${figure(measured)} spans a record of the measurement at least`,
    ],
  ];
}

function brokers(
  { kafkaMicros, ...figures }: Figures,
  assumed: Assumptions,
  { kafka, ...plan }: Plan,
): Line[] {
  const { replication, followerCpu, utilisation, zones, diskFill } = assumed;
  const each = figures.spansBytes + figures.publishedBytes;
  const [cpu, network, writes, size] = Object.values(kafka.wishes).map(figure);
  const rate = `${bytes(kafka.networkBytes)}/s`;
  return [
    [
      'broker CPU',
      `${whole(plan.peakRate)} x ${kafkaMicros.toFixed(2)} us x (1 + ${replication - 1} x ${followerCpu}) = ${figure(kafka.cores)} cores` +
        `; / (${assumed.brokerCores} x ${utilisation}) = ${cpu} brokers`,
    ],
    [
      'network',
      `${whole(plan.peakRate)} x (${figure(figures.spansBytes)} + ${figure(figures.publishedBytes)}) B x ${replication} = ${rate}` +
        `; / (${bytes(assumed.brokerNetworkBytes)}/s x ${utilisation}) = ${network} brokers`,
    ],
    ['disk writes', `${rate} / (${bytes(assumed.brokerWriteBytes)}/s x ${utilisation}) = ${writes} brokers`],
    [
      'disk size',
      `${whole(plan.meanRate)} x ${figure(each)} B x ${replication} x ${assumed.retentionHours} h x 3,600 s = ${bytes(kafka.diskBytes)}` +
        `; / (${bytes(assumed.brokerDiskBytes)} x ${diskFill}) = ${size} brokers`,
    ],
    ['brokers', `the largest of these, next multiple of ${zones}: ${kafka.brokers}`],
  ];
}

function brokerLoad(figures: Figures, assumed: Assumptions, { kafka, ...plan }: Plan): Line[] {
  const { replication, zones } = assumed;
  const each = figures.spansBytes + figures.publishedBytes;
  const elsewhere = `(${replication - 1} + 2 x ${zones - 1}/${zones})`;
  const rate = `${bytes(kafka.networkBytes)}/s`;
  return [
    [
      'between zones',
      `${whole(plan.meanRate)} x ${figure(each)} B x ${elsewhere} = ${bytes(kafka.betweenZonesBytes)}/s`,
    ],
    [
      'replicas',
      `(${WIDE_TOPICS} x ${kafka.partitions} + ${kafka.tracesPartitions} + ${kafka.metricsPartitions}) x ${replication} / ${kafka.brokers} = ${whole(kafka.replicasPerBroker)} a broker`,
    ],
    [
      'page cache',
      `${rate} x ${duration(assumed.cacheSeconds)} / ${kafka.brokers} = ${bytes(kafka.cacheBytesPerBroker)} a broker`,
    ],
  ];
}

function clickhouse(
  figures: Figures,
  assumed: Assumptions,
  { clickhouse: store, kafka, ...plan }: Plan,
): Line[] {
  const { clickhouseReplicas: replicas, clickhouseFollowerCpu, clickhouseUtilisation, diskFill } = assumed;
  const [cpu, size] = Object.values(store.wishes).map(figure);
  return [
    [
      'ClickHouse CPU',
      `${whole(plan.peakRate)} x ${figures.clickhouseMicros.toFixed(2)} us x (1 + ${replicas - 1} x ${clickhouseFollowerCpu}) = ${figure(store.cores)} cores` +
        `; / (${assumed.clickhouseCores} x ${clickhouseUtilisation}) = ${cpu} nodes`,
    ],
    [
      'ClickHouse disk',
      `${whole(plan.meanRate)} x ${figure(figures.clickhouseBytes)} B x ${replicas} x ${assumed.ttlDays} days x 86,400 s = ${bytes(store.diskBytes)}` +
        `; / (${bytes(assumed.clickhouseDiskBytes)} x ${diskFill}) = ${size} nodes`,
    ],
    ['nodes', `the larger, next multiple of ${replicas}: ${store.nodes}, so ${store.shards} shards`],
    [
      'batches',
      `${kafka.tracesPartitions} partitions / ${assumed.partsPerSecond} parts/s = ${duration(kafka.tracesPartitions / assumed.partsPerSecond)}` +
        `, at least ${duration(DEFAULTS.batchSeconds)}: ${duration(store.batchSeconds)}; ${whole(plan.peakRate)} / ${kafka.tracesPartitions} x ${duration(store.batchSeconds)} = ${whole(store.batchRows)} rows`,
    ],
    ['parts', `${whole(store.batchRows)} rows / ${store.shards} shards = ${whole(store.rowsPerPart)} rows`],
    [
      'known again',
      `${whole(INSERTS_REMEMBERED)} inserts / ${figure(store.partsPerSecond)} a second = ${duration(store.rememberedSeconds)}`,
    ],
  ];
}

function memories(
  figures: Figures,
  { spoolSeconds }: Assumptions,
  { collector, processor, sink, kafka, clickhouse: store, ...plan }: Plan,
): Line[] {
  const own = Math.ceil(kafka.tracesPartitions / sink.processes);
  const batches = `${own} x ${whole(store.batchRows)} rows x ${figure(figures.sentBytes)} B of batches`;
  const line = (name: string, measured: number, more: string, { memoryBytes }: ServicePlan): Line => [
    name,
    `${memory(measured)} measured + ${more}: ${memory(memoryBytes)}`,
  ];
  return [
    line(
      'a collector',
      figures.collectorBytes,
      `${memory(DEFAULTS.inFlightBytes)} of requests in flight`,
      collector,
    ),
    [
      'its spool',
      `${whole(plan.peakRate)} / ${collector.processes} x ${figure(figures.sentBytes)} B x ${duration(spoolSeconds)} = ${bytes(plan.spoolBytes)}`,
    ],
    line(
      'a processor',
      figures.processorBytes,
      `${memory(DEFAULTS.openTracesBytes)} of open traces`,
      processor,
    ),
    line('a sink', figures.sinkBytes, batches, sink),
  ];
}
