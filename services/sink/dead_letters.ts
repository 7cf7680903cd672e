/** What cannot be stored, as records of the dead-letters topic: original bytes, and where they came from and why. */
import { letterBytes, toDeadLetter } from '../platform/kafka/dead_letter.ts';
import type { OutgoingRecord, PartitionRecords } from '../platform/kafka/port.ts';
import type { Unstorable } from './record_rows.ts';

/** All records of a send are one batch to Kafka, and have to fit its limit together. */
const MAX_SEND_BYTES = 4 * 1024 * 1024;

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
    const record = toDeadLetter({ ...letter, topic: source.topic, partition: source.partition });
    const size = letterBytes(record);
    bytes += size;
    if (bytes > MAX_SEND_BYTES) {
      sends.push([]);
      bytes = size;
    }
    sends.at(-1)?.push(record);
  }
  return sends.map((records) => ({ topic: source.deadLettersTopic, partition, records }));
}
