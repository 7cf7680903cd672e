/** Records that none of the services has made: what of them cannot be read has to go to dead letters, once, and stop nothing. */
import {
  ENCODING_HEADER,
  ENCODING_ZSTD,
  SCHEMA_HEADER,
  type TopicNames,
} from '../../services/core/contracts.ts';
import { METRIC_SCHEMA } from '../../services/platform/avro/codec.ts';
import type { OutgoingRecord } from '../../services/platform/kafka/port.ts';
import { tracesData } from '../support/otlp_bytes.ts';
import type { SentSpan } from './ledger.ts';
import { makeRequest } from './traffic.ts';

export const GARBAGE = ['spans', 'some spans', 'traces', 'zstd', 'encoding', 'metrics', 'schema'] as const;
export type GarbageKind = (typeof GARBAGE)[number];

export interface Garbage {
  readonly topic: string;
  readonly record: OutgoingRecord;
  /** Why it becomes a dead letter. */
  readonly reason: string;
  /** The whole of it does; otherwise a part. */
  readonly isWhole: boolean;
  /** What is good in it. */
  readonly spans: readonly SentSpan[];
}

/** Claims to be longer than it is. */
const TORN = Buffer.from([0x0a, 0x7f, 0x01, 0x02, 0x03]);

/** `number` makes the ids of its good spans. */
export function makeGarbage(
  kind: GarbageKind,
  topics: TopicNames,
  seed: number,
  number: number,
  nowMs: number,
): Garbage {
  const whole = (topic: string, reason: string, headers: Record<string, string> = {}): Garbage => ({
    topic,
    reason,
    record: { value: TORN, headers },
    isWhole: true,
    spans: [],
  });
  switch (kind) {
    case 'spans':
      return whole(topics.spans, 'malformed_record');
    case 'some spans':
      return withBadSpan(topics.spans, seed, number, nowMs);
    case 'traces':
      return whole(topics.traces, 'malformed_record');
    case 'zstd':
      return whole(topics.traces, 'malformed_record', { [ENCODING_HEADER]: ENCODING_ZSTD });
    case 'encoding':
      return whole(topics.traces, 'unknown_encoding', { [ENCODING_HEADER]: 'lz9' });
    case 'metrics':
      return whole(topics.metrics, 'malformed_record', { [SCHEMA_HEADER]: METRIC_SCHEMA });
    case 'schema':
      return whole(topics.metrics, 'unknown_schema', { [SCHEMA_HEADER]: 'none that we know' });
  }
}

/** Good spans, and one without a whole id. */
function withBadSpan(topic: string, seed: number, number: number, nowMs: number): Garbage {
  const { tenant, spans, bytes } = makeRequest(seed, number, nowMs);
  const bad = { traceId: 'f'.repeat(32), spanId: '0bad', startMs: nowMs };
  return {
    topic,
    record: {
      value: Buffer.concat([bytes, tracesData([{ service: 'odd', spans: [bad] }])]),
      headers: { tenant },
    },
    reason: 'invalid_span_id',
    isWhole: false,
    spans,
  };
}
