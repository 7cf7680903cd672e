/**
 * A dead letter as a record: original bytes, and where they came from and why. Whatever it is made of, the topic takes it: one
 * that it refused would be refused at each new try, and nothing behind it would ever be read.
 */
import { DEAD_LETTER_HEADERS, TRUNCATED_HEADER } from '../../core/contracts.ts';
import type { OutgoingRecord, RecordHeaders } from './port.ts';

export interface DeadLetter {
  readonly reason: string;
  readonly error: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly value: Uint8Array;
  /** Those of the original that a reader of the bytes needs. */
  readonly headers: RecordHeaders;
}

/** Beyond what the topic takes (20 MiB a batch): only the beginning of a value is kept then, and a header says so. */
const MAX_VALUE_BYTES = 16 * 1024 * 1024;
/** Headers of the original that are more are left out, which the same header says. */
const MAX_HEADER_BYTES = 1024 * 1024;
const MAX_ERROR_CHARACTERS = 1_000;

/** Its value is a copy. */
export function toDeadLetter(letter: DeadLetter): OutgoingRecord {
  const { value } = letter;
  const headers = withinLimit(letter.headers);
  const isWhole = value.length <= MAX_VALUE_BYTES && headers.length === Object.keys(letter.headers).length;
  return {
    value: Buffer.from(value.subarray(0, MAX_VALUE_BYTES)),
    headers: {
      ...Object.fromEntries(headers),
      [DEAD_LETTER_HEADERS.reason]: letter.reason,
      [DEAD_LETTER_HEADERS.error]: letter.error.slice(0, MAX_ERROR_CHARACTERS),
      [DEAD_LETTER_HEADERS.topic]: letter.topic,
      [DEAD_LETTER_HEADERS.partition]: String(letter.partition),
      [DEAD_LETTER_HEADERS.offset]: String(letter.offset),
      ...(!isWhole && { [TRUNCATED_HEADER]: String(value.length) }),
    },
  };
}

/** Of the record on the wire, about. */
export function letterBytes({ value, headers = {} }: OutgoingRecord): number {
  const entries = Object.entries(headers);
  return entries.reduce((sum, [name, content]) => sum + name.length + content.length, value.length);
}

function withinLimit(headers: RecordHeaders): [string, Buffer][] {
  let bytes = 0;
  return Object.entries(headers).filter(([name, content]) => {
    const size = Buffer.byteLength(name) + content.length;
    if (bytes + size > MAX_HEADER_BYTES) return false;
    bytes += size;
    return true;
  });
}
