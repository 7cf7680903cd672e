/**
 * Appends to one partition, one batch at a time, each with the next number in the producer's row. A batch whose answer
 * was lost is sent again as the same bytes with the same number: the broker knows a repetition by it, so an ambiguous
 * append is made exactly once.
 *
 * A batch shares its first request with other partitions of the broker (JoinedAppends). What is repeated goes alone, and
 * so does what follows until one got through: an answer waits for all of its request, and a partition in trouble must
 * hold up nobody else.
 *
 * When time runs out on a batch whose answer was lost, nobody knows whether its number is taken. The row ends there: what comes next gets
 * a new identity, and starts from 0.
 */
import type { Timers } from '../../clock.ts';
import { Mutex } from '../../mutex.ts';
import { DeadlineError, within } from '../deadline.ts';
import {
  KafkaUnavailableError,
  RecordTooLargeError,
  type AppendResult,
  type PartitionRecords,
} from '../port.ts';
import {
  BrokerError,
  checkCode,
  ConnectionLostError,
  ERROR,
  hasCode,
  isFenced,
  isTooLarge,
  isTransient,
  requestError,
} from './broker_error.ts';
import type { Cluster } from './cluster.ts';
import type { JoinedAppends } from './joined_appends.ts';
import { produce, type PartitionAnswer } from './produce_request.ts';
import { encodeBatch, SEQUENCES, stampBatch, type EncodedBatch } from './record_batch.ts';
import type { ProducerIdentity } from './requests.ts';

export interface AppenderOptions {
  readonly cluster: Pick<Cluster, 'askLeader' | 'forgetTopic' | 'noteLeaderError'>;
  readonly joined: Pick<JoinedAppends, 'send'>;
  readonly topic: string;
  readonly partition: number;
  /** Connection for what goes alone. */
  readonly lane: string;
  /** One that was not given to this partition before, unless it is the first. */
  readonly identify: (isFresh: boolean) => Promise<ProducerIdentity>;
  readonly now: () => number;
  /** Milliseconds of any origin, which only grow. */
  readonly elapsedMs: () => number;
  readonly timers: Pick<Timers, 'sleep'>;
}

/** From the call of `append`, so also what waits for its turn gives up in time. */
const APPEND_TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 500;

export class PartitionAppender {
  private readonly options: AppenderOptions;
  private readonly turns = new Mutex();
  private identity: ProducerIdentity | null = null;
  private isFirst = true;
  private sequence = 0;
  private isInTrouble = false;

  constructor(options: AppenderOptions) {
    this.options = options;
  }

  /** Throws KafkaUnavailableError, RecordTooLargeError. */
  append(records: PartitionRecords): Promise<AppendResult> {
    const giveUpAt = this.options.elapsedMs() + APPEND_TIMEOUT_MS;
    return this.turns.run(async () => {
      if (this.options.elapsedMs() >= giveUpAt) {
        throw new KafkaUnavailableError(`${this.name()}: others before it took all the time`);
      }
      try {
        return await this.send(await encodeBatch(records, this.options.now()), giveUpAt);
      } catch (error) {
        throw error instanceof RecordTooLargeError ? error : requestError(error, this.name());
      }
    });
  }

  /** When what was asked before is done. */
  async idle(): Promise<void> {
    await this.turns.run(() => Promise.resolve());
  }

  private async send(batch: EncodedBatch, giveUpAt: number): Promise<AppendResult> {
    let pauseMs = FIRST_PAUSE_MS;
    // Whether an attempt may have arrived without our knowing.
    let isAmbiguous = false;
    for (;;) {
      try {
        const offset = await this.sendOnce(batch, giveUpAt);
        this.isInTrouble = false;
        this.sequence = (this.sequence + batch.count) % SEQUENCES;
        return { offset };
      } catch (error) {
        this.isInTrouble = true;
        isAmbiguous ||= mayHaveArrived(error);
        // Who leads in silence may lead no more.
        if (error instanceof DeadlineError) this.options.cluster.forgetTopic(this.options.topic);
        const isRowBroken = isFenced(error) || hasCode(error, ERROR.OUT_OF_ORDER_SEQUENCE_NUMBER);
        // The broker has forgotten the row (or the identity): nothing of this batch is there, unless it may be.
        if (isRowBroken || (isAmbiguous && !isTransient(error))) this.identity = null;
        const mayRepeat = isTransient(error) || (isRowBroken && !isAmbiguous);
        if (!mayRepeat || this.options.elapsedMs() + pauseMs >= giveUpAt) {
          if (isAmbiguous && !isTooLarge(error)) this.identity = null;
          throw error;
        }
      }
      await this.options.timers.sleep(pauseMs);
      pauseMs = Math.min(MAX_PAUSE_MS, 2 * pauseMs);
    }
  }

  private async sendOnce(batch: EncodedBatch, giveUpAt: number): Promise<number> {
    const { cluster, topic } = this.options;
    const { producerId, epoch } = await this.identified(giveUpAt);
    stampBatch(batch, { producerId, epoch, sequence: this.sequence, isTransactional: false });
    try {
      const asked = this.isInTrouble ? this.askAlone(batch) : this.askJoined(batch, giveUpAt);
      const { code, message, baseOffset } = await this.inTime(giveUpAt, asked);
      // Too old to be remembered with its offset, but stored.
      if (code === ERROR.DUPLICATE_SEQUENCE_NUMBER) return -1;
      checkCode(code, message);
      return baseOffset;
    } catch (error) {
      cluster.noteLeaderError(topic, error);
      throw error;
    }
  }

  private askJoined({ bytes }: EncodedBatch, giveUpAt: number): Promise<PartitionAnswer> {
    const { joined, topic, partition } = this.options;
    return joined.send({ topic, partition, bytes }, giveUpAt);
  }

  private async askAlone({ bytes }: EncodedBatch): Promise<PartitionAnswer> {
    const { cluster, topic, partition, lane } = this.options;
    const request = produce(null, [{ topic, partition, bytes }]);
    const [answer] = await cluster.askLeader(topic, partition, lane, request);
    if (answer === undefined) throw new ConnectionLostError(`no answer for ${this.name()}`);
    return answer;
  }

  /** An identity that comes when nobody waits for it any more must not be taken: the row has another one then. */
  private async identified(giveUpAt: number): Promise<ProducerIdentity> {
    if (this.identity !== null) return this.identity;
    this.identity = await this.inTime(giveUpAt, this.options.identify(!this.isFirst));
    this.isFirst = false;
    this.sequence = 0;
    return this.identity;
  }

  private inTime<T>(giveUpAt: number, work: Promise<T>): Promise<T> {
    return within(Math.max(1, giveUpAt - this.options.elapsedMs()), work);
  }

  private name(): string {
    return `append to ${this.options.topic}/${this.options.partition}`;
  }
}

/**
 * Answers of a broker that may have the batch and keep it: it waited for its replicas in vain, or had the batch already
 * when it stopped to lead the partition. A follower that leads now may have it too.
 */
const AFTER_APPEND = [
  -1, // UNKNOWN_SERVER_ERROR
  ERROR.UNKNOWN_TOPIC_OR_PARTITION,
  ERROR.NOT_LEADER_OR_FOLLOWER,
  ERROR.REQUEST_TIMED_OUT,
  ERROR.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  ERROR.KAFKA_STORAGE_ERROR,
] as const;

function mayHaveArrived(error: unknown): boolean {
  return !(error instanceof BrokerError) || hasCode(error, ...AFTER_APPEND);
}
