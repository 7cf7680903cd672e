/** What is appended is what readers get. Part of kafka_contract.ts. */
import { describe, expect, test } from '@jest/globals';
import { RecordTooLargeError } from '../../../services/platform/kafka/port.ts';
import { batch, MAX_MESSAGE_BYTES, type ContractKit } from './contract_kit.ts';

export function describeAppending(kit: ContractKit): void {
  describe('appending', () => {
    test('says the offset of the first record, and the records follow each other', async () => {
      const topic = await kit.createTopic();
      const first = await kit.producer.append(batch(topic, 1, 'a', 'b'));
      const second = await kit.producer.append(batch(topic, 1, 'c'));
      expect([first.offset, second.offset]).toEqual([0, 2]);
    });

    test('many appends at once keep their order within a partition', async () => {
      const topic = await kit.createTopic();
      const values = Array.from({ length: 40 }, (_, index) => String(index));
      await Promise.all(values.map((value) => kit.producer.append(batch(topic, Number(value) % 2, value))));
      const { listener } = await kit.readAll(topic);
      await listener.until(() => listener.values(0).length + listener.values(1).length === 40);
      expect(listener.values(0)).toEqual(values.filter((value) => Number(value) % 2 === 0));
      expect(listener.values(1)).toEqual(values.filter((value) => Number(value) % 2 === 1));
    });

    test('a reader gets value, headers and the broker time of the append', async () => {
      const topic = await kit.createTopic();
      const before = kit.under.now();
      const headers = { tenant: 'acme', cut: Buffer.from([0, 255, 128]) };
      await kit.producer.append({ topic, partition: 2, records: [{ value: Buffer.from('body'), headers }] });
      const { listener } = await kit.readAll(topic);
      await listener.until(() => listener.records(2).length === 1);
      const [record] = listener.records(2);
      expect(record?.value.toString()).toBe('body');
      expect(record?.headers['tenant']).toEqual(Buffer.from('acme'));
      expect(record?.headers['cut']).toEqual(Buffer.from([0, 255, 128]));
      expect(record?.timestampMs).toBeGreaterThanOrEqual(before);
      expect(record?.timestampMs).toBeLessThanOrEqual(kit.under.now());
    });

    test('an empty value is a record like any other', async () => {
      const topic = await kit.createTopic();
      await kit.append(topic, 0, '', 'after');
      const { listener } = await kit.readAll(topic);
      await listener.until(() => listener.records(0).length === 2);
      expect(listener.values(0)).toEqual(['', 'after']);
    });

    test('a batch compressed by the client reads the same', async () => {
      const topic = await kit.createTopic();
      const values = Array.from({ length: 20 }, (_, index) => `${index} `.repeat(1000));
      await kit.producer.append({ ...batch(topic, 0, ...values), compression: 'zstd' });
      const { listener } = await kit.readAll(topic);
      await listener.until(() => listener.records(0).length === 20);
      expect(listener.values(0)).toEqual(values);
    });

    test.each(['read_committed', 'read_uncommitted'] as const)(
      'a batch that cannot be read is one record that says so, and reading goes on behind it (%s)',
      async (isolation) => {
        const topic = await kit.createTopic();
        await kit.append(topic, 0, 'before');
        await kit.under.appendBomb(topic, 0);
        await kit.append(topic, 0, 'after');
        const { input, listener } = await kit.readAll(topic, isolation);
        await listener.until(() => listener.records(0).length === 3);
        const [before, bomb, after] = listener.records(0);
        expect([before?.value.toString(), after?.value.toString()]).toEqual(['before', 'after']);
        expect([before?.unreadable, after?.unreadable]).toEqual([undefined, undefined]);
        expect(bomb?.offset).toBe(1);
        expect(bomb?.unreadable).toContain('inflates to more than');
        // Amid the batch there is nothing more of it.
        input.startAt(0, 2);
        await listener.until(() => listener.records(0).length === 4);
        expect(listener.records(0)[3]?.offset).toBe(after?.offset);
        expect(listener.failures).toEqual([]);
      },
    );

    test('a record over the limit of the topic is refused, and the next one goes through', async () => {
      const topic = await kit.createTopic();
      const large = { topic, partition: 0, records: [{ value: Buffer.alloc(MAX_MESSAGE_BYTES + 1, 1) }] };
      await expect(kit.producer.append(large)).rejects.toThrow(RecordTooLargeError);
      expect(await kit.producer.append(batch(topic, 0, 'small'))).toEqual({ offset: 0 });
    });
  });
}
