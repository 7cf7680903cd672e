/**
 * What every implementation of the Kafka port must do: run on the real Kafka through kafkajs and on the fake, so that a
 * test on the fake says something about the real one.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  FencedError,
  RecordTooLargeError,
  type Admin,
  type ClaimOptions,
  type Input,
  type InputOptions,
  type Kafka,
  type PartitionRecords,
  type Producer,
} from '../../../services/platform/kafka/port.ts';
import { RecordingListener, startAll } from '../../support/recording_listener.ts';

export interface KafkaUnderTest {
  readonly kafka: Kafka;
  /** The broker's time. */
  now(): number;
  uniqueName(prefix: string): string;
  /** As an owner does that dies amid a commit: the records are there, the transaction is open. */
  leaveOpenTransaction(owner: ClaimOptions, output: PartitionRecords): Promise<void>;
  deleteRecords(topic: string, partition: number, before: number): Promise<void>;
}

const PARTITIONS = 4;
const MAX_MESSAGE_BYTES = 2_000_000;

export function describeKafka(name: string, setUp: () => Promise<KafkaUnderTest>): void {
  describe(name, () => {
    let under: KafkaUnderTest;
    let kafka: Kafka;
    let admin: Admin;
    let producer: Producer;
    const inputs: Input[] = [];
    const releases: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      under = await setUp();
      ({ kafka } = under);
      admin = await kafka.admin();
      producer = await kafka.producer();
    });

    afterEach(async () => {
      await Promise.all(inputs.splice(0).map((input) => input.stop()));
      await Promise.all(releases.splice(0).map((release) => release()));
    });

    afterAll(async () => {
      await producer.stop();
      await admin.stop();
    });

    const createTopic = async (partitions = PARTITIONS): Promise<string> => {
      const topic = under.uniqueName('topic');
      const config = {
        'message.timestamp.type': 'LogAppendTime',
        'max.message.bytes': String(MAX_MESSAGE_BYTES),
      };
      await admin.ensureTopics([{ name: topic, partitions, replicationFactor: 1, config }]);
      return topic;
    };

    const append = async (topic: string, partition: number, ...values: string[]): Promise<void> => {
      for (const value of values) await producer.append(batch(topic, partition, value));
    };

    const join = async (
      topic: string,
      options: Partial<InputOptions> = {},
    ): Promise<{ input: Input; listener: RecordingListener }> => {
      const listener = new RecordingListener();
      const input = await kafka.input(
        { topic, group: under.uniqueName('group'), isolation: 'read_committed', ...options },
        listener,
      );
      inputs.push(input);
      return { input, listener };
    };

    /** A reader of the whole topic, from its beginning. */
    const readAll = async (topic: string, isolation: InputOptions['isolation'] = 'read_committed') => {
      const { input, listener } = await join(topic, { isolation });
      await listener.until(() => listener.partitions.length > 0);
      startAll(input, listener);
      return { input, listener };
    };

    const owner = (topic: string, partition = 0): ClaimOptions => {
      const group = under.uniqueName('owners');
      return { topic, partition, group, transactionalId: `${group}-${partition}` };
    };

    const claim = async (options: ClaimOptions) => {
      const ownership = await kafka.claim(options);
      releases.push(() => ownership.release());
      return ownership;
    };

    describe('appending', () => {
      test('says the offset of the first record, and the records follow each other', async () => {
        const topic = await createTopic();
        const first = await producer.append(batch(topic, 1, 'a', 'b'));
        const second = await producer.append(batch(topic, 1, 'c'));
        expect([first.offset, second.offset]).toEqual([0, 2]);
      });

      test('many appends at once keep their order within a partition', async () => {
        const topic = await createTopic();
        const values = Array.from({ length: 40 }, (_, index) => String(index));
        await Promise.all(values.map((value) => producer.append(batch(topic, Number(value) % 2, value))));
        const { listener } = await readAll(topic);
        await listener.until(() => listener.values(0).length + listener.values(1).length === 40);
        expect(listener.values(0)).toEqual(values.filter((value) => Number(value) % 2 === 0));
        expect(listener.values(1)).toEqual(values.filter((value) => Number(value) % 2 === 1));
      });

      test('a reader gets value, headers and the broker time of the append', async () => {
        const topic = await createTopic();
        const before = under.now();
        const headers = { tenant: 'acme', cut: Buffer.from([0, 255, 128]) };
        await producer.append({ topic, partition: 2, records: [{ value: Buffer.from('body'), headers }] });
        const { listener } = await readAll(topic);
        await listener.until(() => listener.records(2).length === 1);
        const [record] = listener.records(2);
        expect(record?.value.toString()).toBe('body');
        expect(record?.headers['tenant']).toEqual(Buffer.from('acme'));
        expect(record?.headers['cut']).toEqual(Buffer.from([0, 255, 128]));
        expect(record?.timestampMs).toBeGreaterThanOrEqual(before);
        expect(record?.timestampMs).toBeLessThanOrEqual(under.now());
      });

      test('an empty value is a record like any other', async () => {
        const topic = await createTopic();
        await append(topic, 0, '', 'after');
        const { listener } = await readAll(topic);
        await listener.until(() => listener.records(0).length === 2);
        expect(listener.values(0)).toEqual(['', 'after']);
      });

      test('a batch compressed by the client reads the same', async () => {
        const topic = await createTopic();
        const values = Array.from({ length: 20 }, (_, index) => `${index} `.repeat(1000));
        await producer.append({ ...batch(topic, 0, ...values), compression: 'zstd' });
        const { listener } = await readAll(topic);
        await listener.until(() => listener.records(0).length === 20);
        expect(listener.values(0)).toEqual(values);
      });

      test('a record over the limit of the topic is refused, and the next one goes through', async () => {
        const topic = await createTopic();
        const large = { topic, partition: 0, records: [{ value: Buffer.alloc(MAX_MESSAGE_BYTES + 1, 1) }] };
        await expect(producer.append(large)).rejects.toThrow(RecordTooLargeError);
        expect(await producer.append(batch(topic, 0, 'small'))).toEqual({ offset: 0 });
      });
    });

    describe('claiming and committing', () => {
      test('a partition without a commit has none, and what is committed is what the next claim reads', async () => {
        const options = owner(await createTopic());
        const { group } = options;
        const first = await claim(options);
        expect(first.committed).toBeNull();
        await first.commit([], [{ group, offset: 7, metadata: '{"p":9}' }]);
        await first.commit([], [{ group, offset: 8, metadata: '{"p":10,"é":1}' }]);
        expect((await claim(options)).committed).toEqual({ offset: 8, metadata: '{"p":10,"é":1}' });
      });

      test('offsets of several groups are committed together', async () => {
        const options = owner(await createTopic(), 3);
        const { group, topic } = options;
        const ownership = await claim(options);
        const progress = `${group}.progress`;
        await ownership.commit(
          [],
          [
            { group, offset: 5, metadata: 'm' },
            { group: progress, offset: 11, metadata: '' },
          ],
        );
        expect(await admin.committed(group, topic, 3)).toEqual({ offset: 5, metadata: 'm' });
        expect(await admin.committed(progress, topic, 3)).toEqual({ offset: 11, metadata: '' });
        expect(await admin.committed(group, topic, 2)).toBeNull();
      });

      test('commits follow each other at once, with records and without', async () => {
        const output = await createTopic(1);
        const options = owner(await createTopic());
        const { group } = options;
        const ownership = await claim(options);
        for (let offset = 0; offset < 10; offset++) {
          const outputs = offset % 2 === 0 ? [batch(output, 0, String(offset))] : [];
          await ownership.commit(outputs, [{ group, offset, metadata: '' }]);
        }
        const { listener } = await readAll(output);
        await listener.until(() => listener.records(0).length === 5);
        expect(listener.values(0)).toEqual(['0', '2', '4', '6', '8']);
        expect((await claim(options)).committed?.offset).toBe(9);
      });

      test('outputs to several topics and partitions appear, and reading passes the markers', async () => {
        const [traces, metrics] = [await createTopic(), await createTopic()];
        const options = owner(await createTopic());
        const ownership = await claim(options);
        await ownership.commit(
          [batch(traces, 1, 'trace'), batch(metrics, 1, 'metric'), batch(traces, 2, 'other')],
          [{ group: options.group, offset: 1, metadata: '' }],
        );
        const { listener } = await readAll(traces);
        await listener.until(() => listener.next.get(1) === 2 && listener.next.get(2) === 2);
        expect([listener.values(1), listener.values(2)]).toEqual([['trace'], ['other']]);
        expect(listener.highWatermarks.get(1)).toBe(2);
        const marks = await admin.watermarks(metrics);
        expect(marks[1]).toEqual({ partition: 1, low: 0, high: 2 });
      });

      test('a new claim shuts the old owner out: its commit fails and leaves nothing', async () => {
        const output = await createTopic(1);
        const options = owner(await createTopic());
        const { group, topic } = options;
        const old = await claim(options);
        await old.commit([batch(output, 0, 'old')], [{ group, offset: 1, metadata: 'old' }]);
        const current = await claim(options);
        await expect(
          old.commit([batch(output, 0, 'zombie')], [{ group, offset: 2, metadata: 'zombie' }]),
        ).rejects.toThrow(FencedError);
        await current.commit([batch(output, 0, 'new')], [{ group, offset: 3, metadata: 'new' }]);
        const { listener } = await readAll(output);
        await listener.until(() => listener.values(0).includes('new'));
        expect(listener.values(0)).toEqual(['old', 'new']);
        expect(await admin.committed(group, topic, 0)).toEqual({ offset: 3, metadata: 'new' });
      });

      test('a claim aborts what a dead owner left open; readers of committed records never see it', async () => {
        const output = await createTopic(1);
        const options = owner(await createTopic());
        await under.leaveOpenTransaction(options, batch(output, 0, 'unfinished'));
        await append(output, 0, 'behind');

        const committed = await readAll(output);
        const uncommitted = await readAll(output, 'read_uncommitted');
        await uncommitted.listener.until(() => uncommitted.listener.records(0).length === 2);
        expect(uncommitted.listener.values(0)).toEqual(['unfinished', 'behind']);
        expect(committed.listener.values(0)).toEqual([]);

        expect((await claim(options)).committed).toBeNull();
        await committed.listener.until(() => committed.listener.next.get(0) === 3);
        expect(committed.listener.values(0)).toEqual(['behind']);
      });

      test('reading passes an aborted transaction that has nothing to show', async () => {
        const output = await createTopic(1);
        const options = owner(await createTopic());
        const { listener } = await readAll(output);
        await under.leaveOpenTransaction(options, batch(output, 0, 'unfinished'));
        await claim(options);
        await listener.until(() => listener.next.get(0) === 2);
        expect(listener.records(0)).toEqual([]);
      });

      test('a record over the limit fails the commit, and nothing of it is there', async () => {
        const output = await createTopic(1);
        const options = owner(await createTopic());
        const { group, topic } = options;
        const ownership = await claim(options);
        const large = {
          topic: output,
          partition: 0,
          records: [{ value: Buffer.alloc(MAX_MESSAGE_BYTES + 1, 1) }],
        };
        await expect(
          ownership.commit([batch(output, 0, 'small'), large], [{ group, offset: 1, metadata: '' }]),
        ).rejects.toThrow(RecordTooLargeError);
        await append(output, 0, 'behind');
        const { listener } = await readAll(output);
        await listener.until(() => listener.records(0).length > 0);
        expect(listener.values(0)).toEqual(['behind']);
        expect(await admin.committed(group, topic, 0)).toBeNull();
      });
    });

    describe('reading in a group', () => {
      test('a member alone gets every partition, and nothing of it before startAt', async () => {
        const topic = await createTopic();
        await append(topic, 0, 'a');
        await append(topic, 1, 'b');
        const { input, listener } = await join(topic);
        await listener.until(() => listener.partitions.length === PARTITIONS);
        input.startAt(1, 0);
        await listener.until(() => listener.records(1).length === 1);
        expect(listener.records(0)).toEqual([]);
      });

      test('records come in order, one delivery of a partition at a time', async () => {
        const topic = await createTopic(1);
        const values = Array.from({ length: 300 }, (_, index) => String(index));
        await producer.append(batch(topic, 0, ...values));
        const { input, listener } = await join(topic);
        let underWay = 0;
        listener.handle = async () => {
          underWay += 1;
          expect(underWay).toBe(1);
          await new Promise((resolve) => setImmediate(resolve));
          underWay -= 1;
        };
        await listener.until(() => listener.partitions.length === 1);
        input.startAt(0, 0);
        await append(topic, 0, 'last');
        await listener.until(() => listener.records(0).length === 301);
        expect(listener.values(0)).toEqual([...values, 'last']);
        expect(listener.failures).toEqual([]);
      });

      test('startAt in the middle skips what is before, and again reads once more', async () => {
        const topic = await createTopic(1);
        await producer.append(batch(topic, 0, 'a', 'b', 'c', 'd'));
        const { input, listener } = await join(topic);
        await listener.until(() => listener.partitions.length === 1);
        input.startAt(0, 2);
        await listener.until(() => listener.records(0).length === 2);
        input.startAt(0, 1);
        await listener.until(() => listener.records(0).length === 5);
        expect(listener.values(0)).toEqual(['c', 'd', 'b', 'c', 'd']);
      });

      test('startAt before what retention has left starts at the oldest record', async () => {
        const topic = await createTopic(1);
        await append(topic, 0, 'a', 'b', 'c');
        await under.deleteRecords(topic, 0, 2);
        expect(await admin.watermarks(topic)).toEqual([{ partition: 0, low: 2, high: 3 }]);
        const { input, listener } = await join(topic);
        await listener.until(() => listener.partitions.length === 1);
        input.startAt(0, 1);
        await listener.until(() => listener.records(0).length === 1);
        expect(listener.records(0)[0]?.offset).toBe(2);
      });

      test('a slow handler holds up its own partition only', async () => {
        const topic = await createTopic(2);
        await append(topic, 0, 'slow');
        await append(topic, 1, 'a');
        const { input, listener } = await join(topic);
        const release = Promise.withResolvers<undefined>();
        listener.handle = (partition) => (partition === 0 ? release.promise : Promise.resolve());
        await listener.until(() => listener.partitions.length === 2);
        startAll(input, listener);
        await listener.until(() => listener.records(0).length === 1 && listener.records(1).length === 1);
        await append(topic, 0, 'waiting');
        await append(topic, 1, 'b', 'c');
        await listener.until(() => listener.records(1).length === 3);
        expect(listener.values(0)).toEqual(['slow']);
        release.resolve(undefined);
        await listener.until(() => listener.records(0).length === 2);
        expect(listener.values(0)).toEqual(['slow', 'waiting']);
      });

      test('a paused partition waits, the others do not', async () => {
        const topic = await createTopic(2);
        const { input, listener } = await readAll(topic);
        input.pause(0);
        await append(topic, 0, 'held');
        await append(topic, 1, 'a');
        await listener.until(() => listener.records(1).length === 1);
        expect(listener.records(0)).toEqual([]);
        input.resume(0);
        await listener.until(() => listener.records(0).length === 1);
      });

      test('when members come and go, kept partitions go on and moved ones are started anew', async () => {
        const topic = await createTopic();
        const group = under.uniqueName('group');
        const first = await join(topic, { group });
        await first.listener.until(() => first.listener.partitions.length === PARTITIONS);
        startAll(first.input, first.listener);
        for (let partition = 0; partition < PARTITIONS; partition++) await append(topic, partition, 'one');
        await first.listener.until(() => [0, 1, 2, 3].every((p) => first.listener.records(p).length === 1));

        const second = await join(topic, { group });
        await second.listener.until(() => second.listener.partitions.length === 2);
        await first.listener.until(() => first.listener.partitions.length === 2);
        const kept = first.listener.partitions;
        const moved = second.listener.partitions;
        expect([...kept, ...moved].sort()).toEqual([0, 1, 2, 3]);
        for (const partition of moved) second.input.startAt(partition, 1);
        for (let partition = 0; partition < PARTITIONS; partition++) await append(topic, partition, 'two');
        await first.listener.until(() => kept.every((p) => first.listener.records(p).length === 2));
        await second.listener.until(() => moved.every((p) => second.listener.records(p).length === 1));

        await second.input.stop();
        await first.listener.until(() => first.listener.partitions.length === PARTITIONS);
        for (const partition of moved) first.input.startAt(partition, 2);
        for (let partition = 0; partition < PARTITIONS; partition++) await append(topic, partition, 'three');
        await first.listener.until(() =>
          [0, 1, 2, 3].every((p) => first.listener.values(p).includes('three')),
        );

        for (const partition of kept)
          expect(first.listener.values(partition)).toEqual(['one', 'two', 'three']);
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
        const topic = await createTopic(2);
        const group = under.uniqueName('group');
        const first = await join(topic, { group });
        await first.listener.until(() => first.listener.partitions.length === 2);
        const release = Promise.withResolvers<undefined>();
        first.listener.handle = () => release.promise;
        startAll(first.input, first.listener);
        await append(topic, 0, 'a');
        await append(topic, 1, 'a');
        await first.listener.until(() => [0, 1].every((p) => first.listener.records(p).length === 1));
        const second = await join(topic, { group });
        await second.listener.until(() => second.listener.partitions.length === 1);
        await first.listener.until(() => first.listener.partitions.length === 1);
        const [kept = -1] = first.listener.partitions;
        await append(topic, kept, 'b');
        release.resolve(undefined);
        await first.listener.until(() => first.listener.records(kept).length === 2);
        expect(first.listener.values(kept)).toEqual(['a', 'b']);
      });

      test('after stop nothing is delivered, and stop waits for the handler at work', async () => {
        const topic = await createTopic(1);
        const { input, listener } = await readAll(topic);
        const release = Promise.withResolvers<undefined>();
        listener.handle = () => release.promise;
        await append(topic, 0, 'a');
        await listener.until(() => listener.records(0).length === 1);
        let stopped = false;
        const stop = input.stop().then(() => (stopped = true));
        await append(topic, 0, 'b');
        expect(stopped).toBe(false);
        release.resolve(undefined);
        await stop;
        expect(listener.values(0)).toEqual(['a']);
      });

      test('a handler that rejects fails the input', async () => {
        const topic = await createTopic(1);
        const { listener } = await readAll(topic);
        const bug = new Error('a bug');
        listener.handle = () => Promise.reject(bug);
        await append(topic, 0, 'a', 'b');
        await listener.until(() => listener.failures.length === 1);
        expect(listener.failures[0]?.cause ?? listener.failures[0]).toBe(bug);
      });
    });

    describe('looking after topics', () => {
      test('missing topics are created, present ones are left alone and compared', async () => {
        const name = under.uniqueName('topic');
        const spec = { name, partitions: 3, replicationFactor: 1, config: { 'retention.ms': '3600000' } };
        expect(await admin.ensureTopics([spec])).toEqual({ created: [name], different: [] });
        expect(await admin.ensureTopics([spec])).toEqual({ created: [], different: [] });
        const other = { ...spec, partitions: 5, config: { 'retention.ms': '1000' } };
        const { created, different } = await admin.ensureTopics([other]);
        expect(created).toEqual([]);
        expect(different.join('\n')).toContain(name);
        expect(await admin.partitionCount(name)).toBe(3);
      });
    });
  });
}

function batch(topic: string, partition: number, ...values: string[]): PartitionRecords {
  return { topic, partition, records: values.map((value) => ({ value: Buffer.from(value) })) };
}
