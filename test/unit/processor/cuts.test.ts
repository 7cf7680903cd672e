/** That a control record ends the run that it was written for, and no run that comes after it. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { CUT_HEADER, topicNames } from '../../../services/core/contracts.ts';
import { DEFAULT_RULES } from '../../../services/core/trace/assembly.ts';
import { memoryRecordStore } from '../../../services/core/trace/record_store.ts';
import { KafkaUnavailableError, type Kafka } from '../../../services/platform/kafka/port.ts';
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../../services/platform/kafka/topics.ts';
import { createRegistry } from '../../../services/platform/metrics.ts';
import { METRICS } from '../../../services/processor/metrics.ts';
import { Processor } from '../../../services/processor/processor.ts';
import { FakeKafka } from '../../support/fake_kafka.ts';
import { ManualTime } from '../../support/manual_time.ts';
import { tracesData } from '../../support/otlp_bytes.ts';
import { quietLog } from '../../support/quiet_log.ts';

const topics = topicNames('spanmill');
const GROUP = 'processor';
const MAX_AGE_MS = 20_000;
const FORGET_MS = 6_000;
const TRACE = '1'.padStart(32, '0');

class Bench {
  readonly time = new ManualTime();
  readonly fake = new FakeKafka(this.time, 3);
  areClaimsRefused = false;
  /** Deliveries still to come before they wait. */
  private deliveries = Infinity;
  private readonly waiting: (() => void)[] = [];
  private sent = 0;
  private readonly processor = new Processor({
    settings: {
      topics,
      group: GROUP,
      start: 'committed',
      rules: { ...DEFAULT_RULES, forgetMs: FORGET_MS, markMs: 2_000 },
      maxRunAgeMs: MAX_AGE_MS,
      commitIntervalMs: 500,
      commitBytes: 1_000_000,
      tracesRate: 1,
      stallMs: 600_000,
    },
    kafka: this.kafka(),
    store: memoryRecordStore,
    clock: this.time,
    timers: this.time,
    log: quietLog,
    metrics: createRegistry('test').create(METRICS),
    fail: (error) => {
      throw error;
    },
  });

  async start(): Promise<void> {
    const admin = await this.fake.admin();
    await admin.ensureTopics(topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, partitions: 1 }));
    await this.processor.start();
    await this.pass(1_000);
  }

  stop(): Promise<void> {
    return this.processor.stop();
  }

  /** Another span of the trace, each second. */
  async sendFor(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 1_000) {
      await this.send();
      await this.pass(1_000);
    }
  }

  async send(): Promise<void> {
    const spanId = String(++this.sent).padStart(16, '0');
    // Its parent never comes: nothing is published before the run ends, so that commits are few.
    const span = { traceId: TRACE, spanId, parentId: 'f'.repeat(16), startMs: this.time.now() };
    const value = tracesData([{ service: 'shop', spans: [span] }]);
    const producer = await this.fake.producer();
    await producer.append({ topic: topics.spans, partition: 0, records: [{ value }] });
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      this.time.advance(100);
      for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Only so many deliveries come from now on. */
  deliver(deliveries: number): void {
    this.deliveries = deliveries;
    for (const resolve of this.waiting.splice(0, deliveries)) {
      this.deliveries--;
      resolve();
    }
  }

  /** Somebody else claims the partition, and the processor does not hear of it. */
  async takeOver(): Promise<void> {
    const transactionalId = `${GROUP}-${topics.spans}-0`;
    await this.fake.claim({ topic: topics.spans, partition: 0, group: GROUP, transactionalId });
  }

  get cuts(): number {
    return this.fake.records(topics.spans, 0).filter(({ headers }) => headers[CUT_HEADER] !== undefined)
      .length;
  }

  private kafka(): Kafka {
    const { fake } = this;
    return {
      claim: (options) => {
        if (this.areClaimsRefused) return Promise.reject(new KafkaUnavailableError('away'));
        return fake.claim(options);
      },
      input: (options, listener) =>
        fake.input(options, {
          ...listener,
          onRecords: async (...delivery) => {
            if (this.deliveries === 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
            else this.deliveries--;
            await listener.onRecords(...delivery);
          },
        }),
      producer: () => fake.producer(),
      admin: () => fake.admin(),
    };
  }
}

describe('the cut of an endless trace', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = new Bench();
    await bench.start();
  });

  test('is written once its run is too old', async () => {
    await bench.sendFor(MAX_AGE_MS);
    expect(bench.cuts).toBe(0);
    await bench.sendFor(3_000);
    expect(bench.cuts).toBe(1);
    await bench.stop();
  });

  test('is not written by an owner that was shut out meanwhile, but once the partition is claimed again', async () => {
    await bench.sendFor(MAX_AGE_MS);
    await bench.takeOver();
    bench.areClaimsRefused = true;
    await bench.sendFor(5_000);
    expect(bench.cuts).toBe(0);
    bench.areClaimsRefused = false;
    await bench.sendFor(5_000);
    expect(bench.cuts).toBe(1);
    await bench.stop();
  });

  test('is not written by an owner that has not read for so long that another run may have begun', async () => {
    await bench.sendFor(MAX_AGE_MS - 1_000);
    bench.deliver(0);
    await bench.sendFor(4_000);
    await bench.pass(FORGET_MS + 1_000);
    await bench.send();
    // The run is too old with what it reads now; of the run that follows it has not heard.
    bench.deliver(2);
    await bench.pass(1_000);
    expect(bench.cuts).toBe(0);
    bench.deliver(Infinity);
    await bench.pass(4_000);
    expect(bench.cuts).toBe(0);
    await bench.stop();
  });
});
