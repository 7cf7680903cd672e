/** How the topics are made. Settings of `spanmill migrate`, beside KAFKA_SETTINGS. */
import { integer } from '../config.ts';
import { DEFAULT_TOPIC_OPTIONS } from './topics.ts';

export const TOPIC_SETTINGS = {
  partitions: integer({
    env: 'SPANMILL_TOPIC_PARTITIONS',
    default: DEFAULT_TOPIC_OPTIONS.partitions,
    unit: 'partitions',
    min: 1,
    max: 10_000,
    meaning:
      'Partitions of the spans and the dead letters: how many processors can share the work. As all here, only for new topics.',
  }),
  tracesPartitions: integer({
    env: 'SPANMILL_TOPIC_TRACES_PARTITIONS',
    default: DEFAULT_TOPIC_OPTIONS.tracesPartitions,
    unit: 'partitions',
    min: 0,
    max: 10_000,
    meaning:
      'Partitions of the traces: how many sinks can share the work. Each is a stream of inserts, so fewer cost ClickHouse less; ' +
      '0 for a quarter of `SPANMILL_TOPIC_PARTITIONS`.',
  }),
  metricsPartitions: integer({
    env: 'SPANMILL_TOPIC_METRICS_PARTITIONS',
    default: DEFAULT_TOPIC_OPTIONS.metricsPartitions,
    unit: 'partitions',
    min: 0,
    max: 10_000,
    meaning: 'The same for metrics, of which there are far fewer; 0 for a sixteenth.',
  }),
  replicationFactor: integer({
    env: 'SPANMILL_TOPIC_REPLICATION_FACTOR',
    default: DEFAULT_TOPIC_OPTIONS.replicationFactor,
    unit: 'replicas',
    min: 1,
    max: 10,
    meaning: 'Copies of each record; 3 on a cluster that must survive a broker.',
  }),
  retentionHours: integer({
    env: 'SPANMILL_TOPIC_RETENTION_HOURS',
    default: DEFAULT_TOPIC_OPTIONS.retentionHours,
    unit: 'h',
    min: 1,
    max: 87_600,
    meaning: 'How long Kafka keeps records: more than the longest time that the pipeline may stand still.',
  }),
};
