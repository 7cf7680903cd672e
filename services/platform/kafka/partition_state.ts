/** What an input knows of one of its partitions. */

export interface PartitionState {
  /** Offset of the next record to deliver; null before `startAt`, and while it is looked up what there is. */
  next: number | null;
  /** A handler has records that it has not finished. */
  busy: boolean;
  /** By the listener. */
  paused: boolean;
  /** What kafkajs was told last; null when it has to be told anew. */
  held: boolean | null;
  /** Counts calls of `startAt`: the last one stands. */
  starts: number;
}

/** As a partition comes to a member: waiting for `startAt`. */
export function newPartition(): PartitionState {
  return { next: null, busy: false, paused: false, held: null, starts: 0 };
}

/** Whether nothing of the partition may be fetched now. */
export function isHeld({ next, busy, paused }: PartitionState): boolean {
  return next === null || busy || paused;
}
