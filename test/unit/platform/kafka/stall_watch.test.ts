import { describe, expect, it } from '@jest/globals';
import type { Admin } from '../../../../services/platform/kafka/port.ts';
import { remedyOf, StallWatch, type Wait } from '../../../../services/platform/kafka/stall_watch.ts';
import { ManualTime } from '../../../support/manual_time.ts';
import { quietLog } from '../../../support/quiet_log.ts';

const LIMIT_MS = 60_000;
const error = new Error('away');

/** Partition 0 and what it waits for. */
class Bench {
  readonly time = new ManualTime();
  readonly counted: string[] = [];
  readonly startMs = this.time.now();
  end = 0;
  asked = 0;
  waits: Wait[] = [];
  private readonly watch: StallWatch;

  constructor() {
    const watermarks: Admin['watermarks'] = () => {
      this.asked++;
      return Promise.resolve([{ partition: 0, low: 0, high: this.end }]);
    };
    this.watch = new StallWatch({
      topic: 'spans',
      limitMs: LIMIT_MS,
      admin: { watermarks } as Admin,
      clock: this.time,
      log: quietLog,
      count: (cause) => this.counted.push(cause),
    });
  }

  /** Looks each second; what was to be done, and after how many seconds. */
  async pass(ms: number): Promise<string[]> {
    const done: string[] = [];
    for (let passed = 0; passed < ms; passed += 1_000) {
      this.time.advance(1_000);
      const { restart, rejoin } = await this.watch.look(new Map([[0, { waits: () => this.waits }]]));
      const second = Math.round((this.time.now() - this.startMs) / 1_000);
      if (restart.length > 0) done.push(`restart at ${second}`);
      if (rejoin) done.push(`rejoin at ${second}`);
    }
    return done;
  }

  fetch(wasHeard: boolean): Wait {
    return { cause: 'fetch', sinceMs: this.time.now(), error: null, next: 7, wasHeard };
  }
}

describe('the watch over partitions that stand still', () => {
  it.each(['claim', 'commit', 'append'] as const)(
    'has a partition claimed anew whose %s has no end',
    async (cause) => {
      const bench = new Bench();
      bench.waits = [{ cause, sinceMs: bench.startMs, error: null }];
      expect(await bench.pass(2 * LIMIT_MS)).toEqual(['restart at 60']);
      expect(bench.counted).toEqual([cause]);
    },
  );

  it.each<Wait>([
    { cause: 'claim', sinceMs: 0, error },
    { cause: 'commit', sinceMs: 0, error },
    { cause: 'insert', sinceMs: 0, error },
    { cause: 'insert', sinceMs: 0, error: null },
  ])('names what is tried again or lies outside, once, and leaves it: $cause', async (wait) => {
    const bench = new Bench();
    bench.waits = [{ ...wait, sinceMs: bench.startMs }];
    expect(await bench.pass(10 * LIMIT_MS)).toEqual([]);
    expect(bench.counted).toEqual([wait.cause]);
  });

  it('has a partition claimed anew of which nothing comes any more although there is more', async () => {
    const bench = new Bench();
    bench.waits = [bench.fetch(true)];
    expect(await bench.pass(600_000)).toEqual([]);
    bench.end = 8;
    const [restart, ...others] = await bench.pass(600_000);
    // It was behind for the limit, by what the brokers say a few times within it.
    expect(Number(restart?.replace('restart at ', ''))).toBeLessThanOrEqual(600 + 66);
    expect(others).toEqual([]);
    expect(bench.counted).toEqual(['fetch']);
  });

  it('does not take many short waits for one long one', async () => {
    const bench = new Bench();
    bench.end = 100;
    for (let i = 0; i < 20; i++) {
      bench.waits = [bench.fetch(true)];
      expect(await bench.pass(50_000)).toEqual([]);
      bench.waits = [{ cause: 'commit', sinceMs: bench.time.now(), error: null }];
      expect(await bench.pass(50_000)).toEqual([]);
    }
  });

  it('has the group joined anew where a claim brought nothing either, and takes ever longer to do it again', async () => {
    const bench = new Bench();
    bench.end = 8;
    bench.waits = [bench.fetch(false)];
    const rejoins = await bench.pass(2_000_000);
    const seconds = rejoins.map((one) => Number(one.replace('rejoin at ', '')));
    const between = seconds.slice(1).map((second, i) => second - (seconds[i] ?? 0));
    expect(between).toEqual([120, 240, 480, 960]);
    expect(bench.counted).toEqual(['fetch']);
  });

  it('asks the brokers nothing while records come', async () => {
    const bench = new Bench();
    for (let i = 0; i < 100; i++) {
      bench.waits = [bench.fetch(true)];
      await bench.pass(5_000);
    }
    expect(bench.asked).toBe(0);
  });
});

describe('the remedy', () => {
  it('is none where somebody else has to be waited for', () => {
    const wait = { sinceMs: 0, error: null };
    expect(remedyOf({ cause: 'insert', ...wait })).toBeNull();
    expect(remedyOf({ cause: 'claim', ...wait, error })).toBeNull();
    expect(remedyOf({ cause: 'fetch', ...wait, next: 0, wasHeard: true })).toBe('restart');
    expect(remedyOf({ cause: 'fetch', ...wait, next: 0, wasHeard: false })).toBe('rejoin');
  });
});
