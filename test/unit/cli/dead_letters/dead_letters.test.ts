/** The command over a Kafka in memory: what a user sees, and what readers of the topics get. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { list, replay, show } from '../../../../services/cli/commands/dead_letters.ts';
import { REPLAYED_HEADER } from '../../../../services/cli/dead_letters/letter.ts';
import type { KafkaSession } from '../../../../services/cli/kafka_session.ts';
import { topicNames } from '../../../../services/core/contracts.ts';
import { partitionOf } from '../../../../services/core/otlp/partition.ts';
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../../../services/platform/kafka/topics.ts';
import { recordedOutput } from '../../../support/cli_fakes.ts';
import { requestOf, testSpan } from '../../../support/export_requests.ts';
import { FakeKafka } from '../../../support/fake_kafka.ts';
import { ManualTime } from '../../../support/manual_time.ts';

const topics = topicNames('spanmill');
const START_MS = Date.UTC(2026, 10, 21, 10);
const YES = () => Promise.resolve(true);

describe('spanmill dead-letters', () => {
  let time: ManualTime;
  let kafka: FakeKafka;
  let session: KafkaSession;

  beforeEach(async () => {
    time = new ManualTime(START_MS);
    kafka = new FakeKafka(time);
    const admin = await kafka.admin();
    const partitions = { partitions: 3, tracesPartitions: 2, metricsPartitions: 2 };
    await admin.ensureTopics(topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, ...partitions }));
    session = { kafka, admin, topics };
  });

  async function die(
    partition: number,
    value: Buffer,
    headers: Record<string, string>,
    topic: string = topics.spans,
  ): Promise<void> {
    const producer = await kafka.producer();
    const own = {
      reason: 'malformed_record',
      error: 'length past the end',
      'source.partition': '1',
      'source.offset': '7',
    };
    const records = [{ value, headers: { ...own, 'source.topic': topic, ...headers } }];
    await producer.append({ topic: topics.deadLetters, partition, records });
    time.advance(60_000);
  }

  const surroundings = (confirm = YES) => ({ output: recordedOutput(), confirm, now: () => time.now() });

  test('lists the newest first, and counts by reason', async () => {
    await die(0, Buffer.from('x'), { tenant: 'acme' });
    await die(0, Buffer.alloc(1234), { reason: 'refused', error: 'too\nlong' }, topics.traces);
    await die(2, Buffer.from('y'), {});
    const output = recordedOutput({ width: 200 });
    await list(session, {}, { limit: 2 }, output);
    expect(output.written).toEqual([
      ' id           time (UTC)  reason            from          size  tenant   state  error',
      '───  ───────────────────  ────────────────  ──────────  ──────  ───────  ─────  ───────────────────',
      '2:0  2026-11-21 10:02:00  malformed_record  spans/1@7      1 B  default  dead   length past the end',
      '0:1  2026-11-21 10:01:00  refused           traces/1@7  1.2 kB  default  dead   too\\nlong',
      '... and 1 older',
      '',
      'malformed_record  2 letters',
      'refused           1 letter',
    ]);
  });

  test('lists only what the filters let through', async () => {
    await die(0, Buffer.from('x'), {});
    await die(0, Buffer.from('x'), { reason: 'refused' }, topics.traces);
    await die(0, Buffer.from('x'), { reason: 'refused' }, topics.metrics);
    const ids = async (filter: Parameters<typeof list>[1]): Promise<string[]> => {
      const output = recordedOutput();
      await list(session, filter, { limit: 9, json: true }, output);
      const found =
        output.written.length === 0 ? [] : (JSON.parse(output.written.join('')) as { id: string }[]);
      return found.map(({ id }) => id);
    };
    expect(await ids({ reason: 'refused' })).toEqual(['0:2', '0:1']);
    expect(await ids({ source: 'metrics' })).toEqual(['0:2']);
    expect(await ids({ sinceMs: START_MS + 60_000 })).toEqual(['0:2', '0:1']);
  });

  test('shows headers and the decoded spans of a letter', async () => {
    await die(1, requestOf(testSpan(1, 1, 'pay')), { reason: 'invalid_span_id' });
    const output = recordedOutput();
    await show(session, '1:0', {}, output);
    expect(output.written.slice(0, 4)).toEqual([
      'dead letter 1:0',
      '  time              2026-11-21 10:00:00.000 UTC',
      '  from              spans/1@7',
      expect.stringMatching(/^ {2}size {14}\d+ B$/),
    ]);
    expect(output.written).toContain('  reason            invalid_span_id');
    const text = output.written.slice(output.written.indexOf('TracesData') + 1).join('\n');
    expect(JSON.parse(text)).toMatchObject({
      resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'pay', traceId: '01'.repeat(16) }] }] }],
    });
  });

  test('dumps what cannot be decoded', async () => {
    await die(1, Buffer.from('random bytes, no protobuf'), {});
    const output = recordedOutput();
    await show(session, '1:0', {}, output);
    expect(output.written.slice(-4)).toEqual([
      'bytes',
      expect.stringContaining('cannot be decoded: '),
      '00000000  72 61 6e 64 6f 6d 20 62 79 74 65 73 2c 20 6e 6f  |random bytes, no|',
      '00000010  20 70 72 6f 74 6f 62 75 66                       | protobuf|',
    ]);
  });

  test.each(['0:0', 'x', '9:0'])('says so where there is no letter %s', async (id) => {
    await expect(show(session, id, {}, recordedOutput())).rejects.toThrow(id);
  });

  test('sends each letter back where it came from, with its own headers, once', async () => {
    const span = requestOf(testSpan(9, 1));
    await die(0, span, { tenant: 'acme', reason: 'malformed_span' });
    await die(1, Buffer.from('deltas'), { schema: 'feed' }, topics.metrics);
    await die(2, Buffer.from('batch'), { encoding: 'zstd' }, topics.traces);
    for (let i = 0; i < 2; i++) await replay(session, [], { all: true }, surroundings());

    const home = partitionOf(Buffer.alloc(16, 9), 0, 3);
    const sent = kafka.records(topics.spans, home);
    expect(sent.map(({ value, headers }) => [value.equals(span), Object.keys(headers)])).toEqual([
      [true, ['tenant']],
    ]);
    const [deltas, ...others] = kafka.records(topics.metrics, 1);
    expect([deltas?.value.toString(), deltas?.headers['schema']?.toString()]).toEqual(['deltas', 'feed']);
    expect(others).toEqual([]);
    const [batch] = kafka.records(topics.traces, 1);
    expect(Object.keys(batch?.headers ?? {})).toEqual(['encoding']);
    const output = recordedOutput();
    await list(session, {}, { limit: 9 }, output);
    expect(output.written.at(-1)).toBe('malformed_span    1 letter, 1 replayed');
    expect(kafka.records(topics.deadLetters, 2).at(-1)?.headers[REPLAYED_HEADER]?.toString()).toBe('2:0');
  });

  test.each(['before', 'during', 'after'] as const)(
    'sends once also when a commit failed %s it took place',
    async (when) => {
      await die(0, Buffer.from('deltas'), {}, topics.metrics);
      kafka.failNextCommit(when);
      await expect(replay(session, ['0:0'], {}, surroundings())).rejects.toThrow('made to fail');
      await replay(session, ['0:0'], {}, surroundings());
      expect(kafka.records(topics.metrics, 1)).toHaveLength(1);
    },
  );

  test('a span that the sink took out of its trace goes back only as a new span, when that is asked for', async () => {
    await die(0, requestOf(testSpan(9, 1)), { reason: 'refused' }, topics.traces);
    const { output, ...rest } = surroundings();
    await replay(session, ['0:0'], {}, { output, ...rest });
    expect(output.written.slice(1)).toEqual([
      '0 dead letters sent back',
      '1 letter left: a span without its trace, counted already: --as-spans sends it as a new span (0:0)',
    ]);
    expect(kafka.records(topics.traces, 1)).toEqual([]);
    await replay(session, ['0:0'], { asSpans: true }, surroundings());
    expect(kafka.records(topics.spans, partitionOf(Buffer.alloc(16, 9), 0, 3))).toHaveLength(1);
  });

  test('what is truncated or of no topic of the pipeline stays', async () => {
    await die(0, Buffer.from('a'), { truncated: '99' }, topics.metrics);
    await die(0, Buffer.from('a'), {}, 'elsewhere');
    await die(0, Buffer.from('a'), { 'source.partition': '3' });
    await die(0, Buffer.from('a'), { reason: 'unreadable_batch' });
    await die(0, Buffer.from('a'), { 'source.partition': '2' }, topics.traces);
    const around = surroundings();
    await replay(session, [], { all: true }, around);
    expect(around.output.written.slice(2)).toEqual([
      '0 dead letters sent back',
      '1 letter left: only a part of it was kept (0:0)',
      '1 letter left: it came from elsewhere, no topic of this pipeline (0:1)',
      '2 letters left: its partition is not there (0:2, 0:4)',
      '1 letter left: a whole batch that could not be read: its bytes are no record (0:3)',
    ]);
  });

  test('sends nothing in a dry run, nor when the answer is no', async () => {
    await die(0, Buffer.from('a'), {});
    const dry = surroundings();
    await replay(session, [], { all: true, dryRun: true }, dry);
    expect(dry.output.written).toEqual(['malformed_record  1 letter', '1 dead letter would be sent back']);
    const no = surroundings(() => Promise.resolve(false));
    await expect(replay(session, [], { all: true }, no)).rejects.toThrow('nothing was sent');
    expect(kafka.records(topics.spans, 1)).toEqual([]);
  });

  test.each([
    [[], {}, 'or --all'],
    [['0:0'], { all: true }, 'not both'],
    [['0-0'], {}, 'no id of a dead letter'],
    [['0:5'], {}, 'there is no dead letter 0:5'],
  ])('refuses %j with %j', async (ids, options, message) => {
    await expect(replay(session, ids, options, surroundings())).rejects.toThrow(message);
  });
});
