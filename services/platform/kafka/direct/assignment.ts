/** What a member holds of its topic, and what it should: the arithmetic of the consumer protocol. */

/** Partitions of one topic; its id tells a topic from another of the same name. */
export interface Holding {
  readonly topicId: string;
  readonly partitions: readonly number[];
}

export interface Change {
  readonly lost: readonly number[];
  readonly added: readonly number[];
}

export const NOTHING: Holding = { topicId: '', partitions: [] };

/** What the group assigns to a member that has subscribed one topic. */
export function assignedHolding(
  assignment: readonly { readonly topicId: string; readonly partitions: readonly number[] }[],
): Holding {
  return assignment.find(({ partitions }) => partitions.length > 0) ?? NOTHING;
}

export function changeBetween(held: Holding, wanted: Holding): Change {
  const isSame = held.topicId === wanted.topicId;
  return {
    lost: held.partitions.filter((partition) => !isSame || !wanted.partitions.includes(partition)),
    added: wanted.partitions.filter((partition) => !isSame || !held.partitions.includes(partition)),
  };
}

/** What a member says that it holds: also what it is about to let go of. */
export function reported(held: Holding, releasing: Holding): readonly Holding[] {
  if (
    releasing.partitions.length === 0 ||
    releasing.topicId === held.topicId ||
    held.partitions.length === 0
  ) {
    const topicId = held.partitions.length === 0 ? releasing.topicId : held.topicId;
    const partitions = [...new Set([...held.partitions, ...releasing.partitions])];
    return partitions.length === 0 ? [] : [{ topicId, partitions }];
  }
  return [held, releasing];
}
