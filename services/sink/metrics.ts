/** What the sink tells of itself. */
import { counter, gauge, histogram, type Metrics } from '../platform/metrics.ts';

const PARTITION = ['topic', 'partition'];

export const METRICS = {
  rows: counter(
    'spanmill_sink_rows_total',
    'Rows stored, by table: those of otel_traces are the spans. Replays after a crash count again.',
    ['table'],
  ),
  inserts: counter('spanmill_sink_inserts_total', 'Blocks stored, by table.', ['table']),
  insertedBytes: counter('spanmill_sink_inserted_bytes_total', 'Bytes of the blocks stored, by table.', [
    'table',
  ]),
  insertFailures: counter(
    'spanmill_sink_insert_failures_total',
    'Inserts that will be made again, by table.',
    ['table'],
  ),
  insertSeconds: histogram('spanmill_sink_insert_seconds', 'Duration of an insert.', undefined, ['table']),
  refusedBlocks: counter(
    'spanmill_sink_refused_blocks_total',
    'Blocks that ClickHouse refused for their data.',
    ['table'],
  ),
  storageSeconds: histogram(
    'spanmill_sink_storage_delay_seconds',
    'Storage delay: from the last span of a trace reaching Kafka to its rows being stored.',
  ),
  deadLetters: counter('spanmill_sink_dead_letters_total', 'Records and rows sent to dead letters.', [
    'reason',
  ]),
  batches: counter('spanmill_sink_batches_total', 'Batches stored, by topic.', ['topic']),
  replays: counter(
    'spanmill_sink_replays_total',
    'Batches stored once more because their end was not known.',
    ['topic'],
  ),
  claims: counter('spanmill_sink_claims_total', 'Partitions claimed.', ['topic']),
  stalls: counter(
    'spanmill_sink_stalls_total',
    'Partitions that were found standing still, by topic and by what they waited for.',
    ['topic', 'cause'],
  ),
  lagRecords: gauge('spanmill_sink_lag_records', 'Records in the log that are not stored.', PARTITION),
  lagSeconds: gauge(
    'spanmill_sink_lag_seconds',
    'Age of the oldest record read and not stored, else 0.',
    PARTITION,
  ),
};

export type SinkMetrics = Metrics<typeof METRICS>;
