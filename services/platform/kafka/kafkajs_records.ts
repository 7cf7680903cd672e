/** Records between the port and kafkajs. */
import kafkajs, {
  type Batch,
  type ICustomPartitioner,
  type IHeaders,
  type KafkaMessage,
  type ProducerRecord,
} from 'kafkajs';
import type { IncomingRecord, PartitionRecords, RecordHeaders } from './port.ts';
import { wholeValue } from './record_value.ts';

const ALL_REPLICAS = -1;
/** Longest that a broker may wait for its replicas. */
const REPLICATION_TIMEOUT_MS = 10_000;

/** Always one partition: see RATIONALE.md, "Why one partition a send?". */
export function toSend(batch: PartitionRecords): ProducerRecord {
  const { topic, partition, records, compression = 'none' } = batch;
  return {
    topic,
    acks: ALL_REPLICAS,
    timeout: REPLICATION_TIMEOUT_MS,
    compression: compression === 'zstd' ? kafkajs.CompressionTypes.ZSTD : kafkajs.CompressionTypes.None,
    messages: records.map(({ value, headers }) => ({
      value: wholeValue(value),
      partition,
      ...(headers && { headers: { ...headers } }),
    })),
  };
}

/** Every record names its partition. */
export const givenPartition: ICustomPartitioner =
  () =>
  ({ message }) => {
    if (message.partition === undefined) throw new TypeError('a record without a partition');
    return message.partition;
  };

/** As kafkajs_fetch.ts makes them. */
export function toIncoming(message: KafkaMessage & Pick<IncomingRecord, 'unreadable'>): IncomingRecord {
  const { unreadable } = message;
  return {
    ...(unreadable !== undefined && { unreadable }),
    offset: Number(message.offset),
    timestampMs: Number(message.timestamp),
    value: message.value ?? EMPTY,
    headers: toHeaders(message.headers),
  };
}

const EMPTY = Buffer.alloc(0);
const NO_HEADERS: RecordHeaders = {};

/** kafkajs gives a repeated header as an array; the last one stands, as in most clients. */
function toHeaders(headers: IHeaders | undefined): RecordHeaders {
  if (headers === undefined) return NO_HEADERS;
  const result: Record<string, Buffer> = {};
  for (const [name, given] of Object.entries(headers)) {
    const value = Array.isArray(given) ? given.at(-1) : given;
    if (value !== undefined) result[name] = typeof value === 'string' ? Buffer.from(value) : value;
  }
  return result;
}

/** Of a fetch that brought nothing but markers and aborted records. */
export interface MarkersPassed {
  readonly partition: number;
  /** Markers included; null where all that was fetched lies before what was asked for. */
  readonly firstOffset: string | null;
  readonly lastOffset: string;
  readonly highWatermark: string;
}

/** Where the fetch began; kafkajs's types do not have it. */
export function fetchedOffset(batch: Batch): number {
  return Number((batch as Batch & { readonly fetchedOffset: string }).fetchedOffset);
}
