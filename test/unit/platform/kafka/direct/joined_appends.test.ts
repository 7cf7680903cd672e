import { afterEach, describe, expect, test } from '@jest/globals';
import { ConnectionLostError } from '../../../../../services/platform/kafka/direct/broker_error.ts';
import type { Request } from '../../../../../services/platform/kafka/direct/broker_connection.ts';
import { JoinedAppends } from '../../../../../services/platform/kafka/direct/joined_appends.ts';
import type { PartitionAnswer } from '../../../../../services/platform/kafka/direct/produce_request.ts';
import { DeadlineError } from '../../../../../services/platform/kafka/deadline.ts';
import { waitFor } from '../../../../support/wait_for.ts';

interface Asked extends PromiseWithResolvers<readonly PartitionAnswer[]> {
  readonly node: number;
  readonly lane: string;
  readonly body: Buffer;
}

const NOT_LEADER = 6;
const SOON_MS = 10_000;
const MIB = 1024 * 1024;

const setups: Setup[] = [];

// No timer is left behind.
afterEach(async () => {
  for (const { asked } of setups) for (const { resolve } of asked) resolve([]);
  await settle();
  for (const { asked } of setups.splice(0)) for (const { resolve } of asked) resolve([]);
});

/** Partitions 0 to 9 are led by broker 0, the next ten by broker 1, and so on. */
class Setup {
  readonly asked: Asked[] = [];
  readonly outcomes = new Map<string, unknown>();
  elapsedMs = 0;

  constructor() {
    setups.push(this);
  }

  private readonly joined = new JoinedAppends({
    cluster: {
      leaderOf: (_topic, partition) => Promise.resolve(Math.floor(partition / 10)),
      askNode: <T>(node: number, _topic: string, lane: string, request: Request<T>) => {
        const answer = Promise.withResolvers<readonly PartitionAnswer[]>();
        this.asked.push({ node, lane, body: request.createBody().buffer, ...answer });
        return answer.promise as Promise<T>;
      },
    },
    elapsedMs: () => this.elapsedMs,
  });

  send(partition: number, text: string, giveUpAt = SOON_MS): void {
    this.joined.send({ topic: 't', partition, bytes: Buffer.from(text) }, giveUpAt).then(
      ({ code, baseOffset }) => this.outcomes.set(text, code === 0 ? baseOffset : code),
      (error: unknown) => this.outcomes.set(text, error),
    );
  }

  async answer(at: number, ...answers: readonly [partition: number, code: number, baseOffset: number][]) {
    this.asked[at]?.resolve(
      answers.map(([partition, code, baseOffset]) => ({
        topic: 't',
        partition,
        code,
        message: '',
        baseOffset,
      })),
    );
    await settle();
  }

  /** Of the texts, those that are in each request, with its broker. */
  with(...texts: readonly string[]): [number, string[]][] {
    return this.asked.map(({ node, body }) => [node, texts.filter((text) => body.includes(text))]);
  }
}

/** The turn of the event loop is over, and what it led to is done. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('appends at the same time', () => {
  test('go to their broker in one request, each with its own answer', async () => {
    const f = new Setup();
    for (const [partition, text] of [
      [0, 'one'],
      [3, 'two'],
      [12, 'far'],
    ] as const)
      f.send(partition, text);
    await settle();
    expect(f.with('one', 'two', 'far')).toEqual([
      [0, ['one', 'two']],
      [1, ['far']],
    ]);
    await f.answer(0, [3, NOT_LEADER, -1], [0, 0, 70]);
    expect([...f.outcomes]).toEqual([
      ['one', 70],
      ['two', NOT_LEADER],
    ]);
    await f.answer(1, [12, 0, 5]);
    expect(f.outcomes.get('far')).toBe(5);
  });

  test('of one partition are never in one request', async () => {
    const f = new Setup();
    f.send(0, 'first');
    f.send(0, 'second');
    f.send(1, 'other');
    await settle();
    expect(f.with('first', 'second', 'other')).toEqual([
      [0, ['first', 'other']],
      [0, ['second']],
    ]);
    expect(f.asked[0]?.lane).not.toBe(f.asked[1]?.lane);
  });

  test('are as many requests as their bytes ask for; what is too large for a shared one goes alone', async () => {
    const f = new Setup();
    f.send(0, `a${' '.repeat(3 * MIB)}`);
    f.send(1, `b${' '.repeat(9 * MIB)}`);
    await settle();
    expect(f.with('a ', 'b ')).toEqual([
      [0, ['a ']],
      [0, ['b ']],
    ]);
  });
});

describe('while two requests to a broker are under way', () => {
  test('the next wait, and go together when one is answered', async () => {
    const f = new Setup();
    for (const [partition, text] of ['first', 'second', 'third', 'fourth'].entries()) {
      f.send(partition, text);
      await settle();
    }
    expect(f.asked).toHaveLength(2);
    await f.answer(1, [1, 0, 0]);
    expect(f.with('first', 'second', 'third', 'fourth')).toEqual([
      [0, ['first']],
      [0, ['second']],
      [0, ['third', 'fourth']],
    ]);
    f.send(12, 'elsewhere');
    await settle();
    expect(f.asked.at(-1)?.node).toBe(1);
  });

  test('what has waited for too long is never sent', async () => {
    const f = new Setup();
    for (const partition of [0, 1]) {
      f.send(partition, 'under way');
      await settle();
    }
    f.send(2, 'late', 100);
    f.send(3, 'next');
    await settle();
    f.elapsedMs = 100;
    await f.answer(0, [0, 0, 0]);
    expect(f.outcomes.get('late')).toBeInstanceOf(DeadlineError);
    expect(f.with('late', 'next').at(-1)).toEqual([0, ['next']]);
  });
});

describe('a lost answer', () => {
  test('is that of every batch in the request', async () => {
    const f = new Setup();
    const lost = new ConnectionLostError('cut');
    f.send(0, 'one');
    f.send(1, 'two');
    await settle();
    f.asked[0]?.reject(lost);
    await settle();
    expect([...f.outcomes.values()]).toEqual([lost, lost]);
  });

  test('is that of the batch which an answer does not name', async () => {
    const f = new Setup();
    f.send(0, 'one');
    f.send(1, 'two');
    await settle();
    await f.answer(0, [1, 0, 8]);
    expect(f.outcomes.get('one')).toBeInstanceOf(ConnectionLostError);
    expect(f.outcomes.get('two')).toBe(8);
  });

  test('frees the connection for others when nobody waits for it any longer', async () => {
    const f = new Setup();
    for (const partition of [0, 1]) {
      f.send(partition, `hangs ${partition}`, 1);
      await settle();
    }
    f.send(2, 'next');
    await waitFor(() => f.asked.length === 3);
    expect(f.with('next').at(-1)).toEqual([0, ['next']]);
    expect(f.outcomes.get('hangs 0')).toBeInstanceOf(DeadlineError);
  });
});
