/**
 * The place of a member in its group: an id for this process, and a name that outlives it.
 *
 * A killed process cannot leave, and the group keeps its partitions for it until its session ends. The next process of
 * the same name looks up who has the place and says for the dead one that it is away for a moment. Then it takes the
 * place, with the same partitions, and no other member hears of it.
 */
import { BrokerError, ERROR, isTransient } from './broker_error.ts';
import { MEMBER_LANE, type Cluster } from './cluster.ts';
import { consumerGroupHeartbeat, describeConsumerGroup } from './requests.ts';

export interface PlaceOptions {
  readonly cluster: Cluster;
  readonly group: string;
  /** Unique among the live members of the group, and the same after a restart; null for a member without a name. */
  readonly memberName: string | null;
  readonly randomId: () => string;
}

interface Holder {
  readonly memberId: string;
  readonly memberEpoch: number;
}

const LEAVE_EPOCH = -1;
/** Of static members: the place stays taken, until the session ends. */
const AWAY_EPOCH = -2;

export class MemberPlace {
  memberId: string;
  instanceId: string | null;
  /** Whether somebody may be in the place: a predecessor, or what the group remembers of this process. */
  mustClear: boolean;
  private readonly options: PlaceOptions;
  private wasMine = false;

  constructor(options: PlaceOptions) {
    this.options = options;
    this.memberId = options.randomId();
    this.instanceId = options.memberName;
    this.mustClear = options.memberName !== null;
  }

  /**
   * Before joining. Throws FENCED_INSTANCE_ID where a later process took the place, and BrokerError and
   * ConnectionLostError where it is not known whether it is free.
   */
  async clear(): Promise<void> {
    if (!this.mustClear) return;
    if (this.instanceId === null) await this.sayLeave(this.memberId, LEAVE_EPOCH);
    else await this.clearNamed(this.instanceId);
    this.mustClear = false;
    this.wasMine = true;
  }

  /** The answer to a join was lost, so this very member may be in its place: which lets nobody in before it is away. */
  mayBeTaken(): void {
    if (this.instanceId !== null) this.mustClear = true;
  }

  async leave(): Promise<void> {
    await this.sayLeave(this.memberId, LEAVE_EPOCH);
  }

  /** Somebody else has it now, who is left alone. */
  giveUpName(): void {
    this.instanceId = null;
    this.memberId = this.options.randomId();
    this.mustClear = false;
  }

  private async clearNamed(instanceId: string): Promise<void> {
    const holder = await this.holderOf(instanceId);
    if (holder === null || holder.memberEpoch === AWAY_EPOCH) return;
    if (this.wasMine && holder.memberId !== this.memberId) {
      throw new BrokerError(ERROR.FENCED_INSTANCE_ID, `${instanceId} is ${holder.memberId} now`);
    }
    await this.sayLeave(holder.memberId, AWAY_EPOCH);
  }

  private async holderOf(instanceId: string): Promise<Holder | null> {
    const { cluster, group } = this.options;
    try {
      const request = describeConsumerGroup(group);
      const { groups } = await cluster.askCoordinator('group', group, MEMBER_LANE, request);
      return groups[0]?.members.find((member) => member.instanceId === instanceId) ?? null;
    } catch (error) {
      // There is no such group yet.
      if (error instanceof BrokerError && !isTransient(error)) return null;
      throw error;
    }
  }

  private async sayLeave(memberId: string, epoch: number): Promise<void> {
    const { cluster, group } = this.options;
    const goodbye = consumerGroupHeartbeat({
      group,
      memberId,
      instanceId: this.instanceId,
      epoch,
      owned: null,
      topic: null,
      rebalanceTimeoutMs: -1,
    });
    try {
      await cluster.askCoordinator('group', group, MEMBER_LANE, goodbye);
    } catch (error) {
      // Whoever it was is gone already.
      if (!(error instanceof BrokerError) || isTransient(error)) throw error;
    }
  }
}
