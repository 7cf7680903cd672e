/** Ownership of a partition, and its transactions. Part of kafka_contract.ts. */
import { describe, expect, test } from '@jest/globals';
import { FencedError, RecordTooLargeError } from '../../../services/platform/kafka/port.ts';
import { batch, MAX_MESSAGE_BYTES, type ContractKit } from './contract_kit.ts';

export function describeCommitting(kit: ContractKit): void {
  describe('claiming and committing', () => {
    test('a partition without a commit has none, and what is committed is what the next claim reads', async () => {
      const options = kit.owner(await kit.createTopic());
      const { group } = options;
      const first = await kit.claim(options);
      expect(first.committed).toBeNull();
      await first.commit([], [{ group, offset: 7, metadata: '{"p":9}' }]);
      await first.commit([], [{ group, offset: 8, metadata: '{"p":10,"é":1}' }]);
      expect((await kit.claim(options)).committed).toEqual({ offset: 8, metadata: '{"p":10,"é":1}' });
    });

    test('offsets of several groups are committed together', async () => {
      const options = kit.owner(await kit.createTopic(), 3);
      const { group, topic } = options;
      const ownership = await kit.claim(options);
      const progress = `${group}.progress`;
      await ownership.commit(
        [],
        [
          { group, offset: 5, metadata: 'm' },
          { group: progress, offset: 11, metadata: '' },
        ],
      );
      // The broker writes the end of a transaction after its answer; a claim waits for that.
      await kit.claim(options);
      expect(await kit.admin.committed(group, topic, 3)).toEqual({ offset: 5, metadata: 'm' });
      expect(await kit.admin.committed(progress, topic, 3)).toEqual({ offset: 11, metadata: '' });
      expect(await kit.admin.committed(group, topic, 2)).toBeNull();
    });

    test('commits follow each other at once, with records and without', async () => {
      const output = await kit.createTopic(1);
      const options = kit.owner(await kit.createTopic());
      const { group } = options;
      const ownership = await kit.claim(options);
      for (let offset = 0; offset < 10; offset++) {
        const outputs = offset % 2 === 0 ? [batch(output, 0, String(offset))] : [];
        await ownership.commit(outputs, [{ group, offset, metadata: '' }]);
      }
      const { listener } = await kit.readAll(output);
      await listener.until(() => listener.records(0).length === 5);
      expect(listener.values(0)).toEqual(['0', '2', '4', '6', '8']);
      expect((await kit.claim(options)).committed?.offset).toBe(9);
    });

    test('outputs to several topics and partitions appear, and reading passes the markers', async () => {
      const [traces, metrics] = [await kit.createTopic(), await kit.createTopic()];
      const options = kit.owner(await kit.createTopic());
      const ownership = await kit.claim(options);
      await ownership.commit(
        [batch(traces, 1, 'trace'), batch(metrics, 1, 'metric'), batch(traces, 2, 'other')],
        [{ group: options.group, offset: 1, metadata: '' }],
      );
      const { listener } = await kit.readAll(traces);
      await listener.until(() => listener.next.get(1) === 2 && listener.next.get(2) === 2);
      expect([listener.values(1), listener.values(2)]).toEqual([['trace'], ['other']]);
      expect(listener.highWatermarks.get(1)).toBe(2);
      await kit.claim(options);
      const marks = await kit.admin.watermarks(metrics);
      expect(marks[1]).toEqual({ partition: 1, low: 0, high: 2 });
    });

    test('a new claim shuts the old owner out: its commit fails and leaves nothing', async () => {
      const output = await kit.createTopic(1);
      const options = kit.owner(await kit.createTopic());
      const { group, topic } = options;
      const old = await kit.claim(options);
      await old.commit([batch(output, 0, 'old')], [{ group, offset: 1, metadata: 'old' }]);
      const current = await kit.claim(options);
      await expect(
        old.commit([batch(output, 0, 'zombie')], [{ group, offset: 2, metadata: 'zombie' }]),
      ).rejects.toThrow(FencedError);
      await current.commit([batch(output, 0, 'new')], [{ group, offset: 3, metadata: 'new' }]);
      const { listener } = await kit.readAll(output);
      await listener.until(() => listener.values(0).includes('new'));
      expect(listener.values(0)).toEqual(['old', 'new']);
      await kit.claim(options);
      expect(await kit.admin.committed(group, topic, 0)).toEqual({ offset: 3, metadata: 'new' });
    });

    test('a claim aborts what a dead owner left open; readers of committed records never see it', async () => {
      const output = await kit.createTopic(1);
      const options = kit.owner(await kit.createTopic());
      await kit.under.leaveOpenTransaction(options, batch(output, 0, 'unfinished'));
      await kit.append(output, 0, 'behind');

      const committed = await kit.readAll(output);
      const uncommitted = await kit.readAll(output, 'read_uncommitted');
      await uncommitted.listener.until(() => uncommitted.listener.records(0).length === 2);
      expect(uncommitted.listener.values(0)).toEqual(['unfinished', 'behind']);
      expect(committed.listener.values(0)).toEqual([]);

      expect((await kit.claim(options)).committed).toBeNull();
      await committed.listener.until(() => committed.listener.next.get(0) === 3);
      expect(committed.listener.values(0)).toEqual(['behind']);
    });

    test('reading passes an aborted transaction that has nothing to show', async () => {
      const output = await kit.createTopic(1);
      const options = kit.owner(await kit.createTopic());
      const { listener } = await kit.readAll(output);
      await kit.under.leaveOpenTransaction(options, batch(output, 0, 'unfinished'));
      await kit.claim(options);
      await listener.until(() => listener.next.get(0) === 2);
      expect(listener.records(0)).toEqual([]);
    });

    test('a record over the limit fails the commit, and nothing of it is there', async () => {
      const output = await kit.createTopic(1);
      const options = kit.owner(await kit.createTopic());
      const { group, topic } = options;
      const ownership = await kit.claim(options);
      const large = {
        topic: output,
        partition: 0,
        records: [{ value: Buffer.alloc(MAX_MESSAGE_BYTES + 1, 1) }],
      };
      await expect(
        ownership.commit([batch(output, 0, 'small'), large], [{ group, offset: 1, metadata: '' }]),
      ).rejects.toThrow(RecordTooLargeError);
      await kit.append(output, 0, 'behind');
      const { listener } = await kit.readAll(output);
      await listener.until(() => listener.records(0).length > 0);
      expect(listener.values(0)).toEqual(['behind']);
      expect(await kit.admin.committed(group, topic, 0)).toBeNull();
    });
  });
}
