/** The sink as a process: wiring only. */
import { topicNames } from '../core/contracts.ts';
import { clickHouseConnection, connectClickHouse } from '../platform/clickhouse/client.ts';
import { readMigrations } from '../platform/clickhouse/migration_files.ts';
import { systemClock, systemTimers } from '../platform/clock.ts';
import { healthServer } from '../platform/health_server.ts';
import { connectKafka, kafkaConnection } from '../platform/kafka/connect.ts';
import { processName } from '../platform/process_name.ts';
import { runService } from '../platform/run.ts';
import { listenerTls } from '../platform/tls/listener_settings.ts';
import { BlockWriter } from './block_writer.ts';
import { PREFIX, SETTINGS } from './config.ts';
import { METRICS } from './metrics.ts';
import { SchemaGate } from './schema_gate.ts';
import { Sink } from './sink.ts';

await runService('sink', SETTINGS, ({ config, log, registry, fail }) => {
  const shared = { clock: systemClock, timers: systemTimers, log, metrics: registry.create(METRICS) };
  const clickhouse = connectClickHouse({
    ...clickHouseConnection(config),
    database: config.clickhouseDatabase,
    compressInserts: config.compressInserts,
    maxConnections: config.concurrentInserts + 1,
  });
  const schema = new SchemaGate({ ...shared, clickhouse, files: readMigrations });
  const sink = new Sink({
    ...shared,
    settings: {
      topics: topicNames(config.kafkaTopicPrefix),
      group: config.group,
      start: config.start,
      batch: { maxRows: config.batchRows, maxBytes: config.batchBytes, intervalMs: config.batchMs },
      metricsIntervalMs: config.metricsBatchMs,
      memoryBytes: config.memoryBytes,
      stallMs: config.stallMs,
    },
    writer: new BlockWriter({
      ...shared,
      clickhouse,
      maxConcurrent: config.concurrentInserts,
      random: Math.random,
    }),
    kafka: connectKafka({
      ...kafkaConnection(config),
      clientId: 'spanmill-sink',
      memberName: processName(config.healthPort),
      log,
    }),
    fail,
  });
  const tls = listenerTls(PREFIX, config, { log, registry });
  const health = healthServer({
    host: config.host,
    port: config.healthPort,
    registry,
    tls,
    notReady: () => schema.notReady() ?? sink.notReady(),
  });
  return [...(tls === null ? [] : [tls]), health, schema, sink];
});
