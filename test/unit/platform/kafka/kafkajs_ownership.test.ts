import { describe, expect, test } from '@jest/globals';
import type { Kafka as KafkaJs } from 'kafkajs';
import type { Exchange } from '../../../../services/platform/kafka/kafkajs_cluster.ts';
import { claimPartition } from '../../../../services/platform/kafka/kafkajs_ownership.ts';
import { FencedError, UnknownOutcomeError } from '../../../../services/platform/kafka/port.ts';

const OPTIONS = { topic: 'spans', partition: 0, group: 'g', transactionalId: 'g-0' };

/** For partition 0 of spans: offset 5, metadata "m". */
const OFFSET_5 = Buffer.from(
  '00' +
    '00000000' +
    '02' +
    '067370616e73' +
    '02' +
    '00000000' +
    '0000000000000005' +
    'ffffffff' +
    '026d' +
    '0000' +
    '00' +
    '00' +
    '0000' +
    '00',
  'hex',
);

interface Script {
  readonly offsetFetch?: Error[];
  /** Errors of sendOffsets, one after the other. */
  readonly sendOffsets?: Error[];
  readonly commit?: Error[];
}

/** A kafkajs client that notes in which order it is asked. */
function scripted(script: Script = {}): { client: KafkaJs; calls: string[] } {
  const calls: string[] = [];
  const step =
    (name: string, errors: Error[] = []) =>
    () => {
      calls.push(name);
      const error = errors.shift();
      return error === undefined ? Promise.resolve() : Promise.reject(error);
    };
  const transaction = {
    send: step('send'),
    sendOffsets: step('sendOffsets', script.sendOffsets),
    commit: step('commit', script.commit),
    abort: step('abort'),
  };
  const producer = {
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    transaction: async () => {
      await step('InitProducerId')();
      return transaction;
    },
  };
  const coordinator = {
    versions: { 9: { maxVersion: 9 } },
    connectionPool: {
      send: async ({ request, response }: Exchange<object, unknown>) => {
        await step(request.apiName, script.offsetFetch)();
        return response.parse(await response.decode(OFFSET_5));
      },
    },
  };
  const cluster = {
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    findGroupCoordinator: () => Promise.resolve(coordinator),
  };
  const client = { producer: () => producer, [Symbol('private:Kafka:createCluster')]: () => cluster };
  return { client: client as unknown as KafkaJs, calls };
}

const busy = (type: string): Error => Object.assign(new Error(type), { type, retriable: true });

describe('claiming through kafkajs', () => {
  // Read first, the offset can be older than what the previous owner's last commit, still under way, makes it.
  test('shuts the old owner out before it reads the committed offset', async () => {
    const { client, calls } = scripted();
    const ownership = await claimPartition(client, OPTIONS);
    expect(calls).toEqual(['InitProducerId', 'OffsetFetch']);
    expect(ownership.committed).toEqual({ offset: 5, metadata: 'm' });
  });

  test('waits for the offset while a transaction may change it, without another claim', async () => {
    const unstable = busy('UNSTABLE_OFFSET_COMMIT');
    const { client, calls } = scripted({ offsetFetch: [unstable, unstable] });
    const ownership = await claimPartition(client, OPTIONS);
    expect(calls).toEqual(['InitProducerId', 'OffsetFetch', 'OffsetFetch', 'OffsetFetch']);
    expect(ownership.committed).toEqual({ offset: 5, metadata: 'm' });
  });

  test('the first commit uses the transaction that the claim began', async () => {
    const { client, calls } = scripted();
    const ownership = await claimPartition(client, OPTIONS);
    await ownership.commit([], [{ group: 'g', offset: 6, metadata: '' }]);
    expect(calls).toEqual(['InitProducerId', 'OffsetFetch', 'sendOffsets', 'commit']);
  });
});

describe('committing through kafkajs', () => {
  const offsets = [{ group: 'g', offset: 6, metadata: '' }];

  // kafkajs asks once, and has the names of other errors in its list of those to retry.
  test.each(['CONCURRENT_TRANSACTIONS', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR_FOR_GROUP'])(
    'offsets that meet %s are sent again',
    async (type) => {
      const { client, calls } = scripted({ sendOffsets: [busy(type), busy(type)] });
      const ownership = await claimPartition(client, OPTIONS);
      await ownership.commit([], offsets);
      expect(calls.filter((call) => call === 'sendOffsets')).toHaveLength(3);
    },
  );

  test('a commit whose answer is lost is not tried again, and ends the ownership', async () => {
    const { client, calls } = scripted({ commit: [new Error('connection closed')] });
    const ownership = await claimPartition(client, OPTIONS);
    await expect(ownership.commit([], offsets)).rejects.toThrow(UnknownOutcomeError);
    expect(calls.filter((call) => call === 'commit')).toHaveLength(1);
    await expect(ownership.commit([], offsets)).rejects.toThrow('spent');
  });

  test('a newer owner is told apart from an unknown outcome', async () => {
    const fenced = Object.assign(new Error('old epoch'), { type: 'INVALID_PRODUCER_EPOCH' });
    const { client } = scripted({ sendOffsets: [fenced] });
    const ownership = await claimPartition(client, OPTIONS);
    await expect(ownership.commit([], offsets)).rejects.toThrow(FencedError);
  });

  test('metadata that no broker takes is refused before anything is sent', async () => {
    const { client, calls } = scripted();
    const ownership = await claimPartition(client, OPTIONS);
    const metadata = 'é'.repeat(2049);
    await expect(ownership.commit([], [{ group: 'g', offset: 6, metadata }])).rejects.toThrow(RangeError);
    expect(calls).not.toContain('sendOffsets');
  });

  test('two commits at once are a bug', async () => {
    const { client } = scripted();
    const ownership = await claimPartition(client, OPTIONS);
    const first = ownership.commit([], offsets);
    await expect(ownership.commit([], offsets)).rejects.toThrow('committing');
    await first;
  });
});
