/**
 * The spans topic as the collector has it: how many partitions, an append, and whether Kafka takes appends now.
 *
 * The partition count is read once, at the start: all collectors of a pipeline must agree on it, so a topic that is made
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

export class SpansTopic implements Part {
  readonly name = 'spans topic';
  private readonly options: SpansTopicOptions;
  private admin: Admin | null = null;
  private producer: Producer | null = null;
  private partitionCount = 0;
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

  /** Why Kafka does not take spans now, or null. */
  notReady(): string | null {
    return this.trouble;
  }

  /** Waits for Kafka and the topic as long as it takes. */
  async start(): Promise<void> {
    this.options.log.info({ topic: this.options.topic }, 'looking for Kafka and the spans topic');
    await this.untilReached();
    if (this.isStopped) throw new Error('stopped before Kafka was reached');
    this.producer = await this.options.kafka.producer();
  }

  async append(batch: PartitionRecords): Promise<AppendResult> {
    if (this.producer === null) throw new KafkaUnavailableError('Kafka has not been reached yet');
    try {
      const result = await this.producer.append(batch);
      this.trouble = null;
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
    // Only the first answer counts: requests have been split by it.
    if (this.partitionCount === 0) this.partitionCount = partitions;
  }
}
