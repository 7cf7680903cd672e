/** The topics of the pipeline, as `spanmill migrate`, `spanmill up` and the tests create them. */
import { DEFAULT_TOPIC_PREFIX, topicNames } from '../../core/contracts.ts';
import type { TopicSpec } from './port.ts';

export interface TopicOptions {
  readonly prefix: string;
  /** Of every topic alike: a processor writes what it read from a partition to the same partition. */
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Must exceed the longest downtime of the pipeline, plus the longest trace. */
  readonly retentionHours: number;
}

export const DEFAULT_TOPIC_OPTIONS: TopicOptions = {
  prefix: DEFAULT_TOPIC_PREFIX,
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
  const { spans, traces, metrics, deadLetters } = topicNames(options.prefix);
  return [
    // The append times are the processor's clock: a client's own would let time run back.
    topic(spans, options, retentionHours, { 'message.timestamp.type': 'LogAppendTime' }),
    topic(traces, options, retentionHours),
    topic(metrics, options, retentionHours),
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
