/** The processor over a Kafka in memory: what readers of its topics see, whatever fails under it. */
import { randomFillSync } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CUT_HEADER, ENCODING_HEADER, SCHEMA_HEADER, topicNames } from '../../../services/core/contracts.ts';
import { DEFAULT_RULES } from '../../../services/core/trace/assembly.ts';
import { memoryRecordStore } from '../../../services/core/trace/record_store.ts';
import { TraceBatchReader } from '../../../services/core/trace/trace_batch_reader.ts';
import {
  decodeServiceEdgeDeltas,
  decodeSpanMetricDeltas,
  deltasOf,
} from '../../../services/platform/avro/codec.ts';
import { createRegistry } from '../../../services/platform/metrics.ts';
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../../services/platform/kafka/topics.ts';
import type { OutgoingRecord } from '../../../services/platform/kafka/port.ts';
import { METRICS } from '../../../services/processor/metrics.ts';
import type { WorkerSettings } from '../../../services/processor/worker_context.ts';
import { Processor } from '../../../services/processor/processor.ts';
import { encodePosition } from '../../../services/processor/position.ts';
import { FakeKafka } from '../../support/fake_kafka.ts';
import { ManualTime } from '../../support/manual_time.ts';
import { tracesData, type TestSpan } from '../../support/otlp_bytes.ts';
import { quietLog } from '../../support/quiet_log.ts';

const topics = topicNames('spanmill');
const GROUP = 'processor';
const SETTINGS = {
  topics,
  group: GROUP,
  start: 'committed',
  rules: { ...DEFAULT_RULES, forgetMs: 6_000, settleMs: 2_000, settleCompleteMs: 500, markMs: 2_000 },
  maxRunAgeMs: 60_000,
  commitIntervalMs: 500,
  commitBytes: 1_000_000,
  tracesRate: 1,
  stallMs: 60_000,
} as const;

/** A pipeline's middle on one partition or more, driven step by step. */
class Bench {
  readonly time = new ManualTime();
  readonly kafka = new FakeKafka(this.time, 3);
  readonly failures: unknown[] = [];
  claims = 0;
  /** Claims are answered when it resolves. */
  claimsAnswered: Promise<unknown> = Promise.resolve();
  private readonly processors = new Set<Processor>();
  private readonly held = new Map<number, Promise<unknown>>();
  /** Somebody waits for a commit that is held. */
  private isHolding = false;

  constructor() {
    const claim = this.kafka.claim.bind(this.kafka);
    this.kafka.claim = async (options) => {
      this.claims++;
      const ownership = await claim(options);
      await this.claimsAnswered;
      return {
        ...ownership,
        commit: async (outputs, offsets) => {
          const hold = this.held.get(options.partition);
          this.held.delete(options.partition);
          await hold;
          await ownership.commit(outputs, offsets);
        },
      };
    };
  }

  async prepare(partitions = 1): Promise<void> {
    const admin = await this.kafka.admin();
    await admin.ensureTopics(topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, partitions }));
  }

  async startProcessor(
    settings: Partial<Pick<WorkerSettings, 'start' | 'topics' | 'tracesRate'>> = {},
  ): Promise<Processor> {
    const processor = new Processor({
      settings: { ...SETTINGS, ...settings },
      kafka: this.kafka,
      store: memoryRecordStore,
      clock: this.time,
      timers: this.time,
      log: quietLog,
      metrics: createRegistry('test').create(METRICS),
      fail: (error) => this.failures.push(error),
    });
    this.processors.add(processor);
    await processor.start();
    return processor;
  }

  async stopProcessor(processor: Processor): Promise<void> {
    this.processors.delete(processor);
    await processor.stop();
  }

  /** The partition's next commit waits until the function that this gives back is called. */
  holdNextCommit(partition: number): () => void {
    const hold = Promise.withResolvers<unknown>();
    this.held.set(partition, hold.promise);
    this.isHolding = true;
    return () => {
      this.isHolding = false;
      hold.resolve(null);
    };
  }

  async send(spans: readonly TestSpan[], partition = 0): Promise<void> {
    await this.append({ value: tracesData([{ service: 'shop', spans }]) }, partition);
  }

  async append(record: OutgoingRecord, partition = 0): Promise<void> {
    const producer = await this.kafka.producer();
    await producer.append({ topic: topics.spans, partition, records: [record] });
  }

  /** Lets time pass in small steps, with everything that follows done before the next. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      this.time.advance(100);
      await this.settle();
    }
  }

  private async settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) {
      if (!this.isHolding) await this.kafka.quiet();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Span ids of all published fragments, as readers of committed records see them. */
  publishedSpans(partition = 0): string[] {
    return this.fragments(partition)
      .flatMap(({ spans }) => spans)
      .sort();
  }

  fragments(partition = 0): { fragment: number; reason: string; spans: string[] }[] {
    return this.kafka.records(topics.traces, partition).flatMap(({ value, headers }) => {
      const reader = new TraceBatchReader();
      const bytes = ENCODING_HEADER in headers ? zstdDecompressSync(value) : value;
      reader.read(bytes);
      return reader.traces.map(({ fragment, reason, firstSpan, endSpan }) => ({
        fragment,
        reason,
        // The span id stands behind the trace id in what otlp_bytes.ts writes: tag, length, 16 bytes, tag, length.
        spans: reader.spanStart
          .slice(firstSpan, endSpan)
          .map((start) => bytes.subarray(start + 20, start + 28).toString('hex')),
      }));
    });
  }

  spansCounted(partition = 0): number {
    return this.kafka.records(topics.metrics, partition).reduce((sum, { value, headers }) => {
      const schema = headers[SCHEMA_HEADER]?.toString() ?? '';
      if (deltasOf(schema) !== 'spans') return sum;
      return decodeSpanMetricDeltas(value, schema).reduce((total, delta) => total + delta.spans, sum);
    }, 0);
  }

  callsCounted(partition = 0): number {
    return this.kafka.records(topics.metrics, partition).reduce((sum, { value, headers }) => {
      const schema = headers[SCHEMA_HEADER]?.toString() ?? '';
      if (deltasOf(schema) !== 'edges') return sum;
      return decodeServiceEdgeDeltas(value, schema).reduce((total, delta) => total + delta.calls, sum);
    }, 0);
  }

  async stop(): Promise<void> {
    for (const processor of this.processors) await this.stopProcessor(processor);
  }
}

const id = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');
const span = (trace: number, number: number, parent?: number): TestSpan => ({
  traceId: id(trace, 32),
  spanId: id(number, 16),
  startMs: 1_700_000_000_000,
  ...(parent !== undefined && { parentId: id(parent, 16) }),
});
const MIB = 1024 * 1024;
/** A record of one span whose name are so many random bytes. */
function incompressible(one: TestSpan, bytes: number): OutgoingRecord {
  const value = tracesData([{ service: 'shop', spans: [{ ...one, name: 'x'.repeat(bytes) }] }]);
  randomFillSync(value, value.indexOf('xxxx'), Math.floor(bytes));
  return { value };
}
/** Longer than anything that is owed takes: settling, forgetting, the mark behind it, the commit behind that. */
const LONG = 14_000;

describe('the processor', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = new Bench();
    await bench.prepare();
  });

  test('publishes a whole trace in one fragment, and counts it, with nothing else in the log', async () => {
    await bench.startProcessor();
    await bench.send([span(1, 12, 11)]);
    await bench.send([span(1, 11)]);
    await bench.pass(LONG);
    expect(bench.fragments()).toEqual([{ fragment: 0, reason: 'settled', spans: [id(12, 16), id(11, 16)] }]);
    expect(bench.spansCounted()).toBe(2);
    await bench.stop();
  });

  test('compresses what it publishes, unless it is small', async () => {
    await bench.startProcessor();
    await bench.send([span(1, 11)]);
    await bench.pass(LONG);
    await bench.append(incompressible(span(2, 21), 2_000));
    await bench.pass(LONG);
    const records = bench.kafka.records(topics.traces, 0);
    expect(records.map(({ headers }) => headers[ENCODING_HEADER]?.toString())).toEqual([undefined, 'zstd']);
    expect(bench.publishedSpans()).toEqual([id(11, 16), id(21, 16)]);
    await bench.stop();
  });

  test('stops writing ticks once nothing is owed', async () => {
    await bench.startProcessor();
    await bench.send([span(1, 11)]);
    await bench.pass(LONG);
    const records = bench.kafka.records(topics.spans, 0).length;
    expect(records).toBeGreaterThan(5);
    await bench.pass(LONG);
    expect(bench.kafka.records(topics.spans, 0)).toHaveLength(records);
    await bench.stop();
  });

  test('commits the next offset to read under the progress group, for tools that show lag', async () => {
    await bench.startProcessor();
    await bench.send([span(1, 11)]);
    await bench.pass(1_500);
    const admin = await bench.kafka.admin();
    const progress = await admin.committed(`${GROUP}.progress`, topics.spans, 0);
    const low = await admin.committed(GROUP, topics.spans, 0);
    expect(progress?.offset).toBeGreaterThan(0);
    expect(low?.offset).toBe(0);
    await bench.stop();
  });

  test('tells the progress group each five seconds, and the end of a log that has fallen silent', async () => {
    await bench.startProcessor();
    const admin = await bench.kafka.admin();
    const told = new Set<number>();
    for (let tenths = 0; tenths < 100; tenths++) {
      await bench.send([span(tenths + 1, tenths + 1)]);
      await bench.pass(100);
      told.add((await admin.committed(`${GROUP}.progress`, topics.spans, 0))?.offset ?? 0);
    }
    const commits = bench.kafka.records(topics.traces, 0).length;
    expect(commits).toBeGreaterThan(10);
    expect(told.size).toBeLessThan(5);
    await bench.pass(LONG);
    const end = bench.kafka.records(topics.spans, 0).length;
    expect((await admin.committed(`${GROUP}.progress`, topics.spans, 0))?.offset).toBe(end);
    await bench.stop();
  });

  test.each(['before', 'during', 'after'] as const)(
    'publishes everything once when a commit fails %s it takes place',
    async (when) => {
      await bench.startProcessor();
      await bench.send([span(1, 11), span(2, 21)]);
      await bench.pass(400);
      bench.kafka.failNextCommit(when);
      await bench.send([span(2, 22, 21)]);
      await bench.pass(LONG);
      expect(bench.publishedSpans()).toEqual([id(11, 16), id(21, 16), id(22, 16)]);
      expect(bench.spansCounted()).toBe(3);
      await bench.stop();
    },
  );

  test('publishes and counts every span once, whatever fails and whoever takes over', async () => {
    const event = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ type: fc.constant('send' as const), trace: fc.integer({ min: 1, max: 6 }) }),
      },
      {
        weight: 6,
        arbitrary: fc.record({
          type: fc.constant('pass' as const),
          ms: fc.constantFrom(100, 400, 1_000, 3_000),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          type: fc.constant('failCommit' as const),
          when: fc.constantFrom('before', 'during', 'after'),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          type: fc.constant('failAppend' as const),
          when: fc.constantFrom('before', 'after'),
        }),
      },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('second' as const) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 40 }), async (events) => {
        const one = new Bench();
        await one.prepare();
        let processor = await one.startProcessor();
        let next = 1;
        for (const happens of events) {
          if (happens.type === 'send') {
            const spans = [span(happens.trace, next++), span(happens.trace, next++)];
            // A failed append is tried again, as clients do; what had arrived after all counts once.
            await one.send(spans).catch(() => one.send(spans));
          }
          if (happens.type === 'pass') await one.pass(happens.ms);
          if (happens.type === 'failCommit') one.kafka.failNextCommit(happens.when);
          if (happens.type === 'failAppend') one.kafka.failNextAppend(happens.when);
          if (happens.type === 'restart') {
            await one.stopProcessor(processor);
            processor = await one.startProcessor();
          }
          if (happens.type === 'second') processor = await one.startProcessor();
        }
        one.kafka.clearFaults();
        await one.pass(2 * LONG);
        expect(one.publishedSpans()).toEqual(Array.from({ length: next - 1 }, (_, i) => id(i + 1, 16)));
        expect(one.spansCounted()).toBe(next - 1);
        expect(one.failures).toEqual([]);
        await one.stop();
      }),
      { numRuns: 300 },
    );
  }, 120_000);

  test('counts the calls of a run when it ends', async () => {
    await bench.startProcessor();
    const spans = [
      { ...span(1, 11), kind: 3, attributes: { 'db.system.name': 'postgresql', 'db.namespace': 'orders' } },
    ];
    await bench.send(spans);
    await bench.pass(4_000);
    expect(bench.callsCounted()).toBe(0);
    await bench.pass(LONG);
    expect(bench.callsCounted()).toBe(1);
    await bench.stop();
  });

  test('dead-letters what it cannot read, once, with the reason, and goes on', async () => {
    await bench.startProcessor();
    await bench.append({ value: Buffer.from('no protobuf at all') });
    await bench.send([{ ...span(1, 11), traceId: '00'.repeat(16) }, span(1, 12)]);
    bench.kafka.failNextCommit('after');
    await bench.pass(LONG);
    const letters = bench.kafka.records(topics.deadLetters, 0);
    expect(letters.map(({ headers }) => headers['reason']?.toString())).toEqual([
      'malformed_record',
      'invalid_trace_id',
    ]);
    expect(letters[0]?.value.toString()).toBe('no protobuf at all');
    expect(letters[1]?.headers['source.offset']?.toString()).toBe('1');
    expect(bench.publishedSpans()).toEqual([id(12, 16)]);
    await bench.stop();
  });

  test('dead-letters a batch that could not be read, once, also when its log is read again', async () => {
    const processor = await bench.startProcessor();
    await bench.send([span(1, 11)]);
    bench.kafka.appendUnreadable(topics.spans, 0, 'a batch that cannot be read: too large');
    await bench.send([span(2, 21)]);
    await bench.pass(LONG);
    await bench.stopProcessor(processor);
    await bench.startProcessor();
    await bench.pass(LONG);
    const letters = bench.kafka.records(topics.deadLetters, 0);
    expect(letters).toHaveLength(1);
    const text = Object.entries(letters[0]?.headers ?? {}).map(([name, value]) => [name, value.toString()]);
    expect(Object.fromEntries(text)).toEqual({
      ...{ reason: 'unreadable_batch', error: 'a batch that cannot be read: too large', tenant: 'default' },
      ...{ 'source.topic': topics.spans, 'source.partition': '0', 'source.offset': '1' },
    });
    expect(letters[0]?.value.toString()).toBe('batch');
    expect(bench.publishedSpans()).toEqual([id(11, 16), id(21, 16)]);
    await bench.stop();
  });

  // One that the topic refuses is refused for ever, and the partition stands still.
  test('makes a dead letter that its topic takes of whatever a record may be', async () => {
    await bench.startProcessor();
    await bench.append({ value: Buffer.alloc(19 * MIB, 0xff), headers: { tenant: 'x'.repeat(1.5 * MIB) } });
    await bench.pass(LONG);
    const [letter] = bench.kafka.records(topics.deadLetters, 0);
    expect(letter?.value).toHaveLength(16 * MIB);
    expect(letter?.headers['truncated']?.toString()).toBe(String(19 * MIB));
    expect(letter?.headers['tenant']).toBeUndefined();
    await bench.stop();
  });

  // A letter for each span, with the resource in each, may be more than memory holds.
  test('dead-letters all spans under a resource that is none as one', async () => {
    const value = tracesData([{ service: 'shop', spans: [span(1, 11), span(1, 12), span(2, 21)] }]);
    const name = value.indexOf('service.name');
    value.fill(0xff, name - 4, name);
    await bench.startProcessor();
    await bench.append({ value });
    await bench.pass(LONG);
    const letters = bench.kafka.records(topics.deadLetters, 0);
    expect(letters.map(({ headers }) => headers['reason']?.toString())).toEqual(['malformed_resource']);
    expect(letters[0]?.value).toEqual(value);
    await bench.stop();
  });

  test('publishes the largest span that there may be whatever else is to be published with it', async () => {
    await bench.startProcessor();
    await bench.append(incompressible(span(1, 11), 3.9 * MIB));
    await bench.append(incompressible(span(2, 21), 3.9 * MIB));
    await bench.append(incompressible(span(2, 22, 21), 15.9 * MIB));
    await bench.pass(LONG);
    expect(bench.publishedSpans()).toEqual([id(11, 16), id(21, 16), id(22, 16)]);
    await bench.stop();
  }, 60_000);

  test('publishes small batches as they are, between large ones of the same commit', async () => {
    await bench.startProcessor();
    const large = { name: 'x'.repeat(4.5 * MIB) };
    await bench.send([span(1, 11), { ...span(2, 21), ...large }, span(3, 31), { ...span(4, 41), ...large }]);
    await bench.pass(LONG);
    expect(bench.publishedSpans()).toEqual([id(11, 16), id(21, 16), id(31, 16), id(41, 16)]);
    await bench.stop();
  });

  test('ends a trace that never falls silent by a control record', async () => {
    await bench.startProcessor();
    for (let number = 1; number <= 70; number++) {
      await bench.send([span(1, number, 999)]);
      await bench.pass(1_000);
    }
    await bench.pass(LONG);
    const cuts = bench.kafka
      .records(topics.spans, 0)
      .filter(({ headers }) => headers[CUT_HEADER] !== undefined);
    expect(cuts.map(({ headers }) => headers[CUT_HEADER]?.toString('hex'))).toEqual([id(1, 32)]);
    expect(bench.fragments().map(({ reason }) => reason)).toContain('cut');
    expect(bench.publishedSpans()).toHaveLength(70);
    await bench.stop();
  });

  test('reads on when a partition comes back while the commit of its earlier life is under way', async () => {
    const two = new Bench();
    await two.prepare(2);
    await two.startProcessor();
    await two.send([span(1, 11)], 1);
    await two.pass(300);
    const letGo = two.holdNextCommit(1);
    await two.pass(3_000);
    // Away and back again.
    await two.stopProcessor(await two.startProcessor());
    await two.pass(1_000);
    letGo();
    await two.pass(1_000);
    await two.send([span(2, 21)], 1);
    await two.pass(LONG);
    expect(two.publishedSpans()).toEqual([id(11, 16), id(21, 16)]);
    await two.stop();
  });

  test('shares a Kafka with the processor of another pipeline, though their groups have one name', async () => {
    const other = topicNames('other');
    await (await bench.kafka.admin()).ensureTopics(topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, prefix: 'other' }));
    await bench.startProcessor();
    await bench.pass(1_000);
    await bench.startProcessor({ topics: other });
    await bench.send([span(1, 11)]);
    await bench.pass(LONG);
    expect(bench.publishedSpans()).toEqual([id(11, 16)]);
    expect(bench.claims).toBe(1 + DEFAULT_TOPIC_OPTIONS.partitions);
    await bench.stop();
  });

  test('refuses to guess where to begin when traces were published and no offset is committed', async () => {
    const producer = await bench.kafka.producer();
    await producer.append({
      topic: topics.traces,
      partition: 0,
      records: [{ value: Buffer.from('a trace') }],
    });
    await bench.startProcessor();
    await bench.pass(1_000);
    expect(String(bench.failures[0])).toMatch('SPANMILL_PROCESSOR_START=latest');
    await bench.stop();
  });

  test('refuses to guess for one partition whose offset is gone, while others have theirs', async () => {
    const two = new Bench();
    await two.prepare(2);
    await two.startProcessor();
    for (const partition of [0, 1]) await two.send([span(1 + partition, 11 + partition)], partition);
    await two.pass(LONG);
    await two.stop();
    two.kafka.forgetOffset(GROUP, topics.spans, 1);
    await two.startProcessor();
    await two.pass(1_000);
    expect(String(two.failures[0])).toMatch('partition 1: nothing is committed, yet traces were published');
    await two.stop();
  });

  test('begins on a partition that is new, though its traces share a partition with others', async () => {
    const two = new Bench();
    await two.prepare(2);
    const other = { topic: topics.traces, partition: 0, records: [{ value: zstdCompressSync('') }] };
    const low = { offset: 0, clock: { streamMs: 0, appendMs: 0 } };
    const owner = await two.kafka.claim({
      ...{ topic: topics.spans, partition: 0, group: GROUP, transactionalId: 'x' },
    });
    await owner.commit([other], [{ group: GROUP, ...encodePosition({ low, publishFrom: 0 }) }]);
    await two.send([span(1, 11)], 1);
    await two.startProcessor();
    await two.pass(LONG);
    expect(two.failures).toEqual([]);
    expect(two.publishedSpans()).toEqual([id(11, 16)]);
    await two.stop();
  });

  test('publishes to the partitions that there are, each to one of them', async () => {
    const five = new Bench();
    await five.prepare(5);
    await five.startProcessor();
    for (let partition = 0; partition < 5; partition++) {
      await five.send([span(1 + partition, 11 + partition)], partition);
    }
    await five.pass(LONG);
    expect(five.publishedSpans(0)).toEqual([id(11, 16), id(13, 16), id(15, 16)]);
    expect(five.publishedSpans(1)).toEqual([id(12, 16), id(14, 16)]);
    expect(five.spansCounted()).toBe(5);
    await five.stop();
  });

  test('publishes to fewer of the partitions of the traces once it is known how little there is', async () => {
    const eight = new Bench();
    await eight.prepare(8);
    await eight.startProcessor({ tracesRate: 10 });
    const publish = async (trace: number) => {
      await eight.send([span(trace, 11)], 5);
      await eight.pass(2_000);
    };
    for (let trace = 1; trace <= 20; trace++) await publish(trace);
    const published = [0, 1].map((partition) => eight.publishedSpans(partition).length);
    expect(published[0]).toBeGreaterThan(2);
    expect(published[1]).toBeGreaterThan(14);
    await publish(21);
    expect(eight.publishedSpans(0)).toHaveLength((published[0] ?? 0) + 1);
    expect(eight.publishedSpans(1)).toHaveLength(published[1] ?? 0);
    await eight.stop();
  });

  test('starts when it slept amid its first claim, and another owner published meanwhile', async () => {
    const awake = Promise.withResolvers<undefined>();
    bench.claimsAnswered = awake.promise;
    await bench.startProcessor();
    await bench.pass(100);
    bench.claimsAnswered = Promise.resolve();
    const transactionalId = `${GROUP}-${topics.spans}-0`;
    const other = await bench.kafka.claim({
      topic: topics.spans,
      partition: 0,
      group: GROUP,
      transactionalId,
    });
    const low = { offset: 0, clock: { streamMs: 0, appendMs: 0 } };
    const published = { topic: topics.traces, partition: 0, records: [{ value: zstdCompressSync('') }] };
    await other.commit([published], [{ group: GROUP, ...encodePosition({ low, publishFrom: 0 }) }]);
    awake.resolve(undefined);
    await bench.send([span(1, 11)]);
    await bench.pass(LONG);
    expect(bench.failures).toEqual([]);
    expect(bench.publishedSpans()).toEqual([id(11, 16)]);
    await bench.stop();
  });

  test('swallows nothing that is written where the brokers have lost what was published', async () => {
    const ownership = await bench.kafka.claim({
      topic: topics.spans,
      partition: 0,
      group: GROUP,
      transactionalId: 'x',
    });
    const low = { offset: 0, clock: { streamMs: 0, appendMs: bench.time.now() } };
    await ownership.commit([], [{ group: GROUP, ...encodePosition({ low, publishFrom: 10 }) }]);
    const processor = await bench.startProcessor();
    await bench.send([span(1, 11)]);
    await bench.pass(LONG);
    expect(processor.notReady()).not.toBeNull();
    expect(await (await bench.kafka.admin()).committed(GROUP, topics.spans, 0)).toEqual(
      encodePosition({ low, publishFrom: 10 }),
    );
    expect(bench.kafka.records(topics.spans, 0)).toHaveLength(1);
    await bench.stop();
  });

  test('begins behind what is there when told so', async () => {
    await bench.send([span(1, 11)]);
    const producer = await bench.kafka.producer();
    await producer.append({
      topic: topics.traces,
      partition: 0,
      records: [{ value: Buffer.from('a trace') }],
    });
    await bench.startProcessor({ start: 'latest' });
    await bench.pass(1_000);
    expect(bench.failures).toEqual([]);
    const admin = await bench.kafka.admin();
    expect((await admin.committed(GROUP, topics.spans, 0))?.offset).toBe(1);
    await bench.stop();
  });

  test('goes on at the oldest record when retention has passed the committed offset', async () => {
    for (let number = 1; number <= 4; number++) await bench.send([span(number, number)]);
    const ownership = await bench.kafka.claim({
      topic: topics.spans,
      partition: 0,
      group: GROUP,
      transactionalId: 'x',
    });
    const low = { offset: 1, clock: { streamMs: 0, appendMs: bench.time.now() } };
    await ownership.commit([], [{ group: GROUP, ...encodePosition({ low, publishFrom: 2 }) }]);
    bench.kafka.deleteRecords(topics.spans, 0, 3);
    await bench.startProcessor();
    await bench.pass(LONG);
    expect(bench.publishedSpans()).toEqual([id(4, 16)]);
    await bench.stop();
  });
});
