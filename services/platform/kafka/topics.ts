/** The topics of the pipeline, as `spanmill migrate`, `spanmill up` and the tests create them. */
import { DEFAULT_TOPIC_PREFIX, topicNames } from '../../core/contracts.ts';
import type { TopicSpec } from './port.ts';

export interface TopicOptions {
  readonly prefix: string;
  /** Of the spans and the dead letters. */
  readonly partitions: number;
  /** 0 for a quarter of `partitions`: sinks fill larger blocks from fewer, which cost ClickHouse less. */
  readonly tracesPartitions: number;
  /** 0 for a sixteenth of `partitions`. */
  readonly metricsPartitions: number;
  readonly replicationFactor: number;
  /** Must exceed the longest downtime of the pipeline, plus the longest trace. */
  readonly retentionHours: number;
}

export const DEFAULT_TOPIC_OPTIONS: TopicOptions = {
  prefix: DEFAULT_TOPIC_PREFIX,
  partitions: 4,
  tracesPartitions: 0,
  metricsPartitions: 0,
  replicationFactor: 1,
  retentionHours: 24,
};

/** Partitions of the spans topic that share one of the topic named. */
const SPANS_PARTITIONS_PER_TRACES = 4;
export const SPANS_PARTITIONS_PER_METRICS = 16;

const HOUR_MS = 3_600_000;
const DEAD_LETTER_RETENTION_HOURS = 30 * 24;
/** Room for the largest request of one partition, and for a fragment at its limit with what belongs to it. */
const MAX_MESSAGE_BYTES = 20 * 1024 * 1024;

export function topicSpecs(options: TopicOptions = DEFAULT_TOPIC_OPTIONS): TopicSpec[] {
  const { partitions, retentionHours } = options;
  const tracesPartitions = options.tracesPartitions || Math.ceil(partitions / SPANS_PARTITIONS_PER_TRACES);
  const metricsPartitions = options.metricsPartitions || Math.ceil(partitions / SPANS_PARTITIONS_PER_METRICS);
  const { spans, traces, metrics, deadLetters } = topicNames(options.prefix);
  return [
    // The append times are the processor's clock: a client's own would let time run back.
    topic(spans, options, retentionHours, { 'message.timestamp.type': 'LogAppendTime' }),
    topic(traces, { ...options, partitions: tracesPartitions }, retentionHours),
    topic(metrics, { ...options, partitions: metricsPartitions }, retentionHours),
    topic(deadLetters, options, Math.max(retentionHours, DEAD_LETTER_RETENTION_HOURS)),
  ];
}

function topic(
  name: string,
  { partitions, replicationFactor }: TopicOptions,
  retentionHours: number,
  config: Readonly<Record<string, string>> = {},
): TopicSpec {
  return {
    name,
    partitions,
    replicationFactor,
    config: {
      'cleanup.policy': 'delete',
      'retention.ms': String(retentionHours * HOUR_MS),
      'max.message.bytes': String(MAX_MESSAGE_BYTES),
      'min.insync.replicas': String(Math.max(1, replicationFactor - 1)),
      ...config,
    },
  };
}
