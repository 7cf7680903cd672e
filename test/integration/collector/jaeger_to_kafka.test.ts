import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { collectorParts, type Collector } from '../../../services/collector/collector.ts';
import { METRICS } from '../../../services/collector/metrics.ts';
import { systemClock, systemTimers } from '../../../services/platform/clock.ts';
import { connectKafka } from '../../../services/platform/kafka/connect.ts';
import type { Admin, Kafka } from '../../../services/platform/kafka/port.ts';
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../../services/platform/kafka/topics.ts';
import { startAll as startParts, stopAll } from '../../../services/platform/lifecycle.ts';
import { createRegistry } from '../../../services/platform/metrics.ts';
import { grpcUnary } from '../../support/grpc_unary.ts';
import {
  emitBatch,
  plainSpans,
  postSpans,
  thriftBatch,
  type JaegerTestBatch,
  type PlainSpan,
} from '../../support/jaeger_batches.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { RecordingListener, startAll } from '../../support/recording_listener.ts';
import { ANY_JAEGER_PORTS } from '../../support/running_collector.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';
import { binaryEncoder, compactEncoder } from '../../support/thrift_encoder.ts';
import { sendPackets } from '../../support/udp_sender.ts';
import { waitFor } from '../../support/wait_for.ts';

jest.setTimeout(60_000);

const PARTITIONS = 3;
const SPANS_A_BATCH = 20;
const BATCHES = 50;

let kafka: Kafka;
let admin: Admin;
let collector: Collector;
let topic: string;
let names: string[];

beforeAll(async () => {
  kafka = connectKafka({ client: 'direct', brokers: testKafka(), clientId: 'jaeger-test', log: quietLog });
  const [spec] = topicSpecs({
    ...{ ...DEFAULT_TOPIC_OPTIONS, prefix: uniqueName('jaeger') },
    partitions: PARTITIONS,
  });
  if (spec === undefined) throw new Error('no spans topic');
  topic = spec.name;
  admin = await kafka.admin();
  await admin.ensureTopics([spec]);
  collector = collectorParts({
    ...{
      host: '127.0.0.1',
      grpcPort: 0,
      httpPort: 0,
      maxRequestBytes: 1024 * 1024,
      jaeger: ANY_JAEGER_PORTS,
    },
    ...{ maxInFlightBytes: 64 * 1024 * 1024, recordBytes: 64 * 1024, lingerMs: 5, requestTimeoutMs: 30_000 },
    ...{ topic, kafka, clock: systemClock, timers: systemTimers, log: quietLog },
    metrics: createRegistry('collector').create(METRICS),
    onBug: (error) => {
      throw error;
    },
  });
  await startParts(collector.parts);
  names = [];
});

afterAll(async () => {
  await stopAll(collector.parts);
  await admin.stop();
});

/** Span `i` of batch `of`: each has all that Jaeger has. */
function batchOf(way: string, of: number): JaegerTestBatch {
  const spans = Array.from({ length: SPANS_A_BATCH }, (_, i) => {
    const number = String(1 + of * SPANS_A_BATCH + i).padStart(16, '0');
    names.push(`${way} ${number}`);
    return {
      ...{ traceId: `abcdef0123456789${number}`, spanId: number, parentSpanId: 'f'.repeat(16) },
      ...{ name: `${way} ${number}`, startUs: 1_789_000_000_000_001n, durationUs: 1_000n },
      tags: [
        ['span.kind', 'client'],
        ['n', 5n],
        ['d', 0.5],
        ['b', true],
        ['raw', Uint8Array.of(1)],
      ] as const,
      logs: [{ timeUs: 1_789_000_000_000_002n, fields: [['event', 'sent']] as const }],
    };
  });
  return { service: 'shop', processTags: [['ip', '10.0.0.1']], spans };
}

const WAYS: Readonly<Record<string, (batch: JaegerTestBatch) => Promise<void>>> = {
  'compact UDP': (batch) => sendPackets(port('compact'), [emitBatch(compactEncoder, batch)]),
  'binary UDP': (batch) => sendPackets(port('binary'), [emitBatch(binaryEncoder, batch)]),
  HTTP: async (batch) => {
    const answer = await fetch(`http://127.0.0.1:${port('http')}/api/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-thrift' },
      body: Uint8Array.from(binaryEncoder.encode(thriftBatch(batch))),
    });
    expect(answer.status).toBe(202);
  },
  gRPC: async (batch) => {
    const path = '/jaeger.api_v2.CollectorService/PostSpans';
    expect(await grpcUnary(`127.0.0.1:${port('grpc')}`, path, postSpans(batch))).toEqual(Buffer.alloc(0));
  },
};

function port(name: 'compact' | 'binary' | 'http' | 'grpc'): number {
  return collector.ports.jaeger?.[name] ?? 0;
}

async function stored(): Promise<PlainSpan[]> {
  const ends = await admin.watermarks(topic);
  const listener = new RecordingListener();
  const input = await kafka.input(
    { topic, group: uniqueName('reader'), isolation: 'read_committed' },
    listener,
  );
  await listener.until(() => listener.partitions.length === PARTITIONS);
  startAll(input, listener);
  await listener.until(() =>
    ends.every(({ partition, high }) => (listener.next.get(partition) ?? 0) >= high),
  );
  await input.stop();
  return ends.flatMap(({ partition }) =>
    listener.records(partition).flatMap(({ value }) => plainSpans(value)),
  );
}

test.each(Object.entries(WAYS))(
  'spans by %s are in Kafka, each once and with all it had',
  async (way, send) => {
    names = [];
    for (let batch = 0; batch < BATCHES; batch++) await send(batchOf(way, batch));
    let arrived: PlainSpan[] = [];
    // A packet is not answered: that it has arrived is seen in Kafka alone.
    await waitFor(async () => {
      arrived = (await stored()).filter(({ name }) => name.startsWith(`${way} `));
      return arrived.length >= names.length;
    }, `${names.length} spans by ${way}`);
    expect(arrived.map(({ name }) => name).sort()).toEqual([...names].sort());
    for (const span of arrived) {
      expect(span).toMatchObject({
        resource: { 'service.name': 'shop', ip: '10.0.0.1' },
        ...{ parentSpanId: 'f'.repeat(16), kind: 3, startNs: 1_789_000_000_000_001_000n },
        attributes: { n: 5n, d: 0.5, b: true, raw: Uint8Array.of(1) },
        events: [{ name: 'sent', timeNs: 1_789_000_000_000_002_000n }],
      });
      expect(span.endNs - span.startNs).toBe(1_000_000n);
    }
  },
);
