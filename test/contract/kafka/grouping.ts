/** Members of a group, their partitions, and the reading of those. Part of kafka_contract.ts. */
import { describe, expect, test } from '@jest/globals';
import { startAll } from '../../support/recording_listener.ts';
import { batch, PARTITIONS, type ContractKit } from './contract_kit.ts';

export function describeGrouping(kit: ContractKit): void {
  describe('reading in a group', () => {
    test('a member alone gets every partition, and nothing of it before startAt', async () => {
      const topic = await kit.createTopic();
      await kit.append(topic, 0, 'a');
      await kit.append(topic, 1, 'b');
      const { input, listener } = await kit.join(topic);
      await listener.until(() => listener.partitions.length === PARTITIONS);
      input.startAt(1, 0);
      await listener.until(() => listener.records(1).length === 1);
      expect(listener.records(0)).toEqual([]);
    });

    test('records come in order, one delivery of a partition at a time', async () => {
      const topic = await kit.createTopic(1);
      const values = Array.from({ length: 300 }, (_, index) => String(index));
      await kit.producer.append(batch(topic, 0, ...values));
      const { input, listener } = await kit.join(topic);
      let underWay = 0;
      listener.handle = async () => {
        underWay += 1;
        expect(underWay).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= 1;
      };
      await listener.until(() => listener.partitions.length === 1);
      input.startAt(0, 0);
      await kit.append(topic, 0, 'last');
      await listener.until(() => listener.records(0).length === 301);
      expect(listener.values(0)).toEqual([...values, 'last']);
      expect(listener.failures).toEqual([]);
    });

    test('startAt in the middle skips what is before, and again reads once more', async () => {
      const topic = await kit.createTopic(1);
      await kit.producer.append(batch(topic, 0, 'a', 'b', 'c', 'd'));
      const { input, listener } = await kit.join(topic);
      await listener.until(() => listener.partitions.length === 1);
      input.startAt(0, 2);
      await listener.until(() => listener.records(0).length === 2);
      input.startAt(0, 1);
      await listener.until(() => listener.records(0).length === 5);
      expect(listener.values(0)).toEqual(['c', 'd', 'b', 'c', 'd']);
    });

    test('startAt before what retention has left starts at the oldest record', async () => {
      const topic = await kit.createTopic(1);
      await kit.append(topic, 0, 'a', 'b', 'c');
      await kit.under.deleteRecords(topic, 0, 2);
      expect(await kit.admin.watermarks(topic)).toEqual([{ partition: 0, low: 2, high: 3 }]);
      const { input, listener } = await kit.join(topic);
      await listener.until(() => listener.partitions.length === 1);
      input.startAt(0, 1);
      await listener.until(() => listener.records(0).length === 1);
      expect(listener.records(0)[0]?.offset).toBe(2);
    });

    test('a slow handler holds up its own partition only', async () => {
      const topic = await kit.createTopic(2);
      await kit.append(topic, 0, 'slow');
      await kit.append(topic, 1, 'a');
      const { input, listener } = await kit.join(topic);
      const release = Promise.withResolvers<undefined>();
      listener.handle = (partition) => (partition === 0 ? release.promise : Promise.resolve());
      await listener.until(() => listener.partitions.length === 2);
      startAll(input, listener);
      await listener.until(() => listener.records(0).length === 1 && listener.records(1).length === 1);
      await kit.append(topic, 0, 'waiting');
      await kit.append(topic, 1, 'b', 'c');
      await listener.until(() => listener.records(1).length === 3);
      expect(listener.values(0)).toEqual(['slow']);
      release.resolve(undefined);
      await listener.until(() => listener.records(0).length === 2);
      expect(listener.values(0)).toEqual(['slow', 'waiting']);
    });

    test('a paused partition waits, the others do not', async () => {
      const topic = await kit.createTopic(2);
      const { input, listener } = await kit.readAll(topic);
      input.pause(0);
      await kit.append(topic, 0, 'held');
      await kit.append(topic, 1, 'a');
      await listener.until(() => listener.records(1).length === 1);
      expect(listener.records(0)).toEqual([]);
      input.resume(0);
      await listener.until(() => listener.records(0).length === 1);
    });

    test('when members come and go, kept partitions go on and moved ones are started anew', async () => {
      const topic = await kit.createTopic();
      const group = kit.under.uniqueName('group');
      const first = await kit.join(topic, { group });
      await first.listener.until(() => first.listener.partitions.length === PARTITIONS);
      startAll(first.input, first.listener);
      for (let partition = 0; partition < PARTITIONS; partition++) await kit.append(topic, partition, 'one');
      await first.listener.until(() => [0, 1, 2, 3].every((p) => first.listener.records(p).length === 1));

      const second = await kit.join(topic, { group });
      await second.listener.until(() => second.listener.partitions.length === 2);
      await first.listener.until(() => first.listener.partitions.length === 2);
      const kept = first.listener.partitions;
      const moved = second.listener.partitions;
      expect([...kept, ...moved].sort()).toEqual([0, 1, 2, 3]);
      for (const partition of moved) second.input.startAt(partition, 1);
      for (let partition = 0; partition < PARTITIONS; partition++) await kit.append(topic, partition, 'two');
      await first.listener.until(() => kept.every((p) => first.listener.records(p).length === 2));
      await second.listener.until(() => moved.every((p) => second.listener.records(p).length === 1));

      await second.input.stop();
      await first.listener.until(() => first.listener.partitions.length === PARTITIONS);
      for (const partition of moved) first.input.startAt(partition, 2);
      for (let partition = 0; partition < PARTITIONS; partition++)
        await kit.append(topic, partition, 'three');
      await first.listener.until(() => [0, 1, 2, 3].every((p) => first.listener.values(p).includes('three')));

      for (const partition of kept) expect(first.listener.values(partition)).toEqual(['one', 'two', 'three']);
      for (const partition of moved) {
        expect(first.listener.values(partition)).toEqual(['one', 'three']);
        expect(second.listener.values(partition)).toEqual(['two']);
      }
      expect(first.listener.assigned.map((partitions) => [...partitions].sort())).toEqual([
        [0, 1, 2, 3],
        moved,
      ]);
      expect(first.listener.lost.map((partitions) => [...partitions].sort())).toEqual([moved]);
    });

    test('a handler that is still at it when members come keeps its partition in order', async () => {
      const topic = await kit.createTopic(2);
      const group = kit.under.uniqueName('group');
      const first = await kit.join(topic, { group });
      await first.listener.until(() => first.listener.partitions.length === 2);
      const release = Promise.withResolvers<undefined>();
      first.listener.handle = () => release.promise;
      startAll(first.input, first.listener);
      await kit.append(topic, 0, 'a');
      await kit.append(topic, 1, 'a');
      await first.listener.until(() => [0, 1].every((p) => first.listener.records(p).length === 1));
      const second = await kit.join(topic, { group });
      await second.listener.until(() => second.listener.partitions.length === 1);
      await first.listener.until(() => first.listener.partitions.length === 1);
      const [kept = -1] = first.listener.partitions;
      await kit.append(topic, kept, 'b');
      release.resolve(undefined);
      await first.listener.until(() => first.listener.records(kept).length === 2);
      expect(first.listener.values(kept)).toEqual(['a', 'b']);
    });

    test('after stop nothing is delivered, and stop waits for the handler at work', async () => {
      const topic = await kit.createTopic(1);
      const { input, listener } = await kit.readAll(topic);
      const release = Promise.withResolvers<undefined>();
      listener.handle = () => release.promise;
      await kit.append(topic, 0, 'a');
      await listener.until(() => listener.records(0).length === 1);
      let stopped = false;
      const stop = input.stop().then(() => (stopped = true));
      await kit.append(topic, 0, 'b');
      expect(stopped).toBe(false);
      release.resolve(undefined);
      await stop;
      expect(listener.values(0)).toEqual(['a']);
    });

    test('a handler that rejects fails the input', async () => {
      const topic = await kit.createTopic(1);
      const { listener } = await kit.readAll(topic);
      const bug = new Error('a bug');
      listener.handle = () => Promise.reject(bug);
      await kit.append(topic, 0, 'a', 'b');
      await listener.until(() => listener.failures.length === 1);
      expect(listener.failures[0]?.cause ?? listener.failures[0]).toBe(bug);
    });
  });
}
