/**
 * The Kafka receiver: a member of a consumer group over topics that others write, whose spans go into ours, re-keyed.
 *
 * It is a door like the others, and none of them waits for it: it joins in the background, for as long as that takes, and a source
 * that is away or strange is said and tried again while OTLP goes on. Not for what happens to a partition
 * (kafka_receiver_partition.ts).
 */
import { RequestSplitter } from '../core/otlp/split_request.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import { GroupReader } from '../platform/kafka/group_reader.ts';
import {
  isKafkaTrouble,
  KafkaUnavailableError,
  type Admin,
  type Kafka,
  type Producer,
} from '../platform/kafka/port.ts';
import { StallWatch } from '../platform/kafka/stall_watch.ts';
import type { Part } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { Slices } from '../platform/slices.ts';
import type { Batcher } from './batcher.ts';
import type { Redact } from './kafka_receiver_batch.ts';
import { deliverAtLeastOnce, deliverExactlyOnce, type Deliver } from './kafka_receiver_delivery.ts';
import { formatOf } from './kafka_receiver_formats.ts';
import { ReceiverGate } from './kafka_receiver_gate.ts';
import { ReceiverPartition } from './kafka_receiver_partition.ts';
import type { ReceiverStart } from './kafka_receiver_start.ts';
import type { SourceTopic } from './kafka_receiver_topics.ts';
import type { CollectorMetrics } from './metrics.ts';

export interface ReceiverSettings {
  readonly topics: readonly SourceTopic[];
  readonly group: string;
  readonly start: ReceiverStart;
  /** Whose spans these are. */
  readonly tenant: string;
  /** Where the source topics are; null where they are in our own Kafka. */
  readonly source: Kafka | null;
  /** What all partitions together may hold. */
  readonly maxHeldBytes: number;
  readonly deadLettersTopic: string;
}

export interface KafkaReceiverOptions extends ReceiverSettings {
  readonly spansTopic: string;
  /** Partitions of the spans topic; known before this starts. */
  readonly partitions: () => number;
  readonly recordBytes: number;
  readonly batcher: Pick<Batcher, 'add'>;
  /** What is done to spans before they are stored; as for those of other doors. */
  readonly redact?: Redact | null | undefined;
  /** Ours. */
  readonly kafka: Kafka;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly metrics: CollectorMetrics;
  readonly onBug: (error: unknown) => void;
}

/** How often commits that are due and stalls are looked after. */
const TEND_MS = 100;
const STALL_MS = 60_000;
/** Of the 30 s that a process has for its stop. */
const STOP_TIMEOUT_MS = 5_000;
/** Between tries to join. */
const RETRY_PAUSE_MS = 5_000;

/** What the topics share once Kafka has been reached. */
interface Reached {
  /** Of the source. */
  readonly admin: Admin;
  readonly deliver: Deliver;
  readonly splitter: RequestSplitter;
}

export class KafkaReceiver implements Part {
  readonly name = 'Kafka receiver';
  private readonly options: KafkaReceiverOptions;
  private readonly source: Kafka;
  private readonly log: Log;
  private readonly gate: ReceiverGate;
  private readonly slices: Slices;
  private readonly readers = new Map<string, GroupReader<ReceiverPartition>>();
  private readonly lives: Promise<void>[] = [];
  private readonly stopped = Promise.withResolvers<undefined>();
  private isStopping = false;
  private admin: Admin | null = null;
  private ownAdmin: Admin | null = null;
  private producer: Producer | null = null;
  private stopTending: () => void = () => undefined;

  constructor(options: KafkaReceiverOptions) {
    const { kafka, source, log, metrics, maxHeldBytes, topics, spansTopic, deadLettersTopic } = options;
    const loop = topics.find(({ topic }) => topic === spansTopic || topic === deadLettersTopic);
    if (source === null && loop !== undefined)
      throw new Error(`the receiver cannot read ${loop.topic}: it writes there`);
    this.options = options;
    this.slices = new Slices(options.clock, options.timers);
    this.source = source ?? kafka;
    this.log = log.child({ part: 'receiver' });
    this.gate = new ReceiverGate(maxHeldBytes, (bytes) => metrics.receiverHeldBytes.set(bytes));
    metrics.receiverHeldLimit.set(maxHeldBytes);
  }

  start(): Promise<void> {
    const { topics, timers, onBug } = this.options;
    this.stopTending = timers.every(TEND_MS, () => {
      for (const reader of this.readers.values()) reader.tend();
    });
    this.lives.push(this.live(topics).catch(onBug));
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    this.stopped.resolve(undefined);
    this.stopTending();
    await Promise.all([...this.readers.values()].map((reader) => reader.stop()));
    // A join that is under way ends by itself, and leaves then.
    await Promise.race([Promise.all(this.lives), this.options.timers.sleep(STOP_TIMEOUT_MS)]);
    await this.producer?.stop();
    await this.ownAdmin?.stop();
    await this.admin?.stop();
  }

  /** What is to be known of it although spans are taken, or null. */
  remark(): string | null {
    for (const { topic } of this.options.topics) {
      const reader = this.readers.get(topic);
      const reason =
        reader === undefined ? `not yet a member of the consumer group of ${topic}` : reader.notReady();
      if (reason !== null) return `Kafka receiver: ${reason}`;
    }
    return null;
  }

  private async live(topics: readonly SourceTopic[]): Promise<void> {
    const reached = await this.untilDone('Kafka is not reached', () => this.reach());
    if (reached === null) return;
    await Promise.all(topics.map((topic) => this.liveWith(topic, reached)));
  }

  /** Joined, until it cannot go on; then joined anew. */
  private async liveWith(source: SourceTopic, reached: Reached): Promise<void> {
    const { topic } = source;
    while (!this.isStopping) {
      const failed = Promise.withResolvers<unknown>();
      const reader = await this.untilDone(`${topic} is not joined`, async () => {
        const created = this.createReader(source, reached, failed.resolve);
        await created.start();
        return created;
      });
      if (reader === null) return;
      if (this.isEnding()) {
        await reader.stop();
        return;
      }
      this.readers.set(topic, reader);
      const error = await Promise.race([failed.promise, this.stopped.promise]);
      if (this.isEnding()) return;
      this.log.error({ error, topic }, 'the source topic cannot be read on, joining anew');
      this.readers.delete(topic);
      await reader.stop();
      await this.pause();
    }
  }

  private createReader(
    { topic, encoding }: SourceTopic,
    reached: Reached,
    fail: (error: unknown) => void,
  ): GroupReader<ReceiverPartition> {
    const { group, timers, clock, metrics, onBug } = this.options;
    const { admin } = reached;
    const { log, source: kafka, gate } = this;
    const shared = {
      ...this.options,
      ...reached,
      topic,
      kafka,
      log,
      gate,
      format: formatOf(encoding),
      slices: this.slices,
      fail: onBug,
    };
    return new GroupReader({
      kafka,
      input: { topic, group, isolation: 'read_committed' },
      createPartition: (partition, input) => new ReceiverPartition(partition, { ...shared, input }),
      stalls: new StallWatch({
        ...{ topic, limitMs: STALL_MS, admin, clock, log },
        count: (cause) => metrics.receiverStalls.add(1, { topic, cause }),
      }),
      ...{ timers, log, fail },
    });
  }

  private async reach(): Promise<Reached> {
    const {
      kafka,
      source,
      deadLettersTopic,
      tenant,
      spansTopic: topic,
      partitions,
      recordBytes,
      batcher,
      timers,
    } = this.options;
    this.ownAdmin ??= await kafka.admin();
    const letterPartitions = await this.ownAdmin.partitionCount(deadLettersTopic);
    if (letterPartitions === 0) throw new KafkaUnavailableError(`there is no topic ${deadLettersTopic}`);
    const letterTopic = { topic: deadLettersTopic, partitions: letterPartitions };
    this.admin ??= await this.source.admin();
    const splitter = new RequestSplitter(partitions());
    if (source === null) {
      return {
        admin: this.admin,
        splitter,
        deliver: deliverExactlyOnce({ topic, tenant, recordBytes, letterTopic }),
      };
    }
    const producer = (this.producer ??= await kafka.producer());
    const deliver = deliverAtLeastOnce({ batcher, tenant, producer, letterTopic, timers, log: this.log });
    return { admin: this.admin, splitter, deliver };
  }

  /** Null once this stops. */
  private async untilDone<T>(trouble: string, task: () => Promise<T>): Promise<T | null> {
    while (!this.isStopping) {
      try {
        return await task();
      } catch (error) {
        if (!isKafkaTrouble(error)) throw error;
        this.log.warn({ error, retryInMs: RETRY_PAUSE_MS }, `${trouble}, trying again`);
        await this.pause();
      }
    }
    return null;
  }

  private async pause(): Promise<void> {
    await Promise.race([this.options.timers.sleep(RETRY_PAUSE_MS), this.stopped.promise]);
  }

  /** As a call, since it changes while something is awaited. */
  private isEnding(): boolean {
    return this.isStopping;
  }
}
