/** Where reading of a claimed partition begins: at what was committed, or, the first time, where the setting says. */
import { KafkaUnavailableError, type Admin, type CommittedOffset } from '../platform/kafka/port.ts';

export type ReceiverStart = 'earliest' | 'latest';

/** Throws KafkaUnavailableError, also where the partition ends before what was read of it. */
export async function findReceiverStart(
  committed: CommittedOffset | null,
  start: ReceiverStart,
  admin: Pick<Admin, 'watermarks'>,
  topic: string,
  partition: number,
): Promise<number> {
  const marks = (await admin.watermarks(topic)).find((one) => one.partition === partition);
  if (marks === undefined) throw new KafkaUnavailableError(`topic ${topic} has no partition ${partition}`);
  if (committed === null) return start === 'latest' ? marks.high : marks.low;
  if (committed.offset > marks.high) {
    // For a moment that is a new leader that does not know its end yet; for longer, a topic that was made anew.
    throw new KafkaUnavailableError(
      `${topic}/${partition} ends at ${marks.high}, before offset ${committed.offset} that was read: if the topic was made anew, ` +
        "set the group's offset anew",
    );
  }
  return committed.offset;
}
