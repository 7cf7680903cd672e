/**
 * The spans topic as the collector has it: how many partitions, an append, and whether Kafka takes appends now.
 *
 * The partition count is set once, at the start: all collectors of a pipeline must agree on it, so a topic that is made
 * wider needs them all started anew (RATIONALE.md).
 */
import type { Timers } from '../platform/clock.ts';
import type { Part } from '../platform/lifecycle.ts';
import {
  KafkaUnavailableError,
  type Admin,
  type AppendResult,
  type Kafka,
  type PartitionRecords,
  type Producer,
} from '../platform/kafka/port.ts';
import type { Log } from '../platform/log.ts';

export interface SpansTopicOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly timers: Pick<Timers, 'sleep'>;
  readonly log: Log;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;
/** How long a start waits for Kafka where it can do without. */
const PATIENCE_MS = 2_000;

export class SpansTopic implements Part {
  readonly name = 'spans topic';
  private readonly options: SpansTopicOptions;
  private admin: Admin | null = null;
  private producer: Producer | null = null;
  private partitionCount = 0;
  private toldCount = 0;
  /** By partition: what is written from now on lies here or behind. */
  private readonly ends = new Map<number, number>();
  private trouble: string | null = 'Kafka has not been reached yet';
  private isProbing = false;
  private isStopped = false;

  constructor(options: SpansTopicOptions) {
    this.options = options;
  }

  /** 0 until the start. */
  get partitions(): number {
    return this.partitionCount;
  }

  /** Whether there is a producer: before, an append is refused whatever Kafka would say. */
  get isReached(): boolean {
    return this.producer !== null;
  }

  /** Why Kafka does not take spans now, or null. */
  notReady(): string | null {
    return this.trouble;
  }

  /** How many there are by the last answer of Kafka; 0 until there was one. */
  get partitionsTold(): number {
    return this.toldCount;
  }

  /** An offset of the partition before which no append lies that is under way now; null where that is not known. */
  endBefore(partition: number): number | null {
    return this.ends.get(partition) ?? null;
  }

  /** What is to be known of it although it takes spans, or null. */
  remark(): string | null {
    if (this.toldCount === this.partitionCount || this.toldCount === 0) return null;
    return `${this.options.topic} has ${this.toldCount} partitions, and spans go to ${this.partitionCount}: restart all collectors`;
  }

  /** Waits for Kafka and the topic as long as it takes. */
  async start(): Promise<void> {
    this.options.log.info({ topic: this.options.topic }, 'looking for Kafka and the spans topic');
    await this.untilReached();
    if (this.isStopped) throw new Error('stopped before Kafka was reached');
  }

  /**
   * A start that need not wait: with Kafka away, the partitions are as many as before. `reached` resolves once Kafka is
   * there, with false when a stop came first.
   */
  async startWith(partitions: number): Promise<{ isReached: boolean; reached: Promise<boolean> }> {
    const reached = this.untilReached().then(() => !this.isStopped);
    await Promise.race([reached, this.options.timers.sleep(PATIENCE_MS)]);
    if (this.isStopped) throw new Error('stopped before Kafka was reached');
    const isReached = this.partitionCount !== 0;
    if (!isReached) this.partitionCount = partitions;
    return { isReached, reached };
  }

  async append(batch: PartitionRecords): Promise<AppendResult> {
    if (this.producer === null) throw new KafkaUnavailableError('Kafka has not been reached yet');
    try {
      const result = await this.producer.append(batch);
      this.trouble = null;
      if (result.offset >= 0) this.ends.set(batch.partition, result.offset + batch.records.length);
      return result;
    } catch (error) {
      if (error instanceof KafkaUnavailableError) this.onOutage(error);
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.producer?.stop();
    await this.admin?.stop();
  }

  private onOutage(error: KafkaUnavailableError): void {
    const { log, topic } = this.options;
    if (this.trouble === null) log.error({ error }, `Kafka does not take spans into ${topic}`);
    this.trouble = `Kafka did not take the last append: ${error.message}`;
    void this.probe();
  }

  /** Without traffic no append would ever tell that Kafka is back, and without readiness there may be no traffic. */
  private async probe(): Promise<void> {
    if (this.isProbing) return;
    this.isProbing = true;
    await this.untilReached();
    this.isProbing = false;
    if (!this.isStopped) this.options.log.info({}, 'Kafka is back');
  }

  private async untilReached(): Promise<void> {
    const { log, timers, topic } = this.options;
    for (let pauseMs = FIRST_RETRY_MS; !this.isStopped; pauseMs = Math.min(2 * pauseMs, LAST_RETRY_MS)) {
      try {
        await this.askPartitions();
        this.trouble = null;
        return;
      } catch (error) {
        if (!(error instanceof KafkaUnavailableError)) throw error;
        this.trouble = `waiting for Kafka and its topic ${topic}: ${error.message}`;
        log.warn(
          { error, retryInMs: pauseMs },
          `no topic ${topic} yet: is Kafka up, was "spanmill migrate" run?`,
        );
        await timers.sleep(pauseMs);
      }
    }
  }

  private async askPartitions(): Promise<void> {
    const { kafka, topic } = this.options;
    this.admin ??= await kafka.admin();
    const partitions = await this.admin.partitionCount(topic);
    if (partitions === 0) throw new KafkaUnavailableError(`there is no topic ${topic}`);
    for (const { partition, high } of this.ends.size === 0 ? await this.admin.watermarks(topic) : []) {
      this.ends.set(partition, high);
    }
    this.producer ??= await kafka.producer();
    // Only the first answer counts: requests have been split by it.
    if (this.partitionCount === 0) this.partitionCount = partitions;
    this.tell(partitions);
  }

  private tell(partitions: number): void {
    const isNews = partitions !== this.toldCount;
    this.toldCount = partitions;
    const remark = this.remark();
    if (isNews && remark !== null) {
      this.options.log.error(
        {},
        `${remark}; until then, traces that others split by the new count come in pieces`,
      );
    }
  }
}
