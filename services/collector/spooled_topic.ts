/**
 * The way of a batch: into Kafka, or into the spool while Kafka is away.
 *
 * The first append that Kafka does not take begins an outage: it goes to the spool, and so does everything after it,
 * without asking Kafka. The drain asks in the background; when Kafka has taken a segment of the spool, the outage is
 * over and new batches go to Kafka, past what still waits.
 */
import { KafkaUnavailableError, type PartitionRecords } from '../platform/kafka/port.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { CollectorMetrics } from './metrics.ts';
import { Spool, SpoolRefusedError, type SpoolOptions } from './spool.ts';
import { SpoolDrain, type SpoolDrainOptions } from './spool_drain.ts';
import type { SpansTopic } from './spans_topic.ts';

export type SpooledTopicOptions = Omit<SpoolOptions, 'metrics'> &
  Omit<SpoolDrainOptions, 'spool' | 'onDrained' | 'metrics'> & {
    readonly spansTopic: Pick<SpansTopic, 'append' | 'notReady'>;
    readonly metrics: CollectorMetrics;
  };

export class SpooledTopic implements Part {
  readonly name = 'spool';
  private readonly options: SpooledTopicOptions;
  private spool: Spool | null = null;
  private drain: SpoolDrain | null = null;
  private isAway = false;
  /** Why the spool did not take the last batch either, or null. */
  private refusal: string | null = null;

  constructor(options: SpooledTopicOptions) {
    this.options = options;
  }

  async start(): Promise<void> {
    this.options.metrics.spoolLimit.set(this.options.maxBytes);
    const spool = await Spool.open(this.options);
    this.spool = spool;
    this.drain = new SpoolDrain({ ...this.options, spool, onDrained: () => this.setAway(false) });
    this.drain.start();
  }

  async stop(): Promise<void> {
    await this.drain?.stop();
    await this.spool?.close();
  }

  /** Why spans are refused now, or null: an outage that the spool bridges is none. */
  notReady(): string | null {
    return this.isAway ? this.refusal : this.options.spansTopic.notReady();
  }

  /** What a reader of the readiness should know though the collector takes spans. */
  remark(): string | null {
    return this.isAway ? 'spooling: Kafka is away, spans go to the disk' : null;
  }

  /** Resolves when Kafka has acknowledged the batch, or the disk has it. Throws KafkaUnavailableError, RecordTooLargeError. */
  async append(batch: PartitionRecords): Promise<void> {
    if (!this.isAway) {
      try {
        await this.options.spansTopic.append(batch);
        return;
      } catch (error) {
        if (!(error instanceof KafkaUnavailableError)) throw error;
        this.setAway(true);
      }
    }
    await this.keep(batch);
  }

  private async keep({ partition, records }: PartitionRecords): Promise<void> {
    const { drain, spool } = this;
    if (drain === null || spool === null) throw new KafkaUnavailableError('the spool is not open');
    try {
      await spool.append(records.map(({ value }) => ({ partition, value })));
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
    if (!isAway) this.refusal = null;
    this.options.metrics.spooling.set(isAway ? 1 : 0);
  }
}
