import { describe, expect, test } from '@jest/globals';
import { LENGTH_END, PRODUCER_ID_AT } from '../../../../../services/platform/kafka/batch_layout.ts';
import {
  BrokerError,
  ConnectionLostError,
} from '../../../../../services/platform/kafka/direct/broker_error.ts';
import type { Request } from '../../../../../services/platform/kafka/direct/broker_connection.ts';
import type { Cluster } from '../../../../../services/platform/kafka/direct/cluster.ts';
import { PartitionAppender } from '../../../../../services/platform/kafka/direct/partition_appender.ts';
import type {
  PartitionAnswer,
  PartitionBatch,
} from '../../../../../services/platform/kafka/direct/produce_request.ts';
import { KafkaUnavailableError, RecordTooLargeError } from '../../../../../services/platform/kafka/port.ts';

type Answer = number | Error;
const stored = 0;
const lost = new ConnectionLostError('cut');
const OUT_OF_ORDER = 45;
const NOT_LEADER = 6;
const NOT_ENOUGH_REPLICAS = 19;

/** A broker that answers each append as told (then with success), and what it was sent: producer and sequence. */
function appending(...answers: Answer[]) {
  const sent: { producer: number; sequence: number; isJoined: boolean; body: string }[] = [];
  const forgotten: string[] = [];
  let producers = 0;
  let elapsedMs = 0;
  const next = { identity: () => Promise.resolve({ producerId: BigInt((producers += 1)), epoch: 0 }) };
  const answerTo = (bytes: Buffer, isJoined: boolean): Promise<PartitionAnswer> => {
    const producer = Number(bytes.readBigInt64BE(PRODUCER_ID_AT));
    const sequence = bytes.readInt32BE(PRODUCER_ID_AT + 10);
    sent.push({ producer, sequence, isJoined, body: bytes.toString('hex') });
    const answer = answers.shift() ?? stored;
    if (typeof answer !== 'number') return Promise.reject(answer);
    return Promise.resolve({ topic: 't', partition: 0, code: answer, message: '', baseOffset: 100 });
  };
  const joined = { send: ({ bytes }: PartitionBatch) => answerTo(bytes, true) };
  const cluster = {
    askLeader: async (_topic: string, _partition: number, _lane: string, request: Request<unknown>) => {
      const body = request.createBody().buffer;
      const start = body.indexOf(Buffer.from([0xff, 0xff, 0xff, 0xff, 2])) - 12;
      const end = start + LENGTH_END + body.readInt32BE(start + 8);
      return [await answerTo(body.subarray(start, end), false)];
    },
    noteLeaderError: () => undefined,
    forgetTopic: (topic: string) => forgotten.push(topic),
  } as unknown as Cluster;
  const appender = new PartitionAppender({
    cluster,
    joined,
    topic: 't',
    partition: 0,
    lane: 'a',
    identify: () => next.identity(),
    now: () => 0,
    elapsedMs: () => elapsedMs,
    timers: {
      sleep: (ms) => {
        elapsedMs += ms;
        return Promise.resolve();
      },
    },
  });
  const append = (...values: string[]) =>
    appender.append({
      topic: 't',
      partition: 0,
      records: values.map((value) => ({ value: Buffer.from(value) })),
    });
  const numbers = () => sent.map(({ producer, sequence }) => [producer, sequence]);
  const elapse = (ms: number) => (elapsedMs += ms);
  return { append, sent, numbers, next, elapse, forgotten };
}

describe('appending to a partition', () => {
  test('each batch has the next numbers in the row', async () => {
    const { append, numbers } = appending();
    await Promise.all([append('a', 'b'), append('c')]);
    expect(await append('d')).toEqual({ offset: 100 });
    expect(numbers()).toEqual([
      [1, 0],
      [1, 2],
      [1, 3],
    ]);
  });

  test('a batch whose answer was lost is sent again, byte for byte', async () => {
    const { append, sent, numbers } = appending(lost, NOT_LEADER, stored);
    await append('a');
    await append('b');
    expect(new Set(sent.slice(0, 3).map(({ body }) => body)).size).toBe(1);
    expect(numbers().at(-1)).toEqual([1, 1]);
  });

  test('what is repeated goes alone, and so does what follows until one got through', async () => {
    const { append, sent } = appending(NOT_LEADER, ...Array.from({ length: 24 }, () => NOT_ENOUGH_REPLICAS));
    await expect(append('a')).rejects.toThrow(KafkaUnavailableError);
    for (const value of ['b', 'c', 'd']) await append(value);
    const isJoined = sent.map((one) => one.isJoined);
    expect([isJoined[0], ...isJoined.slice(-3)]).toEqual([true, false, true, true]);
    expect(new Set(isJoined.slice(1, -2))).toEqual(new Set([false]));
  });

  test('a repetition that the broker remembers by its number only is stored', async () => {
    const { append, numbers } = appending(lost, 46);
    expect(await append('a')).toEqual({ offset: -1 });
    await append('b');
    expect(numbers().at(-1)).toEqual([1, 1]);
  });

  test('when time runs out on an unknown outcome, the next batch begins a new row', async () => {
    const { append, numbers } = appending(...Array.from({ length: 24 }, () => lost));
    await expect(append('a')).rejects.toThrow(KafkaUnavailableError);
    const attempts = numbers().length;
    expect(attempts).toBeGreaterThan(10);
    expect(attempts).toBeLessThan(30);
    await append('b');
    expect(
      numbers()
        .slice(0, attempts)
        .every(([producer]) => producer === 1),
    ).toBe(true);
    expect(numbers().at(-1)).toEqual([2, 0]);
  });

  test('when time runs out and nothing was stored, the row goes on', async () => {
    const { append, numbers } = appending(...Array.from({ length: 24 }, () => NOT_ENOUGH_REPLICAS));
    await expect(append('a')).rejects.toThrow(KafkaUnavailableError);
    await append('b');
    expect(numbers().at(-1)).toEqual([1, 0]);
  });

  test('a broker that stopped to lead may have stored the batch: when time runs out, the next begins a new row', async () => {
    const { append, numbers } = appending(
      NOT_LEADER,
      ...Array.from({ length: 24 }, () => NOT_ENOUGH_REPLICAS),
    );
    await expect(append('a')).rejects.toThrow(KafkaUnavailableError);
    await append('b');
    expect(numbers().at(-1)).toEqual([2, 0]);
  });

  test('an identity that comes too late for a batch sends nothing of it, and is one for the next', async () => {
    const { append, numbers, sent, next, elapse, forgotten } = appending();
    const late = Promise.withResolvers<{ producerId: bigint; epoch: number }>();
    next.identity = () => late.promise;
    const givenUp = append('given up');
    elapse(9_999);
    await expect(givenUp).rejects.toThrow(KafkaUnavailableError);
    const second = append('next');
    late.resolve({ producerId: 7n, epoch: 0 });
    expect(await second).toEqual({ offset: 100 });
    expect(numbers()).toEqual([[7, 0]]);
    expect(forgotten).toEqual(['t']);
    expect(sent[0]?.body).toContain(Buffer.from('next').toString('hex'));
  });

  test('a broker that has forgotten the row gets a new one', async () => {
    const { append, numbers } = appending(stored, OUT_OF_ORDER, stored);
    await append('a');
    await append('b');
    expect(numbers()).toEqual([
      [1, 0],
      [1, 1],
      [2, 0],
    ]);
  });

  test('but not with a batch that may be stored in the old one', async () => {
    const { append, numbers } = appending(stored, lost, OUT_OF_ORDER);
    await append('a');
    await expect(append('b')).rejects.toThrow(KafkaUnavailableError);
    expect(numbers()).toHaveLength(3);
    await append('c');
    expect(numbers().at(-1)).toEqual([2, 0]);
  });

  test('a record that is too large is refused, and its numbers go to the next', async () => {
    const { append, numbers } = appending(10);
    await expect(append('a')).rejects.toThrow(RecordTooLargeError);
    await append('b');
    expect(numbers()).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  test('what no waiting mends fails at once', async () => {
    const { append, numbers } = appending(new BrokerError(29));
    await expect(append('a')).rejects.toThrow('TOPIC_AUTHORIZATION_FAILED');
    expect(numbers()).toHaveLength(1);
  });
});
