import { expect, test } from '@jest/globals';
import type { Request } from '../../../../../services/platform/kafka/direct/broker_connection.ts';
import type { Cluster } from '../../../../../services/platform/kafka/direct/cluster.ts';
import { joinGroup } from '../../../../../services/platform/kafka/direct/input.ts';
import { encodeBatch, stampBatch } from '../../../../../services/platform/kafka/direct/record_batch.ts';
import { quietLog } from '../../../../support/quiet_log.ts';
import { RecordingListener, startAll } from '../../../../support/recording_listener.ts';

const FETCH = 1;
const LIST_OFFSETS = 2;
const OUT_OF_RANGE = 1;
const LOW = 10;
const HIGH = 2_000;
/** In a fetch of one partition of topic `t`. */
const FETCH_OFFSET_AT = 37;

const OPTIONS = { topic: 't', group: 'g', isolation: 'read_committed', memberName: null } as const;

/** A cluster for a group of one, whose brokers answer so. */
function clusterOf(partitions: readonly number[], askNode: (request: Request<unknown>) => Promise<unknown>) {
  const assignment = { topicPartitions: [{ topicId: 'id', partitions }] };
  return {
    whatBrokersDo: () => Promise.resolve({ maxVersion: () => 1, transactionVersion: 2 }),
    askCoordinator: () => Promise.resolve({ memberEpoch: 1, heartbeatIntervalMs: 500, assignment }),
    topic: () =>
      Promise.resolve({ id: 'id', partitions: partitions.map(() => ({ leader: 1, replicas: 1 })) }),
    forgetTopic: () => undefined,
    askNode: (_node: number, _topic: string, _lane: string, request: Request<unknown>) => askNode(request),
    close: () => Promise.resolve(),
  } as unknown as Cluster;
}

/** A leader of one partition that has records from LOW to HIGH, whose end it tells when it may. */
class FakeLeader {
  readonly fetched: number[] = [];
  private readonly waiting: (() => void)[] = [];
  private heard: () => void = () => undefined;

  asCluster(): Cluster {
    return clusterOf([0], (request) =>
      request.apiKey === FETCH ? this.fetch(request) : this.listOffsets(request),
    );
  }

  /** Once so many questions for an offset wait. */
  async asked(count: number): Promise<void> {
    while (this.waiting.length < count) await new Promise<void>((resolve) => (this.heard = resolve));
  }

  /** Answers those that have waited longest. */
  answer(count: number): void {
    for (const resolve of this.waiting.splice(0, count)) resolve();
  }

  private fetch(request: Request<unknown>): Promise<unknown> {
    const offset = Number(request.createBody().buffer.readBigInt64BE(FETCH_OFFSET_AT));
    this.fetched.push(offset);
    if (this.fetched.length > 2) return new Promise(() => undefined);
    const refusal = { partition: 0, code: OUT_OF_RANGE, highWatermark: HIGH, aborted: [] };
    return Promise.resolve([{ ...refusal, recordSet: Buffer.alloc(0) }]);
  }

  private listOffsets(request: Request<unknown>): Promise<unknown> {
    expect(request.apiKey).toBe(LIST_OFFSETS);
    // The timestamp asked for is -2 for the start and -1 for the end.
    const isStart = request.createBody().buffer.includes(Buffer.from('fffffffffffffffe', 'hex'));
    const answer = {
      topics: [{ partitions: [{ partitionIndex: 0, offset: BigInt(isStart ? LOW : HIGH) }] }],
    };
    return new Promise((resolve) => {
      this.waiting.push(() => resolve(answer));
      this.heard();
    });
  }
}

test('where the last startAt leads stands, also when an earlier one is still being looked up', async () => {
  const leader = new FakeLeader();
  const listener = new RecordingListener();
  const input = await joinGroup(leader.asCluster(), OPTIONS, listener, quietLog);
  input.startAt(0, 1_000);
  await leader.asked(2);
  input.startAt(0, 5);
  await leader.asked(4);
  leader.answer(2);
  await new Promise((resolve) => setImmediate(resolve));
  leader.answer(2);
  while (leader.fetched.length < 3) await new Promise((resolve) => setImmediate(resolve));
  expect(leader.fetched).toEqual([1_000, 5, LOW]);
  await input.stop();
});

test('while much is being handled, no more is fetched', async () => {
  const batch = await encodeBatch({ records: [{ value: Buffer.alloc(40 * 1024 * 1024) }] }, 1);
  stampBatch(batch, { producerId: 1n, epoch: 0, sequence: 0, isTransactional: false });
  const answerOf = (partition: number) => ({
    partition,
    code: 0,
    highWatermark: 9,
    aborted: [],
    recordSet: batch.bytes,
  });
  // The first answer has no room for the third partition, as a broker's may.
  const answers = [[answerOf(0), answerOf(1)], [answerOf(2)]];
  let fetches = 0;
  const cluster = clusterOf([0, 1, 2], () => {
    const answer = answers[fetches++];
    return answer === undefined ? new Promise(() => undefined) : Promise.resolve(answer);
  });
  const listener = new RecordingListener();
  const handled = Promise.withResolvers<undefined>();
  listener.handle = () => handled.promise;
  const input = await joinGroup(cluster, OPTIONS, listener, quietLog);
  try {
    startAll(input, listener);
    await listener.until(() => listener.next.size === 2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(fetches).toBe(1);
    handled.resolve(undefined);
    await listener.until(() => listener.next.size === 3);
    expect([...listener.next]).toEqual([0, 1, 2].map((partition) => [partition, 1]));
  } finally {
    handled.resolve(undefined);
    await input.stop();
  }
});
