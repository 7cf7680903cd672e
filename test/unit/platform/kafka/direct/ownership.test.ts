import { describe, expect, test } from '@jest/globals';
import type { Request } from '../../../../../services/platform/kafka/direct/broker_connection.ts';
import {
  BrokerError,
  ConnectionLostError,
} from '../../../../../services/platform/kafka/direct/broker_error.ts';
import type { Cluster } from '../../../../../services/platform/kafka/direct/cluster.ts';
import { claimPartition } from '../../../../../services/platform/kafka/direct/ownership.ts';
import { SharedCluster } from '../../../../../services/platform/kafka/direct/shared_cluster.ts';
import {
  FencedError,
  KafkaUnavailableError,
  RecordTooLargeError,
  UnknownOutcomeError,
  type Ownership,
  type PartitionRecords,
} from '../../../../../services/platform/kafka/port.ts';

const NAMES = new Map([
  [0, 'produce'],
  [9, 'offsets'],
  [22, 'init'],
  [26, 'end'],
  [28, 'commit offsets'],
]);
const COORDINATOR_NOT_AVAILABLE = 15;
const CONCURRENT_TRANSACTIONS = 51;
const PRODUCER_FENCED = 90;
const NOT_ENOUGH_REPLICAS = 19;
const lost = new ConnectionLostError('cut');

/** Brokers that fail as told: by the name of the request, in turn; produce by partition. */
class FakeBrokers {
  readonly asked: string[] = [];
  closed = 0;
  private readonly failures: Map<string, (Error | number)[]>;

  constructor(failures: Readonly<Record<string, (Error | number)[]>> = {}) {
    this.failures = new Map(Object.entries(failures));
  }

  asCluster(): Cluster {
    return {
      whatBrokersDo: () => Promise.resolve({ maxVersion: () => 1, transactionVersion: 2 }),
      leaderOf: () => Promise.resolve(1),
      noteLeaderError: () => undefined,
      askCoordinator: (_type: string, _key: string, _lane: string, request: Request<unknown>) =>
        this.answer(request),
      askNode: (_node: number, _topic: string, _lane: string, request: Request<unknown>) =>
        Promise.resolve(this.produce(request)),
      close: () => {
        this.closed += 1;
        return Promise.resolve();
      },
    } as unknown as Cluster;
  }

  private answer(request: Request<unknown>): Promise<unknown> {
    const name = NAMES.get(request.apiKey) ?? 'unknown';
    const body = request.createBody().buffer;
    // transactional id, producer id, epoch, then whether it is a commit.
    const isAbort = name === 'end' && body.readUInt8(body.readUInt8(0) + 10) === 0;
    this.asked.push(isAbort ? 'abort' : name);
    const failure = this.failures.get(name)?.shift();
    if (failure instanceof Error) return Promise.reject(failure);
    if (typeof failure === 'number') return Promise.reject(new BrokerError(failure));
    const partitions = [{ committedOffset: 7n, metadata: 'm' }];
    return Promise.resolve({
      producerId: 5n,
      producerEpoch: 1,
      epoch: 2,
      groups: [{ topics: [{ partitions }] }],
    });
  }

  /** topic `o`; partitions 0 and 1 are told apart by their values. */
  private produce(request: Request<unknown>): unknown {
    const body = request.createBody().buffer.toString('latin1');
    const sent = [0, 1].filter((partition) => body.includes(`value-${partition}`));
    this.asked.push(`produce ${sent.join()}`);
    return sent.map((partition) => ({
      topic: 'o',
      partition,
      code: this.failures.get(`produce ${partition}`)?.shift() ?? 0,
      message: '',
      baseOffset: 0,
    }));
  }
}

const output = (partition: number): PartitionRecords => ({
  topic: 'o',
  partition,
  records: [{ value: Buffer.from(`value-${partition}`) }],
});
const OFFSET = { group: 'g', offset: 1, metadata: '' };

async function claimed(brokers: FakeBrokers): Promise<Ownership> {
  const options = { topic: 't', partition: 0, group: 'g', transactionalId: 'tx' };
  return claimPartition(new SharedCluster(() => brokers.asCluster()), options, () => 0);
}

describe('claiming', () => {
  test('shuts the older owner out before it reads the offset, and waits for that to be stable', async () => {
    const brokers = new FakeBrokers({ init: [CONCURRENT_TRANSACTIONS], offsets: [88] });
    const ownership = await claimed(brokers);
    expect(brokers.asked).toEqual(['init', 'init', 'offsets', 'init', 'offsets']);
    expect(ownership.committed).toEqual({ offset: 7, metadata: 'm' });
  });

  test('another claim at the same moment shuts this one out', async () => {
    await expect(claimed(new FakeBrokers({ init: [90] }))).rejects.toThrow(FencedError);
  });

  test('what no waiting mends fails at once, and leaves no connection', async () => {
    const brokers = new FakeBrokers({ init: [53] });
    await expect(claimed(brokers)).rejects.toThrow(KafkaUnavailableError);
    expect(brokers.closed).toBe(1);
  });

  test('the connections end with the last owner that lets go', async () => {
    const brokers = new FakeBrokers();
    const shared = new SharedCluster(() => brokers.asCluster());
    const options = { topic: 't', partition: 0, group: 'g', transactionalId: 'tx' };
    const [one, two] = [
      await claimPartition(shared, options, () => 0),
      await claimPartition(shared, options, () => 0),
    ];
    await one.release();
    await one.release();
    expect(brokers.closed).toBe(0);
    await two.release();
    expect(brokers.closed).toBe(1);
  });
});

describe('committing', () => {
  test('is three requests, whatever is in it for a broker', async () => {
    const brokers = new FakeBrokers();
    const ownership = await claimed(brokers);
    brokers.asked.length = 0;
    await ownership.commit([output(0), output(1)], [OFFSET]);
    expect(brokers.asked).toEqual(['produce 0,1', 'commit offsets', 'end']);
  });

  test('sends again only the partitions that were not stored', async () => {
    const brokers = new FakeBrokers({ 'produce 1': [NOT_ENOUGH_REPLICAS, CONCURRENT_TRANSACTIONS] });
    const ownership = await claimed(brokers);
    brokers.asked.length = 0;
    await ownership.commit([output(0), output(1)], [OFFSET]);
    expect(brokers.asked.slice(0, 3)).toEqual(['produce 0,1', 'produce 1', 'produce 1']);
  });

  test('asks for the end again where a broker has said that it did not happen', async () => {
    const brokers = new FakeBrokers({ end: [CONCURRENT_TRANSACTIONS], 'commit offsets': [16] });
    const ownership = await claimed(brokers);
    brokers.asked.length = 0;
    await ownership.commit([], [OFFSET]);
    expect(brokers.asked).toEqual(['commit offsets', 'commit offsets', 'end', 'end']);
  });

  test('does not ask again where nobody knows whether it ended, and is spent', async () => {
    const brokers = new FakeBrokers({ end: [lost] });
    const ownership = await claimed(brokers);
    await expect(ownership.commit([], [OFFSET])).rejects.toThrow(UnknownOutcomeError);
    expect(brokers.asked.filter((name) => name === 'end')).toHaveLength(1);
    await expect(ownership.commit([], [OFFSET])).rejects.toThrow('while ownership is spent');
  });

  test('of an owner that is shut out while it asks for the end again may have happened', async () => {
    const brokers = new FakeBrokers({ end: [COORDINATOR_NOT_AVAILABLE, PRODUCER_FENCED] });
    const ownership = await claimed(brokers);
    await expect(ownership.commit([], [OFFSET])).rejects.toThrow(UnknownOutcomeError);
  });

  test('that ends after the release does not free the ownership', async () => {
    const ownership = await claimed(new FakeBrokers());
    const commit = ownership.commit([], [OFFSET]);
    await ownership.release();
    await commit.catch(() => undefined);
    await expect(ownership.commit([], [OFFSET])).rejects.toThrow('while ownership is spent');
  });

  test('of a shut out owner fails as fenced', async () => {
    const brokers = new FakeBrokers({ 'produce 0': [47] });
    const ownership = await claimed(brokers);
    await expect(ownership.commit([output(0)], [OFFSET])).rejects.toThrow(FencedError);
    expect(brokers.asked).not.toContain('end');
  });

  test('with a record that is too large is aborted', async () => {
    const brokers = new FakeBrokers({ 'produce 0': [10] });
    const ownership = await claimed(brokers);
    await expect(ownership.commit([output(0), output(1)], [OFFSET])).rejects.toThrow(RecordTooLargeError);
    expect(brokers.asked.at(-1)).toBe('abort');
  });

  test('of nothing asks nobody; metadata that no broker takes is refused', async () => {
    const brokers = new FakeBrokers();
    const ownership = await claimed(brokers);
    brokers.asked.length = 0;
    await ownership.commit([{ ...output(0), records: [] }], []);
    await expect(ownership.commit([], [{ ...OFFSET, metadata: 'x'.repeat(4097) }])).rejects.toThrow(
      'offset metadata is too long',
    );
    expect(brokers.asked).toEqual([]);
  });
});
