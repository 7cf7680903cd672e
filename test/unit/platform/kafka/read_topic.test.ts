import { describe, expect, test } from '@jest/globals';
import type { Kafka } from '../../../../services/platform/kafka/port.ts';
import { readTopic } from '../../../../services/platform/kafka/read_topic.ts';
import { FakeKafka } from '../../../support/fake_kafka.ts';
import { ManualTime } from '../../../support/manual_time.ts';

const TOPIC = 'letters';

async function filled(time = new ManualTime()): Promise<FakeKafka> {
  const kafka = new FakeKafka(time, 2);
  const admin = await kafka.admin();
  await admin.ensureTopics([{ name: TOPIC, partitions: 2, replicationFactor: 1, config: {} }]);
  const producer = await kafka.producer();
  for (const partition of [0, 1]) {
    const records = ['a', 'b', 'c', 'd', 'e'].map((value) => ({
      value: Buffer.from(`${value}${partition}`),
    }));
    await producer.append({ topic: TOPIC, partition, records });
  }
  return kafka;
}

async function read(
  kafka: Kafka,
  ranges: { partition: number; from: number; to: number }[],
): Promise<string[]> {
  const values: string[] = [];
  await readTopic(kafka, {
    topic: TOPIC,
    ranges,
    isolation: 'read_committed',
    onRecords: (_, records) => void values.push(...records.map(({ value }) => value.toString())),
  });
  return values;
}

describe('reading a topic once', () => {
  test('gives the records of each range, in order, and ends', async () => {
    const kafka = await filled();
    expect(await read(kafka, [{ partition: 1, from: 1, to: 4 }])).toEqual(['b1', 'c1', 'd1']);
    const both = await read(kafka, [
      { partition: 0, from: 0, to: 5 },
      { partition: 1, from: 4, to: 5 },
    ]);
    expect(both.sort()).toEqual(['a0', 'b0', 'c0', 'd0', 'e0', 'e1']);
  });

  test('of nothing asks Kafka nothing', async () => {
    expect(await read(new FakeKafka(new ManualTime()), [{ partition: 0, from: 7, to: 7 }])).toEqual([]);
  });

  test('ends behind markers and aborted records, which it does not give', async () => {
    const kafka = await filled();
    const owner = () => kafka.claim({ topic: TOPIC, partition: 0, group: 'g', transactionalId: 't' });
    kafka.failNextCommit('during');
    const lost = { topic: TOPIC, partition: 0, records: [{ value: Buffer.from('lost') }] };
    await expect((await owner()).commit([lost], [])).rejects.toThrow('amid');
    await owner();
    expect(await read(kafka, [{ partition: 0, from: 4, to: 7 }])).toEqual(['e0']);
  });

  test('ends with what the handler throws', async () => {
    const kafka = await filled();
    const reading = readTopic(kafka, {
      topic: TOPIC,
      ranges: [{ partition: 0, from: 0, to: 5 }],
      isolation: 'read_committed',
      onRecords: () => Promise.reject(new Error('no room')),
    });
    await expect(reading).rejects.toThrow('no room');
  });

  test('gives up where an open transaction hides the rest for too long', async () => {
    const time = new ManualTime();
    const kafka = await filled(time);
    const owner = await kafka.claim({ topic: TOPIC, partition: 0, group: 'g', transactionalId: 't' });
    kafka.failNextCommit('during');
    const open = { topic: TOPIC, partition: 0, records: [{ value: Buffer.from('open') }] };
    await expect(owner.commit([open], [])).rejects.toThrow('amid');
    const reading = readTopic(
      kafka,
      {
        topic: TOPIC,
        ranges: [{ partition: 0, from: 0, to: 6 }],
        isolation: 'read_committed',
        onRecords: () => undefined,
        patienceMs: 5_000,
      },
      time,
    );
    const outcome = expect(reading).rejects.toThrow('letters/0 from offset 5');
    await time.sleep(0);
    await kafka.quiet();
    time.advance(10_000);
    await outcome;
  });
});
