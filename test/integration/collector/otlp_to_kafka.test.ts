import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { partitionOf } from '../../../services/core/otlp/partition.ts';
import { SpanIndex } from '../../../services/core/otlp/span_index.ts';
import { readSpanView, SpanView } from '../../../services/core/otlp/span_view.ts';
import { collectorParts, type Collector } from '../../../services/collector/collector.ts';
import { METRICS } from '../../../services/collector/metrics.ts';
import { systemClock, systemTimers } from '../../../services/platform/clock.ts';
import { connectKafka } from '../../../services/platform/kafka/kafkajs_kafka.ts';
import type { Admin, Kafka } from '../../../services/platform/kafka/port.ts';
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../../services/platform/kafka/topics.ts';
import { startAll as startParts, stopAll } from '../../../services/platform/lifecycle.ts';
import { createRegistry } from '../../../services/platform/metrics.ts';
import { requestOf, spanNames, testSpan } from '../../support/export_requests.ts';
import { grpcSender, httpSender, type OtlpSender } from '../../support/otlp_client.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { RecordingListener, startAll } from '../../support/recording_listener.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';

jest.setTimeout(60_000);

const PARTITIONS = 3;
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

interface Running {
  readonly collector: Collector;
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly topic: string;
  readonly grpc: OtlpSender;
  readonly http: OtlpSender;
}

/** The collector starts first and finds its topic when it is there, as in a pipeline that starts all at once. */
async function start(): Promise<Running> {
  const kafka = connectKafka({ brokers: testKafka(), clientId: 'collector-test', log: quietLog });
  const [spec] = topicSpecs({
    ...DEFAULT_TOPIC_OPTIONS,
    prefix: uniqueName('collector'),
    partitions: PARTITIONS,
  });
  if (spec === undefined) throw new Error('no spans topic');
  const collector = collectorParts({
    ...{ host: '127.0.0.1', grpcPort: 0, httpPort: 0, maxRequestBytes: MAX_REQUEST_BYTES },
    ...{ maxInFlightBytes: 64 * 1024 * 1024, recordBytes: 64 * 1024, lingerMs: 5, requestTimeoutMs: 30_000 },
    topic: spec.name,
    ...{ kafka, clock: systemClock, timers: systemTimers, log: quietLog },
    metrics: createRegistry('collector').create(METRICS),
    onBug: (error) => {
      throw error;
    },
  });
  const started = startParts(collector.parts);
  const admin = await kafka.admin();
  await admin.ensureTopics([spec]);
  await started;
  const grpc = grpcSender(`127.0.0.1:${collector.ports.grpc}`);
  const http = httpSender(`http://127.0.0.1:${collector.ports.http}`);
  return { collector, kafka, admin, topic: spec.name, grpc, http };
}

let running: Running;

beforeAll(async () => {
  running = await start();
});

afterAll(async () => {
  running.grpc.close();
  await stopAll(running.collector.parts);
  await running.admin.stop();
});

/** Values of all records, by partition, once everything up to the present end has been read. */
async function readAll({ admin, kafka, topic }: Running): Promise<Buffer[][]> {
  const ends = await admin.watermarks(topic);
  const listener = new RecordingListener();
  const group = uniqueName('reader');
  const input = await kafka.input({ topic, group, isolation: 'read_committed' }, listener);
  await listener.until(() => listener.partitions.length === PARTITIONS);
  startAll(input, listener);
  await listener.until(() =>
    ends.every(({ partition, high }) => (listener.next.get(partition) ?? 0) >= high),
  );
  await input.stop();
  return ends.map(({ partition }) => listener.records(partition).map(({ value }) => value));
}

const recordCount = async ({ admin, topic }: Running): Promise<number> =>
  (await admin.watermarks(topic)).reduce((sum, { high }) => sum + high, 0);

test('a request is in Kafka when it is answered, whichever protocol brought it', async () => {
  const before = await recordCount(running);
  await running.grpc.send(requestOf(testSpan(1, 1, 'first over grpc')));
  expect(await recordCount(running)).toBe(before + 1);
  await running.http.send(requestOf(testSpan(1, 2, 'first over http')));
  expect(await recordCount(running)).toBe(before + 2);
});

test('many requests at once over both protocols arrive span by span, each in the partition of its trace', async () => {
  const sent: string[] = [];
  const answers: Promise<void>[] = [];
  for (let request = 0; request < 200; request++) {
    const spans = Array.from({ length: 20 }, (_, i) =>
      testSpan(1 + ((request + 7 * i) % 250), i, `load ${request}/${i}`),
    );
    sent.push(...spans.map(({ name }) => name ?? ''));
    answers.push((request % 2 === 0 ? running.grpc : running.http).send(requestOf(...spans)));
  }
  await Promise.all(answers);

  const partitions = await readAll(running);
  const arrived = partitions.flat().flatMap((value) => spanNames(value));
  expect(arrived.filter((name) => name.startsWith('load ')).sort()).toEqual(sent.sort());
  const index = new SpanIndex();
  const view = new SpanView();
  for (const [partition, values] of partitions.entries()) {
    for (const value of values) {
      index.read(value);
      for (let i = 0; i < index.count; i++) {
        readSpanView(view, value, index.start[i] ?? 0, index.end[i] ?? 0);
        expect(partitionOf(value, view.traceIdStart, PARTITIONS)).toBe(partition);
      }
    }
  }
});

test('the largest request that is taken fits a record, also where nothing in it compresses', async () => {
  const spans = Array.from({ length: 255 }, (_, i) => {
    const bytesValue = crypto.getRandomValues(new Uint8Array(65_536));
    return { ...testSpan(9, i), attributes: [{ key: 'noise', value: { bytesValue } }] };
  });
  const request = requestOf(...spans);
  expect(request.length).toBeGreaterThan(MAX_REQUEST_BYTES * 0.99);
  expect(request.length).toBeLessThanOrEqual(MAX_REQUEST_BYTES);
  const before = await recordCount(running);
  await running.http.send(request);
  expect(await recordCount(running)).toBe(before + 1);
});
