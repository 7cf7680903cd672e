/**
 * An ownership whose release ends the wait for a commit that is under way. Its outcome is then not known, which is what the next
 * claim is for; without this a commit that hangs would hold up whoever stops.
 */
import { UnknownOutcomeError, type OffsetCommit, type Ownership, type PartitionRecords } from './port.ts';

export function revocable(ownership: Ownership): Ownership {
  let giveUp: (() => void) | null = null;
  const commit = async (
    outputs: readonly PartitionRecords[],
    offsets: readonly OffsetCommit[],
  ): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    giveUp = () => reject(new UnknownOutcomeError('the partition was given up while a commit was under way'));
    ownership.commit(outputs, offsets).then(() => resolve(undefined), reject);
    await promise;
  };
  const release = async (): Promise<void> => {
    giveUp?.();
    await ownership.release();
  };
  return { committed: ownership.committed, commit, release };
}
