/** What cannot be stored, as records of the dead-letters topic: original bytes, and where they came from and why. */
import { DEAD_LETTER_HEADERS } from '../core/contracts.ts';
import type { OutgoingRecord, PartitionRecords } from '../platform/kafka/port.ts';
import type { Unstorable } from './record_rows.ts';

/** All records of a send are one batch to Kafka, and have to fit its limit together. */
const MAX_SEND_BYTES = 4 * 1024 * 1024;
/** Beyond what the topic takes: only the beginning of a value is kept then, and a header says so. */
const MAX_VALUE_BYTES = 16 * 1024 * 1024;
const MAX_ERROR_CHARACTERS = 1_000;
const TRUNCATED_HEADER = 'truncated';

export interface Source {
  readonly topic: string;
  readonly partition: number;
  readonly deadLettersTopic: string;
  /** Partitions of that topic. */
  readonly deadLetterPartitions: number;
}

/** Sends that hold all of these, in order. */
export function deadLetterSends(unstorable: readonly Unstorable[], source: Source): PartitionRecords[] {
  const partition = source.partition % source.deadLetterPartitions;
  const sends: OutgoingRecord[][] = [];
  let bytes = Infinity;
  for (const letter of unstorable) {
    const record = toRecord(letter, source);
    bytes += record.value.length;
    if (bytes > MAX_SEND_BYTES) {
      sends.push([]);
      bytes = record.value.length;
    }
    sends.at(-1)?.push(record);
  }
  return sends.map((records) => ({ topic: source.deadLettersTopic, partition, records }));
}

function toRecord(letter: Unstorable, source: Source): OutgoingRecord {
  const isTruncated = letter.value.length > MAX_VALUE_BYTES;
  return {
    value: isTruncated ? letter.value.subarray(0, MAX_VALUE_BYTES) : letter.value,
    headers: {
      ...letter.headers,
      [DEAD_LETTER_HEADERS.reason]: letter.reason,
      [DEAD_LETTER_HEADERS.error]: letter.error.slice(0, MAX_ERROR_CHARACTERS),
      [DEAD_LETTER_HEADERS.topic]: source.topic,
      [DEAD_LETTER_HEADERS.partition]: String(source.partition),
      [DEAD_LETTER_HEADERS.offset]: String(letter.offset),
      ...(isTruncated && { [TRUNCATED_HEADER]: String(letter.value.length) }),
    },
  };
}
