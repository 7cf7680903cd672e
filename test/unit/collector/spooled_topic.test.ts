import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { directoryDisk } from '../../../services/collector/spool_disk.ts';
import { SpansTopic } from '../../../services/collector/spans_topic.ts';
import { SpooledTopic } from '../../../services/collector/spooled_topic.ts';
import {
  KafkaUnavailableError,
  type Kafka,
  type PartitionRecords,
} from '../../../services/platform/kafka/port.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { SPOOL_TOPIC, SpoolFixture } from '../../support/spool_fixture.ts';

// Real files, and a disk that others use too.
jest.setTimeout(30_000);

let setup: SpoolFixture;
let isAway: boolean;
let appends: number;
let way: SpooledTopic;

const away = (): Promise<never> => Promise.reject(new KafkaUnavailableError('away'));

function breakable(kafka: Kafka): Kafka {
  return {
    input: (options, listener) => kafka.input(options, listener),
    claim: (options) => (isAway ? away() : kafka.claim(options)),
    admin: async () => {
      const admin = await kafka.admin();
      return { ...admin, partitionCount: (topic) => (isAway ? away() : admin.partitionCount(topic)) };
    },
    producer: async () => {
      const producer = await kafka.producer();
      return {
        append: (batch) => (appends++, isAway ? away() : producer.append(batch)),
        stop: () => producer.stop(),
      };
    },
  };
}

async function start(maxBytes = 1_000_000): Promise<SpooledTopic> {
  const kafka = breakable(setup.kafka);
  const { metrics, time } = setup;
  const spansTopic = new SpansTopic({ kafka, topic: SPOOL_TOPIC, timers: time, log: quietLog });
  const topic = new SpooledTopic({
    ...{ disk: directoryDisk(setup.directory), newId: randomUUID, maxBytes, segmentBytes: 200 },
    ...{ kafka, spansTopic, topic: SPOOL_TOPIC },
    ...{ clock: time, timers: time, log: quietLog, metrics, onBug: (error) => setup.bugs.push(error) },
  });
  await topic.start();
  return topic;
}

beforeEach(async () => {
  [isAway, appends, setup] = [false, 0, new SpoolFixture()];
  await setup.createTopic();
});
afterEach(async () => {
  await way.stop();
  await setup.remove();
  expect(setup.bugs).toEqual([]);
});

const batch = (text: string): PartitionRecords => ({
  ...{ topic: SPOOL_TOPIC, partition: 0 },
  records: [{ value: Buffer.from(text) }],
});

test('while Kafka takes spans nothing goes to the disk', async () => {
  way = await start();
  await way.append(batch('a'));
  expect(setup.stored(0)).toEqual(['a']);
  expect([way.notReady(), way.remark()]).toEqual([null, null]);
  expect(await setup.registry.expose()).toMatch(/spooled_records_total(\{.*\})? 0/);
});

test('only the first append of an outage waits for Kafka; the collector stays ready and says that it spools', async () => {
  way = await start();
  isAway = true;
  for (const text of ['a', 'b', 'c']) await way.append(batch(text));
  expect(appends).toBe(1);
  expect(way.notReady()).toBeNull();
  expect(way.remark()).toContain('spooling');
  expect(await setup.registry.expose()).toMatch(/spanmill_collector_spooling(\{.*\})? 1/);
});

test('when Kafka is back the spool is drained and new batches go to Kafka again', async () => {
  way = await start();
  isAway = true;
  for (const text of ['a', 'b', 'c']) await way.append(batch(text));
  isAway = false;
  await setup.until(() => way.remark() === null);
  await way.append(batch('d'));
  expect(setup.stored(0)).toEqual(['a', 'b', 'c', 'd']);
  expect([appends, way.notReady()]).toEqual([2, null]);
});

test('a second outage is like the first', async () => {
  way = await start();
  for (const text of ['a', 'b']) {
    isAway = true;
    await way.append(batch(text));
    isAway = false;
    await setup.until(() => way.remark() === null);
  }
  expect(setup.stored(0)).toEqual(['a', 'b']);
});

test('with a full spool spans are refused and the collector is unready, until Kafka is back', async () => {
  way = await start(100);
  isAway = true;
  await way.append(batch('x'.repeat(80)));
  await expect(way.append(batch('refused'))).rejects.toThrow(KafkaUnavailableError);
  expect(way.notReady()).toContain('the spool is full');
  isAway = false;
  await setup.until(() => way.notReady() === null && way.remark() === null);
  await way.append(batch('again'));
  expect(setup.stored(0)).toEqual(['x'.repeat(80), 'again']);
});

test('where the spool takes nothing at all, Kafka is asked every time', async () => {
  way = await start(10);
  isAway = true;
  await expect(way.append(batch('refused'))).rejects.toThrow(KafkaUnavailableError);
  isAway = false;
  await way.append(batch('taken'));
  expect(setup.stored(0)).toEqual(['taken']);
});

test('what was spooled in an earlier life is drained after the start, without any traffic', async () => {
  way = await start();
  isAway = true;
  await way.append(batch('from before'));
  setup.crash();
  await way.stop();
  isAway = false;
  way = await start();
  await setup.until(() => setup.stored(0).length > 0);
  expect(setup.stored(0)).toEqual(['from before']);
});

test('an append that was written though its answer was lost comes twice: the stated limit', async () => {
  way = await start();
  setup.kafka.failNextAppend('after');
  await way.append(batch('doubtful'));
  await setup.until(() => way.remark() === null);
  expect(setup.stored(0)).toEqual(['doubtful', 'doubtful']);
});
