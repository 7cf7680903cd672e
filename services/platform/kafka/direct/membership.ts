/**
 * A membership in a consumer group by Kafka 4's protocol (KIP-848): one kind of request, in which the member says what
 * it holds and the broker what it should hold. A partition moves when its holder says that it let go of it; all others
 * go on undisturbed.
 *
 * A member with a name is a static one, whose place outlives its process: see member_place.ts. Of two live processes of
 * one name the later one has it; the other one hears so and goes on nameless, so that they do not fight.
 */
import type { Log } from '../../log.ts';
import { settlesWithin } from '../deadline.ts';
import { KafkaUnavailableError } from '../port.ts';
import { assignedHolding, changeBetween, NOTHING, reported, type Holding } from './assignment.ts';
import { BrokerError, ERROR, hasCode, isTransient } from './broker_error.ts';
import { MEMBER_LANE, type Cluster } from './cluster.ts';
import { MemberPlace } from './member_place.ts';
import { CONSUMER_GROUP_HEARTBEAT_KEY, consumerGroupHeartbeat } from './requests.ts';

export interface MembershipOptions {
  readonly cluster: Cluster;
  readonly group: string;
  readonly topic: string;
  /** Unique among the live members of the group, and the same after a restart; null for a member without a name. */
  readonly memberName: string | null;
  readonly randomId: () => string;
  readonly log: Log;
  readonly onAssigned: (partitions: readonly number[]) => void;
  readonly onLost: (partitions: readonly number[]) => void;
  /** Resolves when nothing is under way with these lost partitions, or it need not be waited for any more. */
  readonly released: (partitions: readonly number[]) => Promise<void>;
  readonly onFailure: (error: Error) => void;
}

const JOIN_EPOCH = 0;
const HEARTBEAT_MS = 500;
/** While partitions move: also how soon they arrive. */
const MOVING_HEARTBEAT_MS = 100;
const MOVING_MS = 3_000;
const RETRY_PAUSE_MS = 100;
const JOIN_TIMEOUT_MS = 15_000;
/** Longest that the group waits for this member to let go of a partition. */
const REBALANCE_TIMEOUT_MS = 30_000;
const LEAVE_TIMEOUT_MS = 2_000;
/** Refusals in a row, after which the process had better end. */
const MAX_REFUSALS = 60;
const REFUSED_PAUSE_MS = 1_000;
/** A broker that asks for heartbeats as rare has Kafka's default session of 45 s. */
const SLOW_HEARTBEAT_MS = 3_000;
const REPEAT_AFTER_MS = 10_000;

export class Membership {
  private readonly options: MembershipOptions;
  private readonly log: Log;
  private readonly place: MemberPlace;
  private epoch = JOIN_EPOCH;
  private held = NOTHING;
  private releasing = NOTHING;
  private movingUntil = 0;
  /**
   * What the group said in an answer that was lost it says again only to a member that says everything anew: without it
   * partitions would be held for a member that does not know of them.
   */
  private mustSayAll = true;
  private refusals = 0;
  private troubleSaidAt = -Infinity;
  private intervalMs = HEARTBEAT_MS;
  private isStopped = false;
  private isDue = false;
  private endPause: () => void = () => undefined;
  private running: Promise<void> | null = null;

  constructor(options: MembershipOptions) {
    this.options = options;
    this.log = options.log;
    this.place = new MemberPlace(options);
  }

  /** Resolves once the group has taken this member. Throws KafkaUnavailableError, and Error where it never will. */
  async join(): Promise<void> {
    const giveUpAt = performance.now() + JOIN_TIMEOUT_MS;
    while (this.epoch === JOIN_EPOCH) {
      try {
        await this.requireProtocol();
        await this.beat();
      } catch (error) {
        if (isHopeless(error)) throw this.hopeless(error);
        if (performance.now() >= giveUpAt) {
          const message = `join ${this.options.group}: ${(error as Error).message}`;
          throw new KafkaUnavailableError(message, { cause: error });
        }
        this.recover(error);
        this.isDue = false;
        await this.pause(RETRY_PAUSE_MS);
      }
      if (this.isStopped) return;
    }
    this.running = this.run();
  }

  /** Resolves when the group knows, or does not answer. */
  async leave(): Promise<void> {
    this.isStopped = true;
    this.wake();
    // A heartbeat without an answer is not waited for: it ends with its connection.
    await settlesWithin(LEAVE_TIMEOUT_MS, this.running ?? Promise.resolve());
    if (this.epoch === JOIN_EPOCH) return;
    await settlesWithin(LEAVE_TIMEOUT_MS, this.place.leave());
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      const isMoving = performance.now() < this.movingUntil;
      await this.pause(isMoving ? Math.min(MOVING_HEARTBEAT_MS, this.intervalMs) : this.intervalMs);
      if (this.isOver()) return;
      try {
        await this.beat();
        this.refusals = 0;
      } catch (error) {
        if (this.isOver()) return;
        if (isHopeless(error) || this.refusals > MAX_REFUSALS) {
          this.options.onFailure(this.hopeless(error));
          return;
        }
        this.recover(error);
        this.isDue = false;
        await this.pause(this.refusals > 0 ? REFUSED_PAUSE_MS : RETRY_PAUSE_MS);
      }
    }
  }

  private async beat(): Promise<void> {
    const { cluster, group, topic } = this.options;
    const isJoin = this.epoch === JOIN_EPOCH;
    if (isJoin) await this.place.clear();
    const saysAll = isJoin || this.mustSayAll;
    this.mustSayAll = true;
    const answer = await cluster.askCoordinator(
      'group',
      group,
      MEMBER_LANE,
      consumerGroupHeartbeat({
        group,
        memberId: this.place.memberId,
        instanceId: this.place.instanceId,
        epoch: this.epoch,
        owned: reported(this.held, this.releasing),
        topic: saysAll ? topic : null,
        rebalanceTimeoutMs: saysAll ? REBALANCE_TIMEOUT_MS : -1,
      }),
    );
    this.mustSayAll = false;
    if (answer.memberEpoch !== this.epoch) this.movingUntil = performance.now() + MOVING_MS;
    this.epoch = answer.memberEpoch;
    this.intervalMs = Math.min(HEARTBEAT_MS, answer.heartbeatIntervalMs);
    if (isJoin) this.sayJoined(answer.heartbeatIntervalMs);
    if (answer.assignment !== null) this.take(assignedHolding(answer.assignment.topicPartitions));
  }

  private take(wanted: Holding): void {
    const { lost, added } = changeBetween(this.held, wanted);
    if (lost.length === 0 && added.length === 0) return;
    const { topicId } = this.held;
    this.held = wanted;
    this.movingUntil = performance.now() + MOVING_MS;
    this.log.info({ partitions: wanted.partitions, lost, added }, 'partitions of this member changed');
    if (lost.length > 0) {
      this.options.onLost(lost);
      this.release({ topicId, partitions: lost });
    }
    if (added.length > 0) this.options.onAssigned(added);
    this.wake();
  }

  /** The group hears that they are free when nothing is under way with them any more. */
  private release(lost: Holding): void {
    const before = this.releasing.topicId === lost.topicId ? this.releasing.partitions : [];
    this.releasing = { ...lost, partitions: [...before, ...lost.partitions] };
    const { releasing } = this;
    void this.options.released(releasing.partitions).then(() => {
      if (this.releasing !== releasing) return;
      this.releasing = NOTHING;
      this.wake();
    });
  }

  /** What the group no longer knows this member to hold is lost. */
  private recover(error: unknown): void {
    if (hasCode(error, ERROR.UNKNOWN_MEMBER_ID)) {
      this.log.warn({ error }, 'the session ended without this member, which joins anew');
      this.loseAll();
    } else if (hasCode(error, ERROR.FENCED_INSTANCE_ID, ERROR.UNRELEASED_INSTANCE_ID)) {
      this.log.warn(
        { error, memberName: this.options.memberName },
        'another process has the name of this member, which goes on without one: its partitions will wait for the end of its session when it is killed',
      );
      this.place.giveUpName();
      this.loseAll();
    } else if (hasCode(error, ERROR.FENCED_MEMBER_EPOCH)) {
      this.log.warn({ error }, 'the group and this member do not agree where they are; it joins anew');
      this.place.mustClear = true;
      this.loseAll();
    } else if (isTransient(error)) {
      if (this.epoch === JOIN_EPOCH) this.place.mayBeTaken();
      this.sayTrouble(error);
    } else {
      this.refusals += 1;
      this.log.warn({ error, refusals: this.refusals }, 'the group refuses a heartbeat');
    }
  }

  private loseAll(): void {
    const { partitions } = this.held;
    this.epoch = JOIN_EPOCH;
    this.held = NOTHING;
    this.releasing = NOTHING;
    if (partitions.length > 0) this.options.onLost(partitions);
  }

  private async requireProtocol(): Promise<void> {
    const { maxVersion } = await this.options.cluster.whatBrokersDo();
    if ((maxVersion(CONSUMER_GROUP_HEARTBEAT_KEY) ?? 0) < 1) throw new BrokerError(ERROR.UNSUPPORTED_VERSION);
  }

  private hopeless(error: unknown): Error {
    const { group } = this.options;
    const advice = hasCode(error, ERROR.UNSUPPORTED_VERSION)
      ? '; the brokers do not speak the consumer protocol of Kafka 4: set SPANMILL_KAFKA_CLIENT=kafkajs'
      : '';
    return new Error(`cannot be a member of ${group}: ${(error as Error).message}${advice}`, {
      cause: error,
    });
  }

  private sayJoined(heartbeatIntervalMs: number): void {
    const { memberId, instanceId } = this.place;
    this.log.info({ memberId, instanceId, epoch: this.epoch, heartbeatIntervalMs }, 'joined the group');
    if (heartbeatIntervalMs < SLOW_HEARTBEAT_MS) return;
    this.log.warn(
      { heartbeatIntervalMs },
      'the brokers keep long sessions, after which a killed member is noticed: see group.consumer.session.timeout.ms',
    );
  }

  private sayTrouble(error: unknown): void {
    const now = performance.now();
    if (now - this.troubleSaidAt < REPEAT_AFTER_MS) return;
    this.troubleSaidAt = now;
    this.log.warn({ error }, 'the group does not answer; reading goes on, and so do heartbeats');
  }

  /** As a call, since it changes while something is awaited. */
  private isOver(): boolean {
    return this.isStopped;
  }

  /** There is something that the group should hear of. */
  private wake(): void {
    this.isDue = true;
    this.endPause();
  }

  /** Ends early when there is something to say. */
  private async pause(ms: number): Promise<void> {
    if (!this.isDue) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        timer = setTimeout(resolve, ms);
        this.endPause = resolve;
      });
      clearTimeout(timer);
    }
    this.isDue = false;
  }
}

const HOPELESS = [
  24, // INVALID_GROUP_ID
  29, // TOPIC_AUTHORIZATION_FAILED
  30, // GROUP_AUTHORIZATION_FAILED
  ERROR.UNSUPPORTED_VERSION,
] as const;

/** Also what is no answer and no lost connection: a bug. */
function isHopeless(error: unknown): boolean {
  return hasCode(error, ...HOPELESS) || !(error instanceof BrokerError || isTransient(error));
}
