/**
 * A dead letter as its record says it: where it came from, why, and whether it was sent back.
 *
 * Sent back is what a *marker* says: an empty record with the header `replayed` that stands in the same partition, written in
 * the transaction that sent the bytes. Pure; what the bytes are is content.ts's.
 */
import {
  DEAD_LETTER_HEADERS,
  DEFAULT_TENANT,
  TENANT_HEADER,
  TRUNCATED_HEADER,
  type TopicNames,
} from '../../core/contracts.ts';
import type { IncomingRecord, RecordHeaders } from '../../platform/kafka/port.ts';

/** Header of a marker: `partition:offset` of the letter that was sent back. */
export const REPLAYED_HEADER = 'replayed';

export const SOURCES = ['spans', 'traces', 'metrics'] as const;
export type Source = (typeof SOURCES)[number];

export interface Letter {
  /** `partition:offset` in the dead-letters topic. */
  readonly id: string;
  readonly partition: number;
  readonly offset: number;
  readonly timeMs: number;
  readonly reason: string;
  readonly error: string;
  readonly tenant: string;
  /** Which topic of the pipeline; null where it is none of it. */
  readonly source: Source | null;
  readonly sourceTopic: string;
  /** NaN where the header does not say. */
  readonly sourcePartition: number;
  readonly sourceOffset: number;
  readonly bytes: number;
  readonly isTruncated: boolean;
}

export interface LetterFilter {
  readonly reason?: string | undefined;
  readonly source?: Source | undefined;
  readonly sinceMs?: number | undefined;
}

/** The letter that a marker says was sent back; null for a letter. */
export function replayedBy(record: IncomingRecord): string | null {
  return record.headers[REPLAYED_HEADER]?.toString() ?? null;
}

export function toLetter(partition: number, record: IncomingRecord, topics: TopicNames): Letter {
  const { headers } = record;
  const text = (name: string) => headers[name]?.toString() ?? '';
  const sourceTopic = text(DEAD_LETTER_HEADERS.topic);
  return {
    id: `${partition}:${record.offset}`,
    partition,
    offset: record.offset,
    timeMs: record.timestampMs,
    reason: text(DEAD_LETTER_HEADERS.reason),
    error: text(DEAD_LETTER_HEADERS.error),
    tenant: headers[TENANT_HEADER] === undefined ? DEFAULT_TENANT : text(TENANT_HEADER),
    source: SOURCES.find((source) => topics[source] === sourceTopic) ?? null,
    sourceTopic,
    sourcePartition: wholeNumber(text(DEAD_LETTER_HEADERS.partition)),
    sourceOffset: wholeNumber(text(DEAD_LETTER_HEADERS.offset)),
    bytes: record.value.length,
    isTruncated: headers[TRUNCATED_HEADER] !== undefined,
  };
}

/** The headers with which the bytes came, before they were dead. */
export function originalHeaders(headers: RecordHeaders): RecordHeaders {
  const own = new Set<string>(Object.values(DEAD_LETTER_HEADERS));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !own.has(name)));
}

export function matches(letter: Letter, { reason, source, sinceMs }: LetterFilter): boolean {
  return (
    (reason === undefined || letter.reason === reason) &&
    (source === undefined || letter.source === source) &&
    (sinceMs === undefined || letter.timeMs >= sinceMs)
  );
}

/** `3:120` as partition and offset; null where it is none. */
export function parseLetterId(id: string): { partition: number; offset: number } | null {
  const found = /^(\d{1,6}):(\d{1,15})$/.exec(id);
  return found === null ? null : { partition: Number(found[1]), offset: Number(found[2]) };
}

function wholeNumber(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : NaN;
}
