/** The Kafka receiver over Kafkas in memory: what arrives in our topics, whatever comes and whatever fails. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEAD_LETTER_HEADERS, TENANT_HEADER } from '../../../services/core/contracts.ts';
import type { IncomingRecord, OutgoingRecord } from '../../../services/platform/kafka/port.ts';
import { PARTLY_VALID, requestOf, spanNames, testSpan } from '../../support/export_requests.ts';
import {
  GROUP,
  ReceiverBench,
  SOURCE,
  SOURCE_PARTITIONS,
  type RunningReceiver,
} from '../../support/receiver_bench.ts';

const LONG = 3_000;
const MIB = 1024 * 1024;
const recordOf = (...spans: string[]): OutgoingRecord => ({
  value: requestOf(...spans.map((name, at) => testSpan(1 + (hash(name) % 200), at, name))),
});
const NOT_OTLP: OutgoingRecord = { value: Buffer.from('what is this?') };

function hash(text: string): number {
  let value = 0;
  for (const letter of text) value = (31 * value + letter.charCodeAt(0)) % 65_521;
  return value;
}

const reasonsOf = (letters: readonly IncomingRecord[]): string[] =>
  letters.map(({ headers }) => headers[DEAD_LETTER_HEADERS.reason]?.toString() ?? '').sort();

describe.each(['same Kafka', 'another Kafka'] as const)('the receiver of a topic in %s', (where) => {
  let bench: ReceiverBench;
  beforeEach(() => {
    bench = new ReceiverBench(where);
  });

  test('stores what is there and what comes, of all partitions, and commits behind it', async () => {
    await bench.prepare();
    await bench.send(recordOf('a', 'b'), 0);
    await bench.start();
    await bench.send(recordOf('c'), 1);
    await bench.send(recordOf('d'), 2);
    await bench.pass(LONG);
    expect(bench.stored()).toEqual(['a', 'b', 'c', 'd']);
    const admin = await bench.source.admin();
    for (let partition = 0; partition < SOURCE_PARTITIONS; partition++) {
      expect((await admin.committed(GROUP, SOURCE, partition))?.offset).toBe(1);
    }
    await bench.stopAll();
    expect(bench.bugs).toEqual([]);
  });

  test('goes on where another left off, and begins at the end where that is asked for', async () => {
    await bench.prepare();
    await bench.send(recordOf('old'));
    await bench.start({ start: 'latest' });
    await bench.send(recordOf('new'));
    await bench.pass(LONG);
    await bench.stopAll();
    await bench.send(recordOf('newer'));
    await bench.start({ start: 'latest' });
    await bench.pass(LONG);
    expect(bench.stored()).toEqual(['new', 'newer']);
    await bench.stopAll();
  });

  test('spans are of the tenant that the settings name', async () => {
    await bench.prepare();
    await bench.start({ tenant: 'bank' });
    await bench.send(recordOf('transfer'));
    await bench.pass(LONG);
    expect(bench.stored()).toEqual(['transfer']);
    expect(bench.storedRecords().map(({ headers }) => String(headers[TENANT_HEADER]))).toEqual(['bank']);
    await bench.stopAll();
  });

  test('what cannot be read goes to dead letters with its reason and place, and the partition goes on', async () => {
    await bench.prepare();
    await bench.start();
    await bench.send(recordOf('before'));
    await bench.send(NOT_OTLP);
    bench.source.appendUnreadable(SOURCE, 0, 'made to be so');
    await bench.send({ value: Buffer.alloc(0) });
    await bench.send(recordOf('behind'));
    await bench.pass(LONG);
    expect(bench.stored()).toEqual(['before', 'behind']);
    const letters = bench.letters();
    expect(reasonsOf(letters)).toEqual(['malformed_record', 'unreadable_batch']);
    const malformed = letters.find(({ value }) => value.equals(NOT_OTLP.value));
    expect(malformed?.headers[DEAD_LETTER_HEADERS.topic]?.toString()).toBe(SOURCE);
    expect(malformed?.headers[DEAD_LETTER_HEADERS.offset]?.toString()).toBe('1');
    await bench.stopAll();
  });

  test('of a record with spans of invalid ids the others are stored, and those are dead letters', async () => {
    await bench.prepare();
    await bench.start();
    await bench.send({ value: PARTLY_VALID });
    await bench.pass(LONG);
    expect(bench.stored()).toEqual(['span 1']);
    const letters = bench.letters();
    expect(reasonsOf(letters)).toEqual(['invalid_span_id', 'invalid_trace_id']);
    expect(letters.flatMap(({ value }) => spanNames(value)).sort()).toEqual(['span 2', 'span 3', 'span 4']);
    await bench.stopAll();
  });

  test('a record larger than ours may be is split by spans; one span that is too large is a dead letter', async () => {
    await bench.prepare();
    await bench.start({ maxHeldBytes: 100 * MIB });
    const large = (name: string, bytes: number) => ({
      ...testSpan(7, hash(name), name),
      traceState: 'x'.repeat(bytes),
    });
    await bench.send({
      value: requestOf(large('one', 6 * MIB), large('two', 6 * MIB), large('three', 6 * MIB)),
    });
    await bench.send({ value: requestOf(large('four', 17 * MIB), large('five', 10)) });
    await bench.pass(LONG);
    expect(bench.stored()).toEqual(['five', 'one', 'three', 'two']);
    expect(Math.max(...bench.storedValues().map(({ length }) => length))).toBeLessThan(16 * MIB);
    expect(reasonsOf(bench.letters())).toEqual(['too_large']);
    await bench.stopAll();
  });

  test('what our topic is too small for is a dead letter; the records around it are stored', async () => {
    await bench.prepare(10_000);
    await bench.start();
    await bench.send(recordOf('before'));
    await bench.send(recordOf(`large ${'x'.repeat(20_000)}`));
    await bench.send(recordOf('behind'));
    await bench.pass(3 * LONG);
    expect(new Set(bench.stored())).toEqual(new Set(['before', 'behind']));
    expect(reasonsOf(bench.letters())).toEqual(['too_large']);
    await bench.stopAll();
  });

  test('holds no more than its limit and a delivery a partition while nothing is taken', async () => {
    await bench.prepare();
    const release = Promise.withResolvers<undefined>();
    hold(bench, release.promise);
    await bench.start({ maxHeldBytes: 2_000 });
    const names = Array.from({ length: 90 }, (_, at) => `span ${at} ${'y'.repeat(1_000)}`);
    for (const [at, name] of names.entries()) await bench.send(recordOf(name), at % SOURCE_PARTITIONS);
    await bench.pass(LONG);
    // A delivery has three records here, and is counted as it came and as what it becomes.
    expect(await heldBytes(bench)).toBeGreaterThan(2_000);
    expect(await heldBytes(bench)).toBeLessThan(2_000 + SOURCE_PARTITIONS * 2 * 3 * 1_200);
    release.resolve(undefined);
    await bench.pass(3 * LONG);
    expect(bench.stored()).toEqual(names.sort());
    expect(await heldBytes(bench)).toBe(0);
    await bench.stopAll();
  });
});

/** No commit and no append ends before `until`. */
function hold(bench: ReceiverBench, until: Promise<unknown>): void {
  const { kafka } = bench;
  const [claim, producer] = [kafka.claim.bind(kafka), kafka.producer.bind(kafka)];
  kafka.claim = async (options) => {
    const ownership = await claim(options);
    const commit: typeof ownership.commit = async (outputs, offsets) => {
      if (outputs.length > 0) await until;
      await ownership.commit(outputs, offsets);
    };
    return { ...ownership, commit };
  };
  kafka.producer = async () => {
    const made = await producer();
    return {
      ...made,
      append: async (batch) => {
        if (batch.topic !== SOURCE) await until;
        return made.append(batch);
      },
    };
  };
}

async function heldBytes(bench: ReceiverBench): Promise<number> {
  const text = await bench.registry.expose();
  return Number(/^spanmill_collector_receiver_held_bytes(?:\{[^}]*\})? (\d+)$/m.exec(text)?.[1] ?? NaN);
}

type Step =
  | { readonly do: 'send'; readonly partition: number; readonly spans: number }
  | { readonly do: 'send garbage'; readonly partition: number }
  | { readonly do: 'fail commit'; readonly when: 'before' | 'during' | 'after' }
  | { readonly do: 'fail append'; readonly when: 'before' | 'after' }
  | { readonly do: 'start' | 'kill' }
  | { readonly do: 'pass'; readonly ms: number };

const partition = fc.integer({ min: 0, max: SOURCE_PARTITIONS - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      partition,
      spans: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('send garbage' as const), partition }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fail commit' as const),
      when: fc.constantFrom('before', 'during', 'after'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fail append' as const),
      when: fc.constantFrom('before', 'after'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('start' as const, 'kill' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 50, max: 700 }) }),
  },
);

interface Run {
  readonly sent: string[];
  readonly garbage: number;
  readonly bench: ReceiverBench;
}

async function play(bench: ReceiverBench, steps: readonly Step[]): Promise<Run> {
  await bench.prepare();
  const alive: RunningReceiver[] = [await bench.start()];
  const sent: string[] = [];
  let garbage = 0;
  for (const one of steps) {
    if (one.do === 'send') {
      const spans = Array.from({ length: one.spans }, (_, at) => `${sent.length + at}`);
      sent.push(...spans);
      await bench.send(recordOf(...spans), one.partition);
    } else if (one.do === 'send garbage') {
      garbage += 1;
      await bench.send(NOT_OTLP, one.partition);
    } else if (one.do === 'fail commit') bench.source.failNextCommit(one.when);
    else if (one.do === 'fail append') bench.kafka.failNextAppend(one.when);
    else if (one.do === 'start') alive.push(await bench.start());
    else if (one.do === 'pass') await bench.pass(one.ms);
    else if (alive.length > 0) bench.kill(alive.shift() as RunningReceiver);
  }
  bench.source.clearFaults();
  bench.kafka.clearFaults();
  if (alive.length === 0) await bench.start();
  await bench.pass(10_000);
  await bench.stopAll();
  return { sent: sent.sort(), garbage, bench };
}

describe('the receiver under crashes, zombies, rebalances and lost answers', () => {
  test('brings every span and every dead letter exactly once from our own Kafka', async () => {
    // An append that fails would be the test's own: nothing is appended outside of transactions here.
    const steps = fc.array(
      step.filter((one) => one.do !== 'fail append'),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const { sent, garbage, bench } = await play(new ReceiverBench('same Kafka'), given);
        expect(bench.bugs).toEqual([]);
        expect(bench.stored()).toEqual(sent);
        expect(bench.letters()).toHaveLength(garbage);
      }),
      { numRuns: 60 },
    );
  });

  test('brings every span and every dead letter at least once from another Kafka', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (given) => {
        const { sent, garbage, bench } = await play(new ReceiverBench('another Kafka'), given);
        expect(bench.bugs).toEqual([]);
        expect([...new Set(bench.stored())]).toEqual(sent);
        expect(bench.letters().length).toBeGreaterThanOrEqual(garbage);
      }),
      { numRuns: 60 },
    );
  });
});
