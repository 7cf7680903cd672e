/**
 * The way of a batch: into Kafka, or into the spool while Kafka is away.
 *
 * The first append that Kafka does not take begins an outage: it goes to the spool, and so does everything after it,
 * without asking Kafka. The drain asks in the background; when Kafka has taken a segment of the spool, the outage is
 * over and new batches go to Kafka, past what still waits. A start with Kafka away is an outage as well, where the spool
 * remembers how many partitions there were.
 */
import { BATCH_HEADER, TENANT_HEADER } from '../core/contracts.ts';
import { KafkaUnavailableError, type PartitionRecords } from '../platform/kafka/port.ts';
import { wholeValue } from '../platform/kafka/record_value.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { CollectorMetrics } from './metrics.ts';
import { Spool, type SpoolOptions } from './spool.ts';
import { SpoolDrain, type SpoolDrainOptions } from './spool_drain.ts';
import type { Doubt } from './spool_segment.ts';
import { SpoolRefusedError } from './spool_writer.ts';
import type { SpansTopic } from './spans_topic.ts';

export type SpooledTopicOptions = Omit<SpoolOptions, 'metrics'> &
  Omit<SpoolDrainOptions, 'spool' | 'onDrained' | 'metrics'> & {
    /** Started and stopped with the spool. */
    readonly spansTopic: Pick<
      SpansTopic,
      | 'append'
      | 'endBefore'
      | 'isReached'
      | 'notReady'
      | 'partitionsTold'
      | 'remark'
      | 'start'
      | 'startWith'
      | 'stop'
    >;
    readonly metrics: CollectorMetrics;
  };

export class SpooledTopic implements Part {
  readonly name = 'spans topic with spool';
  private readonly options: SpooledTopicOptions;
  private spool: Spool | null = null;
  private drain: SpoolDrain | null = null;
  private remembered: number | null = null;
  /** The writing of it. Never rejects. */
  private remembering = Promise.resolve();
  /** Batches are named by these two. */
  private readonly life: string;
  private batches = 0;
  private isAway = false;
  /** Why the spool did not take the last batch either, or null. */
  private refusal: string | null = null;

  constructor(options: SpooledTopicOptions) {
    this.options = options;
    this.life = options.newId();
  }

  /** Waits for Kafka only where nobody remembers how many partitions the topic has. */
  async start(): Promise<void> {
    const { log, maxBytes, metrics, topic } = this.options;
    metrics.spoolLimit.set(maxBytes);
    const spool = await Spool.open(this.options);
    this.spool = spool;
    try {
      this.remembered = await spool.partitionsOf(topic);
      await this.reachKafka();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.drain = new SpoolDrain({ ...this.options, spool, onDrained: () => this.onDrained() });
    this.drain.start();
    if (this.isAway) log.warn({ partitions: this.remembered }, 'started with Kafka away');
  }

  async stop(): Promise<void> {
    await this.drain?.stop();
    await this.remembering;
    await this.spool?.close();
    await this.options.spansTopic.stop();
  }

  /** Why spans are refused now, or null: an outage that the spool bridges is none. */
  notReady(): string | null {
    if (this.isAway) return this.refusal;
    const reason = this.options.spansTopic.notReady();
    const isUnknown = this.spool !== null && this.remembered === null;
    return reason !== null && isUnknown
      ? `${reason} (the spool does not know yet how many partitions there are)`
      : reason;
  }

  /** What a reader of the readiness should know though the collector takes spans. */
  remark(): string | null {
    return this.isAway ? 'spooling: Kafka is away, spans go to the disk' : this.options.spansTopic.remark();
  }

  /** Resolves when Kafka has acknowledged the batch, or the disk has it. Throws KafkaUnavailableError, RecordTooLargeError. */
  async append(batch: PartitionRecords): Promise<void> {
    if (this.isAway) return this.keep(batch);
    const { spansTopic } = this.options;
    const name = `${this.life}/${++this.batches}`;
    const from = spansTopic.endBefore(batch.partition);
    try {
      await spansTopic.append(named(batch, name));
    } catch (error) {
      if (!(error instanceof KafkaUnavailableError)) throw error;
      this.setAway(true);
      // Kafka may have it all the same.
      await this.keep(batch, from === null ? undefined : { batch: name, from });
    }
  }

  private async reachKafka(): Promise<void> {
    const { onBug, spansTopic } = this.options;
    if (this.remembered === null) {
      await spansTopic.start();
      await this.remember();
      return;
    }
    const { isReached, reached } = await spansTopic.startWith(this.remembered);
    if (!isReached) this.setAway(true);
    reached.then((isThere) => (isThere ? this.onReached() : undefined)).catch(onBug);
  }

  private onDrained(): void {
    // The drain asks more often than a start does: until that has reached Kafka, the next append would begin an outage again.
    if (this.options.spansTopic.isReached) this.setAway(false);
  }

  private async onReached(): Promise<void> {
    await this.remember();
    // What waits in the spool is the better question: its answer says that Kafka takes spans.
    if (this.spool?.isEmpty === true) this.setAway(false);
  }

  /** For the next start. */
  private remember(): Promise<void> {
    this.remembering = this.remembering.then(() => this.rememberNow());
    return this.remembering;
  }

  private async rememberNow(): Promise<void> {
    const { log, spansTopic, topic } = this.options;
    const told = spansTopic.partitionsTold;
    if (told === 0 || told === this.remembered) return;
    this.remembered = told;
    try {
      await this.spool?.rememberPartitions(topic, told);
    } catch (error) {
      log.warn({ error }, 'the number of partitions could not be kept: a start without Kafka would wait');
    }
  }

  private async keep({ partition, records }: PartitionRecords, doubt?: Doubt): Promise<void> {
    const { drain, spool } = this;
    if (drain === null || spool === null) throw new KafkaUnavailableError('the spool is not open');
    try {
      await spool.append(
        records.map(({ headers, value }) => {
          const tenant = headers?.[TENANT_HEADER]?.toString();
          return {
            partition,
            value: wholeValue(value),
            ...(tenant !== undefined && { tenant }),
            ...(doubt && { doubt }),
          };
        }),
      );
      this.refusal = null;
    } catch (error) {
      if (!(error instanceof SpoolRefusedError)) throw error;
      const refusal = `Kafka is away, and ${error.message}`;
      this.refusal = refusal;
      // Nothing to drain: then no drain will tell that Kafka is back.
      if (spool.isEmpty) this.setAway(false);
      throw new KafkaUnavailableError(refusal, { cause: error });
    } finally {
      drain.start();
    }
  }

  private setAway(isAway: boolean): void {
    if (isAway !== this.isAway) {
      this.options.log[isAway ? 'error' : 'info'](
        {},
        isAway ? 'Kafka is away: spans go to the spool' : 'Kafka is back: spans go to Kafka again',
      );
    }
    this.isAway = isAway;
    if (!isAway) {
      this.refusal = null;
      void this.remember();
    }
    this.options.metrics.spooling.set(isAway ? 1 : 0);
  }
}

/** A batch is in the log as a whole or not at all, so its first record is enough. */
function named(batch: PartitionRecords, name: string): PartitionRecords {
  const [first, ...rest] = batch.records;
  if (first === undefined) return batch;
  return { ...batch, records: [{ ...first, headers: { ...first.headers, [BATCH_HEADER]: name } }, ...rest] };
}
