/** Which batches of a fetch hold records of committed transactions, or of none. */
import { isAbortMarker, type FetchedBatch } from './record_set.ts';

/** A transaction that was aborted: everything of the producer from this offset to its next abort marker. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

/** Without markers of transactions. */
export function recordBatches(batches: readonly FetchedBatch[]): FetchedBatch[] {
  return batches.filter(({ isControl }) => !isControl);
}

/**
 * The same without what was aborted. `aborted` names every aborted transaction that reaches into these batches, also one
 * that began before them, so nothing is carried over from fetch to fetch.
 */
export function committedBatches(
  batches: readonly FetchedBatch[],
  aborted: readonly AbortedTransaction[],
): FetchedBatch[] {
  const ahead = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  const aborting = new Set<bigint>();
  return batches.filter((batch) => {
    for (let next = ahead[0]; next !== undefined && next.firstOffset <= batch.lastOffset; next = ahead[0]) {
      aborting.add(next.producerId);
      ahead.shift();
    }
    if (batch.isControl) {
      if (aborting.has(batch.producerId) && isAbortMarker(batch)) aborting.delete(batch.producerId);
      return false;
    }
    return !(batch.isTransactional && aborting.has(batch.producerId));
  });
}
