/** Names that more than one service must agree on: topics, groups, headers (design: data contracts). */

/** The topics of one pipeline. Several pipelines share a Kafka by their prefix (`SPANMILL_KAFKA_TOPIC_PREFIX`). */
export interface TopicNames {
  readonly spans: string;
  readonly traces: string;
  readonly metrics: string;
  readonly deadLetters: string;
}

export const DEFAULT_TOPIC_PREFIX = 'spanmill';

export function topicNames(prefix: string): TopicNames {
  return {
    spans: `${prefix}.spans`,
    traces: `${prefix}.traces`,
    metrics: `${prefix}.metrics`,
    deadLetters: `${prefix}.dead-letters`,
  };
}

/** Header of a spans record: whose spans these are. Absent means the default tenant. */
export const TENANT_HEADER = 'tenant';
export const DEFAULT_TENANT = 'default';
/** Header of the first record of a collector's batch: a name that no other batch has, to look for when its answer is lost. */
export const BATCH_HEADER = 'batch';
/** Header of a control record in the spans topic: the 16-byte ids, one after the other, of traces whose runs end here. */
export const CUT_HEADER = 'cut';
/** Header of a traces record: how its value is compressed by us. */
export const ENCODING_HEADER = 'encoding';
export const ENCODING_ZSTD = 'zstd';
/** Header of a metrics record: SHA-256 of the Avro schema's canonical form, in hex. */
export const SCHEMA_HEADER = 'schema';

/** Headers of a dead letter. */
export const DEAD_LETTER_HEADERS = {
  reason: 'reason',
  error: 'error',
  topic: 'source.topic',
  partition: 'source.partition',
  offset: 'source.offset',
} as const;
/** Header of a dead letter of which only a part was kept: how many bytes its value had. */
export const TRUNCATED_HEADER = 'truncated';
/** Reason of a letter that is a whole batch of Kafka which no client could read: its bytes are no record. */
export const UNREADABLE_BATCH = 'unreadable_batch';
