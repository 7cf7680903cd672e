/**
 * The spool under crashes at any moment, on a disk that loses what was not synced; and the same with a sync switched off,
 * which shows that the audit would see a loss.
 */
import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { MemoryDiskOptions } from '../../support/memory_disk.ts';
import type { CommitFault } from '../../support/fake_kafka.ts';
import { SpoolFixture } from '../../support/spool_fixture.ts';
import { SpoolLives, turns } from '../../support/spool_life.ts';

jest.setTimeout(60_000);

const RUNS = 300;

/** What happens one after the other; a crash comes amid whatever is under way. */
const event = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    records: fc.integer({ min: 1, max: 12 }),
    turns: fc.nat(60),
  }),
  fc.record({
    kind: fc.constant('drain' as const),
    turns: fc.nat(120),
    fault: fc.constantFrom<CommitFault | null>(null, 'before', 'during', 'after'),
  }),
  fc.record({
    kind: fc.constant('crash' as const),
    how: fc.constantFrom('kill' as const, 'power cut' as const),
  }),
);

const schedule = fc.record({
  events: fc.array(event, { minLength: 3, maxLength: 14 }),
  /** What of the unsynced survives a power cut: anything may. */
  survivals: fc.infiniteStream(fc.boolean()),
});

type Schedule = typeof schedule extends fc.Arbitrary<infer T> ? T : never;

function* forever<T>(value: T): Generator<T> {
  for (;;) yield value;
}

interface Audit {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly bugs: readonly unknown[];
}

async function run({ events, survivals }: Schedule, options: MemoryDiskOptions): Promise<Audit> {
  const setup = new SpoolFixture();
  try {
    await setup.createTopic();
    const lives = new SpoolLives(setup, { survives: () => survivals.next().value === true, ...options });
    await lives.begin();
    for (const step of events) {
      if (step.kind === 'crash') {
        lives.crash(step.how);
        await lives.begin();
        continue;
      }
      if (step.kind === 'write') lives.write(step.records);
      else {
        if (step.fault !== null) setup.kafka.failNextCommit(step.fault);
        lives.startDrain();
      }
      await turns(step.turns);
      setup.time.advance(100);
    }
    lives.crash('power cut');
    setup.kafka.clearFaults();
    await lives.begin();
    await lives.drainAll();
    return { lost: lives.lost(), doubled: lives.doubled(), bugs: setup.bugs };
  } finally {
    await setup.remove();
  }
}

test('whatever power cuts come when, every acknowledged record is in Kafka, once', async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async (one) => {
      expect(await run(one, {})).toEqual({ lost: [], doubled: [], bugs: [] });
    }),
    { numRuns: RUNS },
  );
});

test('a segment that a killed process had begun to remove does not come back once the next one is sent', async () => {
  // Whatever the exact turn is at which it dies.
  for (const removal of [18, 20, 22, 24, 26]) {
    for (const next of [16, 18, 20, 22]) {
      const events: Schedule['events'] = [
        { kind: 'write', records: 1, turns: 0 },
        { kind: 'write', records: 9, turns: 60 },
        { kind: 'crash', how: 'kill' },
        { kind: 'drain', turns: removal, fault: null },
        { kind: 'crash', how: 'kill' },
        { kind: 'drain', turns: next, fault: null },
      ];
      const audit = await run({ events, survivals: fc.stream(forever(false)) }, {});
      expect(audit).toEqual({ lost: [], doubled: [], bugs: [] });
    }
  }
});

test.each(['files', 'names'] as const)(
  'with the sync of %s switched off the audit sees a loss',
  async (lyingSyncs) => {
    const result = await fc.check(
      fc.asyncProperty(schedule, async (one) => (await run(one, { lyingSyncs })).lost.length === 0),
      { numRuns: RUNS, seed: 1 },
    );
    expect(result.failed).toBe(true);
    const [smallest] = result.counterexample ?? [];
    if (smallest === undefined) throw new Error('no counterexample');
    // The smallest one is: something is acknowledged. The power cut at the end does the rest.
    expect(smallest.events.some(({ kind }) => kind === 'write')).toBe(true);
  },
);
