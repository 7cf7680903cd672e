/**
 * What stands behind the front door, from a record of the spans topic to a block for ClickHouse: nothing there may throw, whatever
 * a record holds, since it would stop a partition.
 */
import { topicNames } from '../../services/core/contracts.ts';
import { Assembly, DEFAULT_RULES } from '../../services/core/trace/assembly.ts';
import { memoryRecordStore } from '../../services/core/trace/record_store.ts';
import { createRegistry } from '../../services/platform/metrics.ts';
import type { PartitionRecords } from '../../services/platform/kafka/port.ts';
import { wholeValue } from '../../services/platform/kafka/record_value.ts';
import { METRICS } from '../../services/processor/metrics.ts';
import { PartitionOutputs } from '../../services/processor/partition_outputs.ts';
import { MetricRecords } from '../../services/sink/metric_records.ts';
import type { RecordRows } from '../../services/sink/record_rows.ts';
import { TraceRecords } from '../../services/sink/trace_records.ts';
import { PROTOBUF_SEEDS, START_MS } from './seeds.ts';
import type { FuzzTarget } from './target.ts';

const topics = topicNames('fuzz');
const metrics = createRegistry('fuzz').create(METRICS);
const traceRows = new TraceRecords();
const metricRows = new MetricRecords();

/** The records that the processor makes of one of the spans topic. */
function assembled(value: Uint8Array): PartitionRecords[] {
  const outputs = new PartitionOutputs(topics, 0, { traces: 0, metrics: 0 }, 0, metrics);
  const assembly = new Assembly(
    DEFAULT_RULES,
    { streamMs: 0, appendMs: START_MS },
    memoryRecordStore,
    outputs,
  );
  const tick = new Uint8Array(0);
  for (let offset = 0; offset < 30; offset++) {
    const appendMs = START_MS + offset * 2_000;
    assembly.read({ offset, appendMs, tenant: 'default', value: offset === 0 ? value : tick, cut: null });
  }
  if (assembly.openRuns > 0) throw new Error('a run has not ended');
  return outputs.take();
}

/** The reasons for which something could not be stored. */
function stored(rows: RecordRows, value: Buffer, headers: Readonly<Record<string, Buffer>>): string[] {
  rows.reset();
  const record = { offset: 0, timestampMs: START_MS, value, headers };
  const { items, unstorable } = rows.append(record);
  for (const table of rows.tables) table.encode();
  for (const [table, count] of items.entries()) if (count > 0) rows.originals(record, table, 0, count);
  return unstorable.map(({ reason, error }) => `${reason} ${error}`);
}

function throughPipeline(bytes: Uint8Array): string {
  const outcomes: string[] = [];
  for (const { topic, records } of assembled(bytes)) {
    for (const { value, headers = {} } of records) {
      const made = wholeValue(value);
      if (topic === topics.deadLetters) outcomes.push(`dead letter ${String(headers['reason'])}`);
      const buffers = Object.fromEntries(
        Object.entries(headers).map(([name, it]) => [name, Buffer.from(it as Buffer)]),
      );
      if (topic === topics.traces) outcomes.push(...stored(traceRows, made, buffers));
      if (topic === topics.metrics) {
        const refused = stored(metricRows, made, buffers);
        if (refused.length > 0)
          throw new Error(`the sink refuses the processor's metrics: ${refused.join()}`);
      }
    }
  }
  return [...new Set(outcomes)].join();
}

const traceBatches = PROTOBUF_SEEDS.flatMap(assembled)
  .filter(({ topic }) => topic === topics.traces)
  .flatMap(({ records }) =>
    records.map(({ value, headers }) => ({ value: wholeValue(value), isPlain: headers === undefined })),
  )
  .filter(({ isPlain }) => isPlain)
  .map(({ value }) => value);

export const targets: readonly FuzzTarget[] = [
  { name: 'processor/record', seeds: PROTOBUF_SEEDS, run: throughPipeline },
  {
    name: 'sink/trace_batch',
    seeds: traceBatches,
    run: (bytes) => stored(traceRows, Buffer.from(bytes), {})[0] ?? 'stored',
  },
];
