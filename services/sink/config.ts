/** Settings of the sink. The README's table is made from this. */
import { choice, flag, integer, port, text } from '../platform/config.ts';
import { CLICKHOUSE_SETTINGS, KAFKA_SETTINGS, LOG_SETTINGS, listenHost } from '../platform/settings.ts';
import { tlsSettings } from '../platform/tls/listener_settings.ts';

const MIB = 1024 * 1024;

export const PREFIX = 'SPANMILL_SINK_';

export const SETTINGS = {
  ...LOG_SETTINGS,
  ...KAFKA_SETTINGS,
  ...CLICKHOUSE_SETTINGS,
  group: text({
    env: 'SPANMILL_SINK_GROUP',
    default: 'spanmill-sink',
    meaning: 'Consumer group of both topics, and the beginning of the transactional ids.',
  }),
  start: choice({
    env: 'SPANMILL_SINK_START',
    default: 'committed',
    options: ['committed', 'earliest', 'latest'],
    meaning:
      'Where to begin on a partition without committed offset whose oldest records are gone; committed refuses, since any ' +
      'choice may repeat or skip rows.',
  }),
  batchRows: integer({
    env: 'SPANMILL_SINK_BATCH_ROWS',
    default: 100_000,
    unit: 'rows',
    min: 1,
    max: 1_000_000,
    meaning: 'A batch with as many rows in a table is stored at once.',
  }),
  batchMs: integer({
    env: 'SPANMILL_SINK_BATCH_MS',
    default: 1_800,
    unit: 'ms',
    min: 10,
    max: 600_000,
    meaning:
      'From one batch of a partition to the next: the longest time that a trace waits for others. After a silence it does not ' +
      'wait. Larger batches cost ClickHouse less.',
  }),
  metricsBatchMs: integer({
    env: 'SPANMILL_SINK_METRICS_BATCH_MS',
    default: 10_000,
    unit: 'ms',
    min: 10,
    max: 600_000,
    meaning: 'The same for metrics and service edges, which have few rows and many tables.',
  }),
  batchBytes: integer({
    env: 'SPANMILL_SINK_BATCH_BYTES',
    default: 32 * MIB,
    unit: 'bytes',
    min: 1024,
    max: 1024 * MIB,
    meaning: 'A batch with as many bytes of rows is stored at once.',
  }),
  stallMs: integer({
    env: 'SPANMILL_SINK_STALL_MS',
    default: 60_000,
    unit: 'ms',
    min: 10_000,
    max: 3_600_000,
    meaning:
      'A partition that is behind and waits for one thing as long stands still: it is said what for, and the partition is ' +
      'claimed anew where that may help.',
  }),
  memoryBytes: integer({
    env: 'SPANMILL_SINK_MEMORY_BYTES',
    default: 512 * MIB,
    unit: 'bytes',
    min: MIB,
    max: Number.MAX_SAFE_INTEGER,
    meaning: 'Rows of all partitions held at a time; with many partitions, batches are smaller for it.',
  }),
  concurrentInserts: integer({
    env: 'SPANMILL_SINK_CONCURRENT_INSERTS',
    default: 3,
    unit: 'inserts',
    min: 1,
    max: 64,
    meaning: 'Inserts under way at a time.',
  }),
  compressInserts: flag({
    env: 'SPANMILL_SINK_COMPRESS_INSERTS',
    default: false,
    meaning: 'Compress inserts (zstd): for a ClickHouse across a network, a waste on one machine.',
  }),
  host: listenHost('SPANMILL_SINK_HOST'),
  ...tlsSettings(PREFIX),
  healthPort: port({
    env: 'SPANMILL_SINK_HEALTH_PORT',
    default: 13_135,
    meaning: 'Port of /healthz, /readyz and /metrics.',
  }),
};
