import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { TENANT_HEADER } from '../../../services/core/contracts.ts';
import { directoryDisk } from '../../../services/collector/spool_disk.ts';
import { SpansTopic } from '../../../services/collector/spans_topic.ts';
import { SpooledTopic } from '../../../services/collector/spooled_topic.ts';
import { KafkaUnavailableError, type PartitionRecords } from '../../../services/platform/kafka/port.ts';
import { BreakableKafka } from '../../support/breakable_kafka.ts';
import { SPOOL_PARTITIONS, SPOOL_TOPIC, SpoolFixture } from '../../support/spool_fixture.ts';

// Real files, and a disk that others use too.
jest.setTimeout(30_000);

let setup: SpoolFixture;
let kafka: BreakableKafka;
let way: SpooledTopic;

let spansTopic: SpansTopic;

function create(maxBytes = 1_000_000): SpooledTopic {
  const { log, metrics, time } = setup;
  spansTopic = new SpansTopic({ kafka, topic: SPOOL_TOPIC, timers: time, log });
  return new SpooledTopic({
    ...{ disk: directoryDisk(setup.directory), newId: randomUUID, maxBytes, segmentBytes: 200 },
    ...{ kafka, spansTopic, topic: SPOOL_TOPIC },
    ...{ clock: time, timers: time, log, metrics, onBug: (error) => setup.bugs.push(error) },
  });
}

async function start(maxBytes?: number): Promise<SpooledTopic> {
  const topic = create(maxBytes);
  let isStarted = false;
  const started = topic.start().finally(() => (isStarted = true));
  await setup.until(() => isStarted);
  await started;
  return topic;
}

/** A life that has seen Kafka, and its end. */
async function startOnce(): Promise<void> {
  const first = await start();
  await first.stop();
}

beforeEach(async () => {
  setup = new SpoolFixture();
  kafka = new BreakableKafka(setup.kafka, SPOOL_PARTITIONS);
  await setup.createTopic();
});
afterEach(async () => {
  await way.stop();
  await setup.remove();
  expect(setup.bugs).toEqual([]);
});

const segments = (): string[] => readdirSync(setup.directory).filter((name) => name.endsWith('.spool'));

const batch = (text: string): PartitionRecords => ({
  ...{ topic: SPOOL_TOPIC, partition: 0 },
  records: [{ value: Buffer.from(text) }],
});

test('a record keeps its tenant on its way through the disk, also one that may be in Kafka already', async () => {
  way = await start();
  kafka.isAway = true;
  const of = (tenant: string, text: string): PartitionRecords => ({
    ...batch(text),
    records: [{ value: Buffer.from(text), headers: { [TENANT_HEADER]: tenant } }],
  });
  await way.append(of('shop', 'first'));
  await way.append(of('bank', 'second'));
  await way.append(batch('third'));
  kafka.isAway = false;
  await setup.until(() => setup.stored(0).length === 3);
  expect(
    setup.kafka
      .records(SPOOL_TOPIC, 0)
      .map(({ headers, value }) => [headers[TENANT_HEADER]?.toString(), value.toString()]),
  ).toEqual([
    ['shop', 'first'],
    ['bank', 'second'],
    [undefined, 'third'],
  ]);
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
  kafka.isAway = true;
  for (const text of ['a', 'b', 'c']) await way.append(batch(text));
  expect(kafka.appends).toBe(1);
  expect(way.notReady()).toBeNull();
  expect(way.remark()).toContain('spooling');
  expect(await setup.registry.expose()).toMatch(/spanmill_collector_spooling(\{.*\})? 1/);
});

test('when Kafka is back the spool is drained and new batches go to Kafka again', async () => {
  way = await start();
  kafka.isAway = true;
  for (const text of ['a', 'b', 'c']) await way.append(batch(text));
  kafka.isAway = false;
  await setup.until(() => way.remark() === null);
  await way.append(batch('d'));
  expect(setup.stored(0)).toEqual(['a', 'b', 'c', 'd']);
  expect([kafka.appends, way.notReady()]).toEqual([2, null]);
});

test('an outage also ends where the answer of the last drain was lost', async () => {
  way = await start();
  kafka.isAway = true;
  await way.append(batch('a'));
  setup.kafka.failNextCommit('after');
  kafka.isAway = false;
  await setup.until(() => way.remark() === null);
  expect([setup.stored(0), segments()]).toEqual([['a'], []]);
});

test('a second outage is like the first', async () => {
  way = await start();
  for (const text of ['a', 'b']) {
    kafka.isAway = true;
    await way.append(batch(text));
    kafka.isAway = false;
    await setup.until(() => way.remark() === null);
  }
  expect(setup.stored(0)).toEqual(['a', 'b']);
});

test('with a full spool spans are refused and the collector is unready, until Kafka is back', async () => {
  way = await start(150);
  kafka.isAway = true;
  await way.append(batch('x'.repeat(80)));
  await expect(way.append(batch('refused'))).rejects.toThrow(KafkaUnavailableError);
  expect(way.notReady()).toContain('the spool is full');
  kafka.isAway = false;
  await setup.until(() => way.notReady() === null && way.remark() === null);
  await way.append(batch('again'));
  expect(setup.stored(0)).toEqual(['x'.repeat(80), 'again']);
});

test('where the spool takes nothing at all, Kafka is asked every time', async () => {
  way = await start(10);
  kafka.isAway = true;
  await expect(way.append(batch('refused'))).rejects.toThrow(KafkaUnavailableError);
  kafka.isAway = false;
  await way.append(batch('taken'));
  expect(setup.stored(0)).toEqual(['taken']);
});

test('what was spooled in an earlier life is drained after the start, without any traffic', async () => {
  way = await start();
  kafka.isAway = true;
  await way.append(batch('from before'));
  setup.crash();
  await way.stop();
  kafka.isAway = false;
  way = await start();
  await setup.until(() => setup.stored(0).length > 0);
  expect(setup.stored(0)).toEqual(['from before']);
});

test('an append that was written though its answer was lost is not sent again', async () => {
  way = await start();
  await way.append(batch('before'));
  setup.kafka.failNextAppend('after');
  await way.append({
    ...batch('doubtful'),
    records: [{ value: Buffer.from('doubt') }, { value: Buffer.from('ful') }],
  });
  await setup.until(() => way.remark() === null);
  expect(setup.stored(0)).toEqual(['before', 'doubt', 'ful']);
});

test('an append that was not written is sent once, whatever others wrote meanwhile', async () => {
  way = await start();
  setup.kafka.failNextAppend('before');
  await way.append(batch('doubtful'));
  const others = await setup.kafka.producer();
  await others.append(batch('of another collector'));
  await setup.until(() => way.remark() === null);
  expect(setup.stored(0)).toEqual(['of another collector', 'doubtful']);
});

test('a look that fails is repeated: nothing is sent on a guess', async () => {
  way = await start();
  kafka.failingInputs = 3;
  setup.kafka.failNextAppend('after');
  await way.append(batch('doubtful'));
  await setup.until(() => segments().length === 0);
  expect([setup.stored(0), kafka.inputs]).toEqual([['doubtful'], 4]);
});

test('a doubt outlives a restart of the collector', async () => {
  way = await start();
  kafka.isClaimAway = true;
  setup.kafka.failNextAppend('after');
  await way.append(batch('doubtful'));
  setup.crash();
  await way.stop();
  kafka.isClaimAway = false;
  way = await start();
  await setup.until(() => segments().length === 0);
  expect([setup.stored(0), kafka.inputs]).toEqual([['doubtful'], 1]);
});

test('the log is not read where nothing came into it since', async () => {
  way = await start();
  kafka.isAway = true;
  for (const text of ['a', 'b', 'c']) await way.append(batch(text.repeat(200)));
  kafka.isAway = false;
  await setup.until(() => segments().length === 0);
  expect([setup.stored(0).length, kafka.inputs]).toEqual([3, 0]);
});

describe('a start with Kafka away', () => {
  test('takes spans at once where the spool knows how many partitions there are', async () => {
    await startOnce();
    kafka.isAway = true;
    way = await start();
    expect([spansTopic.partitions, way.notReady()]).toEqual([SPOOL_PARTITIONS, null]);
    expect(way.remark()).toContain('spooling');
    await way.append(batch('a'));
    expect([kafka.appends, segments().length]).toEqual([0, 1]);
    kafka.isAway = false;
    await setup.until(() => way.remark() === null);
    await way.append(batch('b'));
    expect(setup.stored(0)).toEqual(['a', 'b']);
  });

  test('is not over when the spool is drained before the topic was reached', async () => {
    await startOnce();
    kafka.isAway = kafka.isTopicAway = true;
    way = await start();
    await way.append(batch('a'));
    kafka.isAway = false;
    await setup.until(() => setup.stored(0).length === 1 && segments().length === 0);
    await way.append(batch('b'));
    expect([way.remark(), kafka.appends]).toEqual([expect.stringContaining('spooling'), 0]);
    expect(setup.logged.map(({ message }) => message)).not.toContain(
      'Kafka is back: spans go to Kafka again',
    );
    kafka.isTopicAway = false;
    await setup.until(() => way.remark() === null);
    await way.append(batch('c'));
    expect([setup.stored(0), kafka.appends]).toEqual([['a', 'b', 'c'], 1]);
  });

  test('ends without any traffic when Kafka is back', async () => {
    await startOnce();
    kafka.isAway = true;
    way = await start();
    kafka.isAway = false;
    await setup.until(() => way.remark() === null);
    await way.append(batch('a'));
    expect([setup.stored(0), segments()]).toEqual([['a'], []]);
  });

  test('waits where nobody knows how many there are, and says why', async () => {
    kafka.isAway = true;
    way = create();
    const started = way.start();
    await setup.until(() => way.notReady()?.includes('waiting for Kafka') === true);
    expect(way.notReady()).toContain('the spool does not know yet how many partitions there are');
    kafka.isAway = false;
    await setup.until(() => way.notReady() === null);
    await started;
    expect(spansTopic.partitions).toBe(SPOOL_PARTITIONS);
  });

  test('that is broken off leaves the spool to the next one', async () => {
    kafka.isAway = true;
    way = create();
    const outcome = way.start().catch((error: unknown) => error as Error);
    await setup.until(() => way.notReady()?.includes('waiting for Kafka') === true);
    await way.stop();
    setup.time.advance(10_000);
    expect(await outcome).toEqual(new Error('stopped before Kafka was reached'));
    kafka.isAway = false;
    way = await start();
  });

  test('goes on with the old number when the topic was made wider, says so, and knows the new one next time', async () => {
    await startOnce();
    kafka.isAway = true;
    way = await start();
    await way.append(batch('a'));
    kafka.partitions = SPOOL_PARTITIONS + 2;
    kafka.isAway = false;
    await setup.until(() => segments().length === 0 && way.remark()?.includes('spooling') === false);
    expect(spansTopic.partitions).toBe(SPOOL_PARTITIONS);
    expect(way.remark()).toBe('spans has 5 partitions, and spans go to 3: restart all collectors');
    expect(way.notReady()).toBeNull();
    const errors = setup.logged.filter(({ level }) => level === 'error').map(({ message }) => message);
    expect(errors).toContainEqual(expect.stringContaining('restart all collectors'));
    await way.stop();
    kafka.isAway = true;
    way = await start();
    expect(spansTopic.partitions).toBe(SPOOL_PARTITIONS + 2);
  });
});

test('a start that finds Kafka believes Kafka, not the spool', async () => {
  await startOnce();
  kafka.partitions = SPOOL_PARTITIONS + 2;
  way = await start();
  expect([spansTopic.partitions, way.remark()]).toEqual([SPOOL_PARTITIONS + 2, null]);
});

test('what is remembered of another topic counts for nothing', async () => {
  await startOnce();
  const file = join(setup.directory, 'partitions');
  expect(readFileSync(file, 'utf8')).toBe('3 spans\n');
  writeFileSync(file, '3 other.spans\n');
  kafka.isAway = true;
  way = create();
  const started = way.start();
  await setup.until(() => way.notReady()?.includes('does not know yet') === true);
  kafka.isAway = false;
  await setup.until(() => way.notReady() === null);
  await started;
});
