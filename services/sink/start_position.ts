/** Where a claimed partition begins: at what was committed, or, the first time, where the log does. */
import { KafkaUnavailableError, type Admin, type CommittedOffset } from '../platform/kafka/port.ts';
import { decodeIntent, type Intent } from './intent.ts';

export type StartPolicy = 'committed' | 'earliest' | 'latest';

export interface StartPosition {
  readonly offset: number;
  /** The batch that was under way, to be stored again to the letter. */
  readonly intent: Intent | null;
}

/** Beginning anywhere would repeat or skip rows; people have to say which. */
export class StartRefusedError extends Error {
  override name = 'StartRefusedError';
}

/**
 * Nothing committed means that nothing was stored, as long as the log still has its beginning: offsets that Kafka forgot are older
 * than any record it keeps. Throws StartRefusedError and IntentError.
 */
export async function findStart(
  committed: CommittedOffset | null,
  policy: StartPolicy,
  admin: Admin,
  topic: string,
  partition: number,
): Promise<StartPosition> {
  if (committed !== null) return { offset: committed.offset, intent: decodeIntent(committed.metadata) };
  const marks = (await admin.watermarks(topic)).find((one) => one.partition === partition);
  if (marks === undefined) throw new KafkaUnavailableError(`topic ${topic} has no partition ${partition}`);
  if (policy === 'committed' && marks.low > 0) {
    throw new StartRefusedError(
      `${topic}/${partition}: nothing is committed, yet its oldest records are gone. Set SPANMILL_SINK_START=earliest to ` +
        'store what is there (again, if it was stored), or latest to skip it',
    );
  }
  return { offset: policy === 'latest' ? marks.high : marks.low, intent: null };
}
