/** The topics of the pipeline, as `spanmill migrate`, `spanmill up` and the tests create them. */
import { DEAD_LETTERS_TOPIC, METRICS_TOPIC, SPANS_TOPIC, TRACES_TOPIC } from '../../core/contracts.ts';
import type { TopicSpec } from './port.ts';

export interface TopicOptions {
  /** Of every topic alike: a processor writes what it read from a partition to the same partition. */
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Must exceed the longest downtime of the pipeline, plus the longest trace. */
  readonly retentionHours: number;
}

export const DEFAULT_TOPIC_OPTIONS: TopicOptions = {
  partitions: 4,
  replicationFactor: 1,
  retentionHours: 24,
};

const HOUR_MS = 3_600_000;
const DEAD_LETTER_RETENTION_HOURS = 30 * 24;
/** Room for the largest request of one partition, and for a fragment at its limit with what belongs to it. */
const MAX_MESSAGE_BYTES = 20 * 1024 * 1024;

export function topicSpecs(options: TopicOptions = DEFAULT_TOPIC_OPTIONS): TopicSpec[] {
  const { retentionHours } = options;
  return [
    // The append times are the processor's clock: a client's own would let time run back.
    topic(SPANS_TOPIC, options, retentionHours, { 'message.timestamp.type': 'LogAppendTime' }),
    topic(TRACES_TOPIC, options, retentionHours),
    topic(METRICS_TOPIC, options, retentionHours),
    topic(DEAD_LETTERS_TOPIC, options, Math.max(retentionHours, DEAD_LETTER_RETENTION_HOURS)),
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
