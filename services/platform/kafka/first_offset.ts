/**
 * Where reading of a partition can really start. Asked before each seek: an offset out of range would make kafkajs
 * start somewhere else without a word, after it has committed an offset of its own.
 */
import type { Timers } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Admin, Watermarks } from './port.ts';

const PAUSE_MS = 1_000;
/** A new leader may for a moment know of less than the old one had shown. */
const MAX_BEYOND_END = 30;

export interface FirstOffsetQuestion {
  readonly admin: Admin;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly log: Log;
  readonly timers: Timers;
  /** Whether the answer is still wanted. */
  readonly isCurrent: () => boolean;
}

/**
 * The offset, or the oldest there is where retention has passed it; null when nobody wants to know any more. Asks until
 * Kafka answers. Throws when the partition ends before the offset: the brokers have lost records.
 */
export async function findFirstOffset(question: FirstOffsetQuestion): Promise<number | null> {
  const { topic, partition, offset, log, isCurrent } = question;
  for (let beyondEnd = 0; beyondEnd < MAX_BEYOND_END;) {
    const marks = await watermarks(question);
    if (!isCurrent()) return null;
    if (marks !== null && offset <= marks.high) {
      if (offset < marks.low && offset > 0) {
        log.error({ partition, offset, low: marks.low }, 'retention deleted records that were not read');
      }
      return Math.max(offset, marks.low);
    }
    if (marks !== null) beyondEnd += 1;
    await question.timers.sleep(PAUSE_MS);
  }
  throw new Error(`${topic}/${partition} ends before offset ${offset}: its brokers have lost records`);
}

async function watermarks({ admin, topic, partition, log }: FirstOffsetQuestion): Promise<Watermarks | null> {
  try {
    return (await admin.watermarks(topic)).find((one) => one.partition === partition) ?? null;
  } catch (error) {
    log.warn({ error, partition }, 'cannot look up where the partition starts, trying again');
    return null;
  }
}
