/**
 * Which member of a group reads which partition: evenly, and everybody keeps what it has as far as that goes, since a
 * moved partition costs a replay. kafkajs brings round-robin only, which moves nearly everything at each join.
 */
import kafkajs, { type PartitionAssigner } from 'kafkajs';

export interface MemberClaim {
  readonly memberId: string;
  /** What the member reads now. */
  readonly partitions: readonly number[];
  /** When it was given them; of two members that claim one partition, the later is right. */
  readonly assignedAtMs: number;
}

/** Every partition once, member loads one apart at most, as few moves as that allows. Depends on its input alone. */
export function assignSticky(
  partitions: readonly number[],
  members: readonly MemberClaim[],
): Map<string, number[]> {
  const kept = keptClaims(partitions, members);
  const byLoad = [...kept.keys()].sort((a, b) => load(kept, b) - load(kept, a) || (a < b ? -1 : 1));
  const share = Math.floor(partitions.length / members.length);
  const larger = partitions.length % members.length;

  const assignment = new Map<string, number[]>();
  const taken = new Set<number>();
  byLoad.forEach((memberId, rank) => {
    const own = (kept.get(memberId) ?? []).slice(0, share + (rank < larger ? 1 : 0));
    own.forEach((partition) => taken.add(partition));
    assignment.set(memberId, own);
  });
  const free = partitions.filter((partition) => !taken.has(partition));
  byLoad.forEach((memberId, rank) => {
    const own = assignment.get(memberId) ?? [];
    own.push(...free.splice(0, share + (rank < larger ? 1 : 0) - own.length));
  });
  return assignment;
}

function load(kept: ReadonlyMap<string, readonly number[]>, memberId: string): number {
  return kept.get(memberId)?.length ?? 0;
}

/** Each member's claims that exist and are nobody else's by right, in order. */
function keptClaims(partitions: readonly number[], members: readonly MemberClaim[]): Map<string, number[]> {
  const kept = new Map(members.map(({ memberId }) => [memberId, [] as number[]]));
  for (const partition of partitions) {
    const claimants = members.filter((member) => member.partitions.includes(partition));
    const [owner] = claimants.sort(
      (a, b) => b.assignedAtMs - a.assignedAtMs || (a.memberId < b.memberId ? -1 : 1),
    );
    if (owner !== undefined) kept.get(owner.memberId)?.push(partition);
  }
  return kept;
}

const PROTOCOL = 'spanmill-sticky';
const VERSION = 1;

/** The assigner as kafkajs takes it; `current` says what this member reads when it joins anew. */
export function stickyAssigner(
  topic: string,
  current: () => Pick<MemberClaim, 'partitions' | 'assignedAtMs'>,
): PartitionAssigner {
  const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;
  return ({ cluster }) => ({
    name: PROTOCOL,
    version: VERSION,
    protocol: ({ topics }) => ({
      name: PROTOCOL,
      metadata: MemberMetadata.encode({
        version: VERSION,
        topics,
        userData: Buffer.from(JSON.stringify(current())),
      }),
    }),
    assign: ({ members }) => {
      const partitions = cluster
        .findTopicPartitionMetadata(topic)
        .map(({ partitionId }) => partitionId)
        .sort((a, b) => a - b);
      const claims = members.map(({ memberId, memberMetadata }) => ({
        memberId,
        ...claimOf(MemberMetadata.decode(memberMetadata)?.userData),
      }));
      const assignment = [...assignSticky(partitions, claims)];
      return Promise.resolve(
        assignment.map(([memberId, own]) => ({
          memberId,
          memberAssignment: MemberAssignment.encode({
            version: VERSION,
            assignment: { [topic]: own },
            userData: Buffer.alloc(0),
          }),
        })),
      );
    },
  });
}

/** What another member says of itself; one of another version that says nothing readable owns nothing. */
function claimOf(userData: Buffer | undefined): Omit<MemberClaim, 'memberId'> {
  try {
    const claim = JSON.parse(userData?.toString() ?? '') as Partial<MemberClaim>;
    return { partitions: claim.partitions ?? [], assignedAtMs: claim.assignedAtMs ?? 0 };
  } catch {
    return { partitions: [], assignedAtMs: 0 };
  }
}
