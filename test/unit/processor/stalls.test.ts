/** The processor over a Kafka that does not answer, or falls silent: it says so, and gets going again where that is up to it. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { topicNames } from '../../../services/core/contracts.ts';
import { DEFAULT_RULES } from '../../../services/core/trace/assembly.ts';
import { memoryRecordStore } from '../../../services/core/trace/record_store.ts';
import { KafkaUnavailableError, type Input, type Kafka } from '../../../services/platform/kafka/port.ts';
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../../services/platform/kafka/topics.ts';
import { createRegistry, type MetricRegistry } from '../../../services/platform/metrics.ts';
import { METRICS } from '../../../services/processor/metrics.ts';
import { Processor } from '../../../services/processor/processor.ts';
import { FakeKafka } from '../../support/fake_kafka.ts';
import { ManualTime } from '../../support/manual_time.ts';
import { tracesData } from '../../support/otlp_bytes.ts';
import { quietLog } from '../../support/quiet_log.ts';

const topics = topicNames('spanmill');
const STALL_MS = 60_000;
const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** What goes wrong, the next so many times. */
class Faults {
  claimsUnanswered = 0;
  claimsRefused = 0;
  commitsUnanswered = 0;
  appendsUnanswered = 0;
  deafInputs = 0;
}

class Bench {
  readonly time = new ManualTime();
  readonly fake = new FakeKafka(this.time, 3);
  readonly faults = new Faults();
  readonly failures: unknown[] = [];
  inputs: Input[] = [];
  claims = 0;
  private readonly registry: MetricRegistry = createRegistry('test');
  private processor: Processor | null = null;

  async start(stallMs = STALL_MS): Promise<void> {
    const admin = await this.fake.admin();
    await admin.ensureTopics(topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, partitions: 1 }));
    const { time, failures } = this;
    const processor = (this.processor = new Processor({
      settings: {
        topics,
        group: 'processor',
        start: 'committed',
        rules: { ...DEFAULT_RULES, forgetMs: 6_000, settleMs: 2_000, settleCompleteMs: 500, markMs: 2_000 },
        maxRunAgeMs: 600_000,
        commitIntervalMs: 500,
        commitBytes: 1_000_000,
        tracesRate: 1,
        stallMs,
      },
      kafka: this.kafka(),
      store: memoryRecordStore,
      clock: time,
      timers: time,
      log: quietLog,
      metrics: this.registry.create(METRICS),
      fail: (error) => failures.push(error),
    }));
    await processor.start();
    await this.pass(1_000);
  }

  async send(number: number): Promise<void> {
    const hex = (digits: number): string => number.toString(16).padStart(digits, '0');
    const span = { traceId: hex(32), spanId: hex(16), startMs: this.time.now() };
    const records = [{ value: tracesData([{ service: 'shop', spans: [span] }]) }];
    const producer = await this.fake.producer();
    await producer.append({ topic: topics.spans, partition: 0, records });
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) {
      this.time.advance(500);
      for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  get published(): number {
    return this.fake.records(topics.traces, 0).length;
  }

  async stalls(): Promise<Record<string, number>> {
    const lines = (await this.registry.expose()).split('\n');
    const found = lines.map((line) =>
      /^spanmill_processor_stalls_total\{.*cause="(\w+)".*\} (\d+)/.exec(line),
    );
    return Object.fromEntries(found.flatMap((match) => (match ? [[match[1] ?? '', Number(match[2])]] : [])));
  }

  async stop(): Promise<void> {
    const stopped = this.processor?.stop();
    await this.pass(20_000);
    await stopped;
    expect(this.failures).toEqual([]);
  }

  private kafka(): Kafka {
    const { fake, faults } = this;
    return {
      admin: () => fake.admin(),
      producer: async () => {
        const producer = await fake.producer();
        return {
          append: (batch) => (faults.appendsUnanswered-- > 0 ? never() : producer.append(batch)),
          stop: () => producer.stop(),
        };
      },
      claim: async (options) => {
        this.claims++;
        if (faults.claimsUnanswered-- > 0) return never();
        if (faults.claimsRefused-- > 0) throw new KafkaUnavailableError('away');
        const ownership = await fake.claim(options);
        return {
          ...ownership,
          commit: (outputs, offsets) =>
            faults.commitsUnanswered-- > 0 ? never() : ownership.commit(outputs, offsets),
        };
      },
      input: async (options, listener) => {
        const input = await fake.input(options, listener);
        const isDeaf = faults.deafInputs-- > 0;
        this.inputs.push(input);
        return {
          startAt: (partition, offset) => (isDeaf ? undefined : input.startAt(partition, offset)),
          pause: (partition) => input.pause(partition),
          resume: (partition) => input.resume(partition),
          stop: () => input.stop(),
        };
      },
    };
  }
}

describe('a processor whose partition stands still', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });

  const faults: [string, (bench: Bench) => void, string][] = [
    ['a commit', ({ faults: one }) => void (one.commitsUnanswered = 1), 'commit'],
    ['the writing of a tick', ({ faults: one }) => void (one.appendsUnanswered = 1), 'append'],
    ['the next records', (one) => one.inputs[0]?.pause(0), 'fetch'],
  ];

  test.each(faults)('for want of the end of %s claims it anew', async (_, fault, cause) => {
    await bench.start();
    await bench.send(1);
    await bench.pass(12_000);
    expect(bench.published).toBe(1);
    fault(bench);
    await bench.send(2);
    await bench.pass(STALL_MS - 10_000);
    expect([bench.published, await bench.stalls()]).toEqual([1, {}]);
    await bench.pass(STALL_MS);
    expect([bench.published, await bench.stalls(), bench.claims]).toEqual([2, { [cause]: 1 }, 2]);
    await bench.stop();
  });

  test.each(faults)('for want of the end of %s would stand for ever without the watch', async (_, fault) => {
    await bench.start(Infinity);
    await bench.send(1);
    await bench.pass(12_000);
    fault(bench);
    await bench.send(2);
    await bench.pass(10 * STALL_MS);
    expect([bench.published, bench.claims]).toEqual([1, 1]);
    await bench.stop();
  });

  test('for want of the end of a claim claims it anew', async () => {
    bench.faults.claimsUnanswered = 1;
    await bench.start();
    await bench.send(1);
    await bench.pass(STALL_MS + 20_000);
    expect([bench.published, await bench.stalls(), bench.claims]).toEqual([1, { claim: 1 }, 2]);
    await bench.stop();
  });

  test('since claims fail says so once, and does nothing but to claim on', async () => {
    bench.faults.claimsRefused = 400;
    await bench.start();
    await bench.send(1);
    await bench.pass(190_000);
    expect([bench.published, await bench.stalls()]).toEqual([0, { claim: 1 }]);
    await bench.pass(20_000);
    expect([bench.published, bench.claims, bench.inputs.length]).toEqual([1, 401, 1]);
    await bench.stop();
  });

  test('and hears nothing after a claim either joins the group anew', async () => {
    bench.faults.deafInputs = 1;
    await bench.start();
    await bench.send(1);
    await bench.pass(STALL_MS + 40_000);
    expect([bench.published, await bench.stalls(), bench.inputs.length]).toEqual([1, { fetch: 1 }, 2]);
    await bench.stop();
  });

  test('is left alone where there is nothing to read', async () => {
    await bench.start();
    await bench.send(1);
    await bench.pass(900_000);
    expect([await bench.stalls(), bench.claims, bench.inputs.length]).toEqual([{}, 1, 1]);
    await bench.stop();
  });
});
