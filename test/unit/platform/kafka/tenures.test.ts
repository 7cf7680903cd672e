/** When a partition is claimed, dropped and claimed anew, over a Kafka that is answered by hand. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  FencedError,
  KafkaUnavailableError,
  UnknownOutcomeError,
  type Input,
  type Kafka,
  type Ownership,
} from '../../../../services/platform/kafka/port.ts';
import { Tenures, type Tenure } from '../../../../services/platform/kafka/tenures.ts';
import { ManualTime } from '../../../support/manual_time.ts';
import { quietLog } from '../../../support/quiet_log.ts';

const turns = () => new Promise((resolve) => setImmediate(resolve));

class Bench {
  readonly time = new ManualTime();
  /** What happened, in order. */
  readonly events: string[] = [];
  readonly failures: unknown[] = [];
  readonly tenures: Tenures<Tenure>;
  /** What the next claims come to; those behind them succeed. */
  outcomes: (Promise<unknown> | null)[] = [];
  commit: Ownership['commit'] = () => Promise.resolve();
  private claims = 0;

  constructor() {
    const tell = (event: string) => void this.events.push(event);
    const input: Input = {
      startAt: (partition, offset) => tell(`start ${partition} at ${offset}`),
      pause: (partition) => tell(`pause ${partition}`),
      resume: (partition) => tell(`resume ${partition}`),
      stop: () => Promise.resolve(),
    };
    this.tenures = new Tenures({
      topic: 'spans',
      partition: 3,
      group: 'g',
      kafka: { claim: ({ transactionalId }) => this.claim(transactionalId) } as Kafka,
      input: Promise.resolve(input),
      clock: this.time,
      timers: this.time,
      log: quietLog,
      before: () => Promise.resolve(),
      begin: (ownership) => Promise.resolve({ ownership, next: 7 }),
      end: () => tell('end'),
      fail: (error) => this.failures.push(error),
    });
  }

  private async claim(transactionalId: string): Promise<Ownership> {
    const number = ++this.claims;
    this.events.push(`claim ${transactionalId}`);
    await this.outcomes.shift();
    const release = () => {
      this.events.push(`release ${number}`);
      return Promise.resolve();
    };
    return { committed: null, commit: (outputs, offsets) => this.commit(outputs, offsets), release };
  }

  get current(): Tenure {
    const { current } = this.tenures;
    if (current === null) throw new Error('no tenure');
    return current;
  }

  /** What happened since the last call. */
  async news(): Promise<string[]> {
    await turns();
    return this.events.splice(0);
  }
}

const CLAIM = 'claim g-spans-3';
const BEGUN = [CLAIM, 'start 3 at 7', 'resume 3'];

describe('the tenures of a partition', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });

  it('begin with a claim, and are read from where they begin', async () => {
    await bench.tenures.open();
    expect(await bench.news()).toEqual(BEGUN);
    expect(bench.tenures.isCurrent(bench.current)).toBe(true);
  });

  it.each<[string, Error, number]>([
    ['Kafka was away', new KafkaUnavailableError('away'), 500],
    ['another owner came first', new FencedError('fenced'), 1_500],
  ])('are claimed again a while after a claim failed because %s', async (_, error, pauseMs) => {
    bench.outcomes = [Promise.reject(error)];
    void bench.tenures.open();
    expect(await bench.news()).toEqual([CLAIM]);
    bench.time.advance(pauseMs - 1);
    expect(await bench.news()).toEqual([]);
    bench.time.advance(1);
    expect(await bench.news()).toEqual(BEGUN);
  });

  it.each<[string, Error, number]>([
    ['its outcome is not known', new UnknownOutcomeError('unknown'), 500],
    ['another owner came', new FencedError('fenced'), 1_500],
  ])('end and begin anew after a commit of which %s', async (_, error, pauseMs) => {
    await bench.tenures.open();
    const first = bench.current;
    await bench.news();
    bench.tenures.abandon(first, error);
    // Said once more by something else that was under way in it.
    bench.tenures.abandon(first, error);
    expect(bench.tenures.current).toBeNull();
    expect(await bench.news()).toEqual(['pause 3', 'end', 'release 1']);
    bench.time.advance(pauseMs - 1);
    expect(await bench.news()).toEqual([]);
    bench.time.advance(1);
    expect(await bench.news()).toEqual(BEGUN);
    bench.tenures.abandon(first, error);
    expect(await bench.news()).toEqual([]);
  });

  it('hand on what is not the trouble of Kafka, and do not begin again', async () => {
    const bug = new TypeError('a bug');
    await bench.tenures.open();
    bench.tenures.abandon(bench.current, bug);
    await bench.news();
    bench.time.advance(60_000);
    expect(await bench.news()).toEqual([]);
    expect(bench.failures).toEqual([bug]);
  });

  it('wait for what is under way before they are closed', async () => {
    const busy = Promise.withResolvers<null>();
    await bench.tenures.open();
    const { current } = bench;
    await bench.news();
    const closed = bench.tenures.close(busy.promise);
    expect(await bench.news()).toEqual([]);
    expect(bench.tenures.isCurrent(current)).toBe(false);
    busy.resolve(null);
    await closed;
    expect(await bench.news()).toEqual(['end', 'release 1']);
  });

  it('wait no longer than ten seconds, and then end the wait for a commit', async () => {
    bench.commit = () => new Promise(() => undefined);
    await bench.tenures.open();
    const commit = bench.current.ownership.commit([], []);
    const outcome = expect(commit).rejects.toThrow(UnknownOutcomeError);
    const closed = bench.tenures.close(commit.catch(() => undefined));
    bench.time.advance(10_000);
    await closed;
    await outcome;
  });

  it('do not begin when they were closed during the claim or the pause after one', async () => {
    const claiming = Promise.withResolvers<null>();
    bench.outcomes = [Promise.reject(new FencedError('fenced')), claiming.promise];
    void bench.tenures.open();
    await bench.news();
    bench.time.advance(1_500);
    expect(await bench.news()).toEqual([CLAIM]);
    const closed = bench.tenures.close(Promise.resolve());
    claiming.resolve(null);
    await closed;
    expect(await bench.news()).toEqual(['end', 'release 2']);

    const other = new Bench();
    other.outcomes = [Promise.reject(new FencedError('fenced'))];
    const opened = other.tenures.open();
    await other.news();
    await other.tenures.close(Promise.resolve());
    await opened;
    expect(await other.news()).toEqual([]);
  });
});
