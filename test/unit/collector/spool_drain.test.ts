import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Spool } from '../../../services/collector/spool.ts';
import { KafkaUnavailableError, type Kafka } from '../../../services/platform/kafka/port.ts';
import type { CommitFault } from '../../support/fake_kafka.ts';
import { SpoolLives } from '../../support/spool_life.ts';
import { frame, SPOOL_PARTITIONS, SPOOL_TOPIC, SpoolFixture } from '../../support/spool_fixture.ts';

// Real files, and a disk that others use too.
jest.setTimeout(60_000);

let setup: SpoolFixture;
beforeEach(async () => {
  setup = new SpoolFixture();
  await setup.createTopic();
});
afterEach(async () => {
  await setup.remove();
  expect(setup.bugs).toEqual([]);
});

const fill = async (spool: Spool, from: number, count: number): Promise<void> => {
  const numbers = Array.from({ length: count }, (_, i) => from + i);
  await Promise.all(numbers.map((i) => spool.append([frame(i % SPOOL_PARTITIONS, `record ${i}`)])));
};

const expected = (partition: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => i)
    .filter((i) => i % SPOOL_PARTITIONS === partition)
    .map((i) => `record ${i}`);

function expectAll(count: number): void {
  for (let partition = 0; partition < SPOOL_PARTITIONS; partition++) {
    expect(setup.stored(partition)).toEqual(expected(partition, count));
  }
}

test('what is spooled comes into its partitions in order, and the files go', async () => {
  const spool = await setup.open();
  await fill(spool, 0, 30);
  setup.drain(spool).start();
  await setup.until(() => spool.isEmpty);
  expectAll(30);
  expect(readdirSync(setup.directory).sort()).toEqual(['id', 'lock']);
  expect(await setup.registry.expose()).toMatch(/drained_records_total(\{.*\})? 30/);
});

test('it waits for Kafka as long as it takes', async () => {
  const spool = await setup.open();
  await fill(spool, 0, 10);
  let failures = 20;
  const kafka: Pick<Kafka, 'admin' | 'claim' | 'input'> = {
    ...setup.life().kafka,
    claim: (options) =>
      failures-- > 0 ? Promise.reject(new KafkaUnavailableError('away')) : setup.kafka.claim(options),
  };
  setup.drain(spool, kafka).start();
  await setup.until(() => spool.isEmpty);
  expectAll(10);
});

test.each<CommitFault>(['before', 'during', 'after'])(
  'a commit whose answer is lost %s it took place repeats nothing and loses nothing',
  async (when) => {
    const spool = await setup.open();
    await fill(spool, 0, 30);
    setup.kafka.failNextCommit(when);
    setup.drain(spool).start();
    await setup.until(() => spool.isEmpty);
    expectAll(30);
  },
);

test('an owner that was replaced in mid drain sends nothing any more', async () => {
  const spool = await setup.open();
  await fill(spool, 0, 30);
  setup.crash();
  const next = await setup.open();
  setup.drain(spool).start();
  setup.drain(next).start();
  await setup.until(() => spool.isEmpty && next.isEmpty);
  expectAll(30);
});

test('a segment with a record that Kafka never takes is set aside, and the next ones go on', async () => {
  const spool = await setup.open({ maxBytes: 10_000_000 });
  await spool.append([{ partition: 0, value: Buffer.alloc(2_000_000) }]);
  await fill(spool, 0, 3);
  setup.drain(spool).start();
  await setup.until(() => spool.isEmpty);
  expectAll(3);
  expect(readdirSync(setup.directory).filter((name) => name.endsWith('.refused.corrupt'))).toHaveLength(1);
});

test('a stop leaves the rest on the disk for the next life', async () => {
  const spool = await setup.open();
  await fill(spool, 0, 30);
  const away = { ...setup.life().kafka, claim: () => Promise.reject(new KafkaUnavailableError('away')) };
  const drain = setup.drain(spool, away);
  drain.start();
  await drain.stop();
  await spool.close();
  const next = await setup.open();
  setup.drain(next).start();
  await setup.until(() => next.isEmpty);
  expectAll(30);
});

test('a claim is given back where the file of what was committed cannot be removed', async () => {
  const lives = new SpoolLives(setup);
  await lives.begin();
  await lives.append('a'.repeat(200));
  let failures = 4;
  lives.disk.fault = (step) => (step === 'remove' && failures-- > 0 ? 'EIO' : null);
  let [claims, releases] = [0, 0];
  const kafka: Pick<Kafka, 'admin' | 'claim' | 'input'> = {
    ...setup.life().kafka,
    claim: async (options) => {
      const ownership = await setup.kafka.claim(options);
      claims += 1;
      return {
        committed: ownership.committed,
        commit: (outputs, offsets) => ownership.commit(outputs, offsets),
        release: () => {
          releases += 1;
          return ownership.release();
        },
      };
    },
  };
  setup.drain(lives.spool, kafka).start();
  await setup.until(() => lives.spool.isEmpty && releases === claims);
  expect(claims).toBe(5);
  expect([lives.lost(), lives.doubled()]).toEqual([[], []]);
});

/** What happens between two pieces of load. */
const event = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), records: fc.integer({ min: 1, max: 12 }) }),
  fc.record({
    kind: fc.constant('drain' as const),
    turns: fc.nat({ max: 12 }),
    fault: fc.constantFrom<CommitFault | null>(null, 'before', 'during', 'after'),
  }),
  fc.record({ kind: fc.constant('crash' as const), torn: fc.nat({ max: 40 }) }),
);

test('whatever crashes come when, every acknowledged record is in Kafka once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 3, maxLength: 14 }), async (events) => {
      const run = new SpoolFixture();
      await setup.remove();
      setup = run;
      await run.createTopic();
      let spool = await run.open();
      let life = run.life();
      let drain = run.drain(spool, life.kafka);
      let written = 0;
      for (const step of events) {
        if (step.kind === 'write') {
          await fill(spool, written, step.records);
          written += step.records;
        } else if (step.kind === 'drain') {
          if (step.fault !== null) run.kafka.failNextCommit(step.fault);
          drain.start();
          for (let turn = 0; turn < step.turns; turn++) await new Promise((resolve) => setImmediate(resolve));
        } else {
          life.die();
          run.crash();
          const last = readdirSync(run.directory)
            .filter((name) => name.endsWith('.spool'))
            .sort()
            .at(-1);
          if (last !== undefined) appendFileSync(join(run.directory, last), Buffer.alloc(step.torn, 'SPNF'));
          spool = await run.open();
          life = run.life();
          drain = run.drain(spool, life.kafka);
        }
      }
      run.kafka.clearFaults();
      drain.start();
      const last = spool;
      await run.until(() => last.isEmpty);
      expectAll(written);
    }),
    { numRuns: 40 },
  );
});

test('the position is kept in a group of its own', async () => {
  const spool = await setup.open();
  await fill(spool, 0, 1);
  const segment = await spool.oldest();
  setup.drain(spool).start();
  await setup.until(() => spool.isEmpty);
  const admin = await setup.kafka.admin();
  const committed = await admin.committed(`spanmill-spool-${spool.id}`, SPOOL_TOPIC, 0);
  expect(committed?.metadata).toBe(segment?.name);
});
