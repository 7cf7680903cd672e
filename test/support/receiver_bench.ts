/** Kafka receivers over Kafkas in memory: what is in our topics, whatever fails under them. */
import { DEFAULT_TENANT, topicNames } from '../../services/core/contracts.ts';
import { Batcher } from '../../services/collector/batcher.ts';
import { KafkaReceiver } from '../../services/collector/kafka_receiver.ts';
import type { Encoding } from '../../services/collector/kafka_receiver_formats.ts';
import { METRICS } from '../../services/collector/metrics.ts';
import type { Input, Kafka, OutgoingRecord, Producer } from '../../services/platform/kafka/port.ts';
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../services/platform/kafka/topics.ts';
import { createRegistry } from '../../services/platform/metrics.ts';
import { spanNames } from './export_requests.ts';
import { FakeKafka } from './fake_kafka.ts';
import { ManualTime } from './manual_time.ts';
import { quietLog } from './quiet_log.ts';

export const SOURCE = 'others';
export const GROUP = 'receiver';
export const SOURCE_PARTITIONS = 3;
const SPANS_PARTITIONS = 2;
const names = topicNames('spanmill');

export interface ReceiverOptions {
  readonly topic?: string;
  readonly encoding?: Encoding;
  readonly start?: 'earliest' | 'latest';
  readonly maxHeldBytes?: number;
  readonly tenant?: string;
}

/** A receiver of which the test may take the group membership away, as when its process is killed. */
export interface RunningReceiver {
  readonly receiver: KafkaReceiver;
  readonly inputs: Input[];
}

export class ReceiverBench {
  readonly time = new ManualTime();
  /** Ours. */
  readonly kafka = new FakeKafka(this.time, 3);
  /** That of the source; the same where the receiver reads our own. */
  readonly source: FakeKafka;
  readonly bugs: unknown[] = [];
  readonly registry = createRegistry('test');
  private readonly metrics = this.registry.create(METRICS);
  private readonly running = new Set<RunningReceiver>();

  constructor(where: 'same Kafka' | 'another Kafka' = 'same Kafka') {
    this.source = where === 'same Kafka' ? this.kafka : new FakeKafka(this.time, 3);
  }

  async prepare(maxMessageBytes?: number): Promise<void> {
    const specs = topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, partitions: SPANS_PARTITIONS });
    const smaller = specs.map((spec) =>
      spec.name === names.spans && maxMessageBytes !== undefined
        ? { ...spec, config: { ...spec.config, 'max.message.bytes': String(maxMessageBytes) } }
        : spec,
    );
    await (await this.kafka.admin()).ensureTopics(smaller);
    const config = { 'max.message.bytes': String(64 * 1024 * 1024) };
    await (
      await this.source.admin()
    ).ensureTopics([{ name: SOURCE, partitions: SOURCE_PARTITIONS, replicationFactor: 1, config }]);
  }

  create(
    options: ReceiverOptions,
    append: Producer['append'] = () => Promise.reject(new Error('not asked for')),
    inputs: Input[] = [],
  ): KafkaReceiver {
    const { topic = SOURCE, encoding = 'otlp_proto', start = 'earliest', maxHeldBytes = 1_000_000 } = options;
    const { time, kafka, metrics } = this;
    const batcher = new Batcher({
      ...{ topic: names.spans, recordBytes: 1_000, lingerMs: 5, timers: time, clock: time, metrics },
      append,
    });
    return new KafkaReceiver({
      ...{
        topics: [{ topic, encoding }],
        group: GROUP,
        start,
        tenant: options.tenant ?? DEFAULT_TENANT,
        maxHeldBytes,
        batcher,
        metrics,
      },
      ...{ spansTopic: names.spans, deadLettersTopic: names.deadLetters, recordBytes: 1_000 },
      partitions: () => SPANS_PARTITIONS,
      kafka: recordingInputs(kafka, inputs),
      source: this.source === kafka ? null : recordingInputs(this.source, inputs),
      ...{ clock: time, timers: time, log: quietLog },
      onBug: (error) => this.bugs.push(error),
    });
  }

  async start(options: ReceiverOptions = {}): Promise<RunningReceiver> {
    const producer = await this.kafka.producer();
    const inputs: Input[] = [];
    const receiver = this.create(options, (batch) => producer.append(batch), inputs);
    const running = { receiver, inputs };
    this.running.add(running);
    await receiver.start();
    await this.settle();
    return running;
  }

  /** It hears nothing more of the group, and goes on with what is in its hands: the worst kind of dead. */
  kill({ inputs }: RunningReceiver): void {
    for (const input of inputs) this.source.crash(input);
  }

  async stopAll(): Promise<void> {
    for (const { receiver } of this.running) {
      const state = { isStopped: false };
      void receiver.stop().then(() => (state.isStopped = true));
      while (!state.isStopped) await this.pass(100);
    }
    this.running.clear();
  }

  async send(record: OutgoingRecord, partition = 0): Promise<void> {
    const producer = await this.source.producer();
    await producer.append({ topic: SOURCE, partition, records: [record] });
  }

  /** Lets time pass in small steps, with everything that follows done before the next. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      this.time.advance(50);
      await this.settle();
    }
  }

  /** Names of all spans in our topic, as readers of committed records see them, sorted. */
  stored(): string[] {
    return this.inOurs(names.spans)
      .flatMap(({ value }) => spanNames(value))
      .sort();
  }

  letters() {
    return this.inOurs(names.deadLetters);
  }

  /** What the spans topic holds, headers and all. */
  storedRecords() {
    return this.inOurs(names.spans);
  }

  storedValues(): Buffer[] {
    return this.storedRecords().map(({ value }) => value);
  }

  private inOurs(topic: string) {
    return Array.from({ length: SPANS_PARTITIONS }, (_, partition) =>
      this.kafka.records(topic, partition),
    ).flat();
  }

  private async settle(): Promise<void> {
    for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

function recordingInputs(kafka: FakeKafka, inputs: Input[]): Kafka {
  return {
    claim: (options) => kafka.claim(options),
    admin: () => kafka.admin(),
    producer: () => kafka.producer(),
    input: async (options, listener) => {
      const input = await kafka.input(options, listener);
      inputs.push(input);
      return input;
    },
  };
}
