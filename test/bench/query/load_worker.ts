/**
 * A thread that fills tables with one partition's share of the corpus: the processor's and the sink's own code, with no Kafka between
 * them. Tells its parent how many spans have been made so far.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { DEFAULT_TENANT, topicNames } from '../../../services/core/contracts.ts';
import { Assembly, DEFAULT_RULES } from '../../../services/core/trace/assembly.ts';
import { memoryRecordStore } from '../../../services/core/trace/record_store.ts';
import {
  connectClickHouse,
  type ClickHouse,
  type ClickHouseOptions,
} from '../../../services/platform/clickhouse/client.ts';
import type { PartitionRecords } from '../../../services/platform/kafka/port.ts';
import { wholeValue } from '../../../services/platform/kafka/record_value.ts';
import { createRegistry } from '../../../services/platform/metrics.ts';
import { METRICS } from '../../../services/processor/metrics.ts';
import { PartitionOutputs } from '../../../services/processor/partition_outputs.ts';
import { MetricRecords } from '../../../services/sink/metric_records.ts';
import { TraceRecords } from '../../../services/sink/trace_records.ts';
import { seeded } from '../../support/known_load.ts';
import { VisitBytes } from '../corpus/visit_bytes.ts';
import { Visits } from '../corpus/visits.ts';
import { TopicRows } from './topic_rows.ts';

export interface LoadShare {
  readonly partition: number;
  readonly spans: number;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly connection: ClickHouseOptions;
}

/** A record each second: the clock of assembly steps by that much at most. */
const RECORD_MS = 1000;
const RECORDS_A_COMMIT = 60;
/** A minute of silence, which ends all that is open. */
const ENDING_RECORDS = 60;
const FIRST_SEED = 1000;

const share = workerData as LoadShare;
const clickhouse = connectClickHouse(share.connection);
try {
  await load(share, clickhouse);
} finally {
  await clickhouse.close();
}

async function load(
  { partition, spans, sinceMs, untilMs }: LoadShare,
  clickhouse: ClickHouse,
): Promise<void> {
  const random = seeded(FIRST_SEED + partition);
  const topics = topicNames('bench');
  const targets = { traces: partition, metrics: partition };
  const registry = createRegistry('bench');
  const outputs = new PartitionOutputs(topics, partition, targets, 0, registry.create(METRICS));
  const clock = { streamMs: 0, appendMs: sinceMs };
  const assembly = new Assembly(DEFAULT_RULES, clock, memoryRecordStore, outputs);
  const topicRows = new Map([
    [topics.traces, new TopicRows(clickhouse, `${partition}/traces`, new TraceRecords())],
    [topics.metrics, new TopicRows(clickhouse, `${partition}/metrics`, new MetricRecords())],
  ]);
  const visits = new Visits(random);
  const bytes = new VisitBytes(random);
  const records = Math.floor((untilMs - sinceMs) / RECORD_MS);
  let made = 0;
  for (let offset = 0; offset < records + ENDING_RECORDS; offset++) {
    const startMs = sinceMs + offset * RECORD_MS;
    const due = Math.min(spans, Math.round((spans * (offset + 1)) / records));
    while (made + bytes.spans < due) bytes.add(visits.next(startMs + random() * RECORD_MS));
    made += bytes.spans;
    const appendMs = startMs + RECORD_MS;
    assembly.read({ offset, appendMs, tenant: DEFAULT_TENANT, value: bytes.take(), cut: null });
    if (offset % RECORDS_A_COMMIT !== 0) continue;
    await store(outputs.take(), topicRows, appendMs);
    parentPort?.postMessage(made);
  }
  await store(outputs.take(), topicRows, untilMs);
  for (const rows of topicRows.values()) await rows.flush();
  parentPort?.postMessage(made);
}

async function store(
  published: readonly PartitionRecords[],
  topicRows: ReadonlyMap<string, TopicRows>,
  nowMs: number,
): Promise<void> {
  for (const { topic, records } of published) {
    const rows = topicRows.get(topic);
    if (rows === undefined) throw new Error(`the corpus should give nothing for ${topic}`);
    for (const record of records) await rows.add({ ...record, value: wholeValue(record.value) }, nowMs);
  }
}
