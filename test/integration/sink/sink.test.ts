/** The sink as a process between a real Kafka and a real ClickHouse. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { topicNames, type TopicNames } from '../../../services/core/contracts.ts';
import type { Kafka, Producer } from '../../../services/platform/kafka/port.ts';
import { connectKafka } from '../../../services/platform/kafka/kafkajs_kafka.ts';
import { startPipeline, type Pipeline } from '../../support/pipeline.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { testClickHouseUrl, testKafka } from '../../support/servers.ts';
import { spanIdHex, traceBatchRecord, traceIdHex } from '../../support/trace_batches.ts';
import { closableProxy, type ClosableProxy } from './closable_proxy.ts';

const PARTITIONS = 4;
const SPANS_A_TRACE = 3;
const TIMEOUT_MS = 90_000;

let proxy: ClosableProxy;
let pipeline: Pipeline;
let topics: TopicNames;
let kafka: Kafka;
let producer: Producer;

beforeEach(async () => {
  proxy = await closableProxy(testClickHouseUrl());
  const settings = {
    SPANMILL_CLICKHOUSE_URL: proxy.url,
    SPANMILL_CLICKHOUSE_TIMEOUT_MS: '2000',
    SPANMILL_SINK_BATCH_ROWS: '600',
    SPANMILL_SINK_BATCH_MS: '200',
  };
  pipeline = await startPipeline([], settings, { outputPartitions: PARTITIONS });
  const [row] = await pipeline.clickhouse.query('SELECT currentDatabase() AS name');
  topics = topicNames(String(row?.['name']));
  kafka = connectKafka({ brokers: testKafka(), clientId: 'test', log: quietLog });
  producer = await kafka.producer();
}, TIMEOUT_MS);

afterEach(async () => {
  await pipeline.stop();
  await producer.stop();
  await proxy.stop();
}, TIMEOUT_MS);

/** Sends traces `[from, to)`, fifty a record, over all partitions; `name` for the spans of some. */
async function sendTraces(
  from: number,
  to: number,
  name: (number: number) => string = () => 'work',
): Promise<void> {
  const receivedMs = Date.now();
  for (let first = from; first < to; first += 50) {
    const numbers = Array.from({ length: Math.min(50, to - first) }, (_, i) => first + i);
    const record = traceBatchRecord(
      numbers.map((number) => ({ number, receivedMs, spans: SPANS_A_TRACE, name: name(number) })),
    );
    await producer.append({ topic: topics.traces, partition: (first / 50) % PARTITIONS, records: [record] });
  }
}

/** Looks that find the same, one after the other. */
const SETTLED_LOOKS = 5;

/** What the tables hold, once there are at least as many summaries and nothing more comes. */
async function countsFrom(summaries: number) {
  let settled = 0;
  let last = '';
  for (;;) {
    const [counts] = await pipeline.clickhouse.query(`
      SELECT (SELECT count() FROM otel_traces) AS spans,
             (SELECT uniqExact(TraceId, SpanId) FROM otel_traces) AS distinctSpans,
             (SELECT sum(Fragments) FROM trace_summaries) AS fragments,
             (SELECT sum(Spans) FROM trace_summaries) AS summarySpans`);
    // Each count is of a moment of its own, and spans and summaries are inserted at the same time.
    settled = JSON.stringify(counts) === last ? settled + 1 : 0;
    last = JSON.stringify(counts);
    if (Number(counts?.['fragments']) >= summaries && settled >= SETTLED_LOOKS) return counts;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** For a kill in the middle: other rows may be on their way. */
async function summariesFrom(least: number): Promise<void> {
  let found = 0;
  while (found < least) {
    const [row] = await pipeline.clickhouse.query('SELECT sum(Fragments) AS found FROM trace_summaries');
    found = Number(row?.['found']);
  }
}

/** The dead letters, once there are as many. */
async function letters(count: number): Promise<{ reason: string; value: Buffer }[]> {
  const found: { reason: string; value: Buffer }[] = [];
  const input = await kafka.input(
    { topic: topics.deadLetters, group: `${topics.deadLetters}.check`, isolation: 'read_committed' },
    {
      onAssigned: (partitions) =>
        void ready.promise.then((joined) => partitions.forEach((one) => joined.startAt(one, 0))),
      onLost: () => undefined,
      onRecords: (_, records) => {
        for (const { headers, value } of records) {
          found.push({ reason: headers['reason']?.toString() ?? '', value: Buffer.from(value) });
        }
        return Promise.resolve();
      },
      onFailure: (error) => ready.reject(error),
    },
  );
  ready.resolve(input);
  while (found.length < count) await new Promise((resolve) => setTimeout(resolve, 50));
  await input.stop();
  return found;
}
let ready = Promise.withResolvers<Awaited<ReturnType<Kafka['input']>>>();
beforeEach(() => {
  ready = Promise.withResolvers();
});

describe('the sink', () => {
  it(
    'stores every span of the traces topic as a row, and every trace as a summary',
    async () => {
      await sendTraces(0, 400);
      await pipeline.start('sink');
      expect(await countsFrom(400)).toEqual({
        spans: '1200',
        distinctSpans: '1200',
        fragments: '400',
        summarySpans: '1200',
      });
      const [span] = await pipeline.clickhouse.query(
        `SELECT ServiceName, SpanName, SpanKind, StatusCode, ParentSpanId, Duration, ScopeName, ResourceAttributes, Tenant, Weight
       FROM otel_traces WHERE TraceId = {trace:String} AND SpanId = {span:String}`,
        { trace: traceIdHex(7), span: spanIdHex(7, 1) },
      );
      expect(span).toEqual({
        ServiceName: 'shop',
        SpanName: 'work',
        SpanKind: 'Server',
        StatusCode: 'Unset',
        ParentSpanId: spanIdHex(7, 0),
        Duration: '100000000',
        ScopeName: 'test',
        ResourceAttributes: { 'service.name': 'shop' },
        Tenant: 'default',
        Weight: 1,
      });
      const metrics = await pipeline.metrics('sink');
      expect(metrics).toMatch(/spanmill_sink_rows_total\{table="otel_traces",service="sink"\} 1200/);
    },
    TIMEOUT_MS,
  );

  it(
    'stores each span once though it is killed again and again in the middle',
    async () => {
      await sendTraces(0, 8_000);
      for (let kill = 0; kill < 3; kill++) {
        await pipeline.start('sink').catch(() => undefined);
        await summariesFrom(1_500 * (kill + 1));
        await pipeline.kill('sink', 'SIGKILL');
      }
      await pipeline.start('sink');
      const exact = { spans: '24000', distinctSpans: '24000', fragments: '8000', summarySpans: '24000' };
      expect(await countsFrom(8_000)).toEqual(exact);
      await pipeline.kill('sink', 'SIGTERM');
      expect(await countsFrom(8_000)).toEqual(exact);
    },
    TIMEOUT_MS,
  );

  it(
    'waits for a ClickHouse that is away and loses nothing',
    async () => {
      await pipeline.start('sink');
      await sendTraces(0, 1_000);
      await countsFrom(100);
      proxy.close();
      await sendTraces(1_000, 2_000);
      await failuresSeen();
      proxy.open();
      await sendTraces(2_000, 3_000);
      expect(await countsFrom(3_000)).toEqual({
        spans: '9000',
        distinctSpans: '9000',
        fragments: '3000',
        summarySpans: '9000',
      });
    },
    TIMEOUT_MS,
  );

  it(
    'dead-letters the rows that ClickHouse refuses and stores those around them',
    async () => {
      await pipeline.clickhouse.command(
        "ALTER TABLE otel_traces ADD CONSTRAINT decent CHECK SpanName != 'indecent'",
      );
      await sendTraces(0, 200, (number) => (number === 77 ? 'indecent' : 'work'));
      await pipeline.start('sink');
      const counts = await countsFrom(200);
      expect(counts).toMatchObject({ spans: '597', distinctSpans: '597', fragments: '200' });
      const refused = await letters(SPANS_A_TRACE);
      expect(refused.map(({ reason }) => reason)).toEqual(['refused', 'refused', 'refused']);
      for (const { value } of refused) expect(value.includes(Buffer.from(traceIdHex(77), 'hex'))).toBe(true);
    },
    TIMEOUT_MS,
  );

  it(
    'dead-letters what is no batch of traces, as it came',
    async () => {
      const garbage = Buffer.from('this is no zstd');
      await producer.append({
        topic: topics.traces,
        partition: 0,
        records: [{ value: garbage, headers: { encoding: 'zstd' } }],
      });
      await sendTraces(0, 50);
      await pipeline.start('sink');
      await countsFrom(50);
      expect(await letters(1)).toEqual([{ reason: 'malformed_record', value: garbage }]);
    },
    TIMEOUT_MS,
  );
});

/** Resolves once the sink has told of an insert that failed. */
async function failuresSeen(): Promise<void> {
  while (!/spanmill_sink_insert_failures_total\{[^}]*\} [1-9]/.test(await pipeline.metrics('sink'))) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
