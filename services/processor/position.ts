/**
 * What is committed for a partition: the low water L as the offset, and in its metadata {P, T}: the next offset to
 * read, and the clock at L. Everything before P was published in the same transaction.
 */
import type { LowWater } from '../core/trace/assembly.ts';
import type { CommittedOffset } from '../platform/kafka/port.ts';

export interface Position {
  readonly low: LowWater;
  /** Everything before this offset is published: a replay from `low` says it again into the void. */
  readonly publishFrom: number;
}

export class PositionError extends Error {
  override name = 'PositionError';
}

export function encodePosition(position: Position): CommittedOffset {
  const { offset, clock } = position.low;
  const metadata = { p: position.publishFrom, t: [clock.streamMs, clock.appendMs] };
  return { offset, metadata: JSON.stringify(metadata) };
}

/** Throws PositionError for metadata that is not ours: another consumer has committed under our group. */
export function decodePosition(committed: CommittedOffset): Position {
  try {
    const { p, t } = JSON.parse(committed.metadata) as { p: unknown; t: unknown };
    const [streamMs, appendMs] = t as unknown[];
    if (typeof p === 'number' && typeof streamMs === 'number' && typeof appendMs === 'number') {
      return { low: { offset: committed.offset, clock: { streamMs, appendMs } }, publishFrom: p };
    }
  } catch (error) {
    throw unknownMetadata(committed, error);
  }
  throw unknownMetadata(committed, null);
}

function unknownMetadata(committed: CommittedOffset, cause: unknown): PositionError {
  return new PositionError(
    `offset ${committed.offset} was committed with metadata ${JSON.stringify(committed.metadata)}, which the ` +
      'processor did not write: some other consumer uses its group. Give the processor a group of its own',
    { cause },
  );
}
