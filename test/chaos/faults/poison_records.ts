/** The poison itself, by topic and kind. Pure: the same source of randomness gives the same records. */
import { zstdCompressSync } from 'node:zlib';
import {
  ENCODING_HEADER,
  ENCODING_ZSTD,
  SCHEMA_HEADER,
  type TopicNames,
} from '../../../services/core/contracts.ts';
import { EDGE_SCHEMA, METRIC_SCHEMA } from '../../../services/platform/avro/codec.ts';
import { tracesData } from '../../support/otlp_bytes.ts';
import { traceBatchRecord } from '../../support/trace_batches.ts';
import { OUTPUT_PARTITIONS, PARTITIONS } from '../stack.ts';

export interface PoisonRecord {
  readonly kind: string;
  readonly topic: string;
  readonly partition: number;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string | Buffer>>;
  /** Whether Kafka's own zstd is put around it, as a batch. */
  readonly compressed: boolean;
}

type Content = Pick<PoisonRecord, 'kind' | 'value'> & Partial<Pick<PoisonRecord, 'headers' | 'compressed'>>;

const MEGABYTE = 1024 * 1024;
/** The topics take 20 MiB a batch, so the first is the largest there can be, and the second must be refused. */
const LARGEST_BYTES = 20 * MEGABYTE - 4_096;
const TOO_LARGE_BYTES = 50 * MEGABYTE;
/** What some kilobytes of zstd become. */
const VALUE_BOMB_BYTES = 512 * MEGABYTE;
const BATCH_BOMB_BYTES = 64 * MEGABYTE;
const HUGE_BOMB_BYTES = 300 * MEGABYTE;
const RANDOM_BYTES = 4_096;

/** What no reader can make anything of, for each topic that has one. */
export function unreadableRecords(topics: TopicNames, random: () => number): PoisonRecord[] {
  const noise = (): Content => ({ kind: 'random-bytes', value: randomBytes(RANDOM_BYTES, random) });
  const bomb = zstdCompressSync(Buffer.alloc(VALUE_BOMB_BYTES));
  const valueBomb: Content = {
    kind: 'zstd-bomb',
    value: bomb,
    headers: { [ENCODING_HEADER]: ENCODING_ZSTD },
  };
  const id = (bytes: number): string => randomBytes(bytes, random).toString('hex');
  const spans = tracesData([{ service: 'poison', spans: [{ traceId: id(16), spanId: id(8) }] }]);
  const batch = traceBatchRecord([{ number: 1, receivedMs: 1_700_000_000_000, service: 'poison' }]);
  return [
    ...placed(topics.spans, PARTITIONS, random, [
      noise(),
      valueBomb,
      { kind: 'truncated-protobuf', value: cut(spans) },
    ]),
    ...placed(topics.traces, OUTPUT_PARTITIONS, random, [
      noise(),
      valueBomb,
      { kind: 'truncated-protobuf', value: cut(batch.value), headers: batch.headers ?? {} },
      { kind: 'unknown-encoding', value: batch.value, headers: { [ENCODING_HEADER]: 'rot13' } },
    ]),
    ...placed(topics.metrics, OUTPUT_PARTITIONS, random, [
      noise(),
      valueBomb,
      { kind: 'unknown-schema', value: noise().value, headers: { [SCHEMA_HEADER]: 'ab'.repeat(32) } },
      { kind: 'wrong-avro', value: noise().value, headers: { [SCHEMA_HEADER]: METRIC_SCHEMA } },
      { kind: 'wrong-avro', value: noise().value, headers: { [SCHEMA_HEADER]: EDGE_SCHEMA } },
    ]),
  ];
}

/** What is large, on the wire or once it is read. */
export function largeRecords(topics: TopicNames, random: () => number): PoisonRecord[] {
  const contents: readonly Content[] = [
    { kind: 'batch-bomb', value: Buffer.alloc(BATCH_BOMB_BYTES), compressed: true },
    { kind: 'largest-record', value: Buffer.alloc(LARGEST_BYTES, randomBytes(RANDOM_BYTES, random)) },
    { kind: 'too-large-record', value: Buffer.alloc(TOO_LARGE_BYTES, 'x') },
  ];
  return everywhere(topics, random, contents);
}

/** Batches of some kilobytes that are more than any client should hold once they are inflated. */
export function batchBombs(topics: TopicNames, random: () => number): PoisonRecord[] {
  const bomb: Content = { kind: 'huge-batch-bomb', value: Buffer.alloc(HUGE_BOMB_BYTES), compressed: true };
  return everywhere(topics, random, [bomb]);
}

function everywhere(topics: TopicNames, random: () => number, contents: readonly Content[]): PoisonRecord[] {
  return [
    ...placed(topics.spans, PARTITIONS, random, contents),
    ...placed(topics.traces, OUTPUT_PARTITIONS, random, contents),
    ...placed(topics.metrics, OUTPUT_PARTITIONS, random, contents),
  ];
}

function placed(
  topic: string,
  partitions: number,
  random: () => number,
  contents: readonly Content[],
): PoisonRecord[] {
  return contents.map((content) => ({
    ...{ topic, partition: Math.floor(random() * partitions), headers: {}, compressed: false },
    ...content,
  }));
}

function cut(value: Buffer): Buffer {
  return value.subarray(0, value.length - 5);
}

export function randomBytes(length: number, random: () => number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}
