/** The encodings that the Kafka receiver reads, and the settings that name them. */
import { describe, expect, test } from '@jest/globals';
import { jaeger, zipkin } from '../../../proto/generated/index.js';
import { ENCODINGS, type Encoding } from '../../../services/collector/kafka_receiver_formats.ts';
import { receiverSettings } from '../../../services/collector/kafka_receiver_settings.ts';
import { parseSourceTopics } from '../../../services/collector/kafka_receiver_topics.ts';
import { topicNames } from '../../../services/core/contracts.ts';
import type { Kafka } from '../../../services/platform/kafka/port.ts';
import { requestOf, testSpan } from '../../support/export_requests.ts';
import { otlpSpans } from '../../support/otlp_spans.ts';
import { ReceiverBench } from '../../support/receiver_bench.ts';

const TRACE_ID = Buffer.from('0102030405060708090a0b0c0d0e0f10', 'hex');
const SPAN_ID = Buffer.from('1112131415161718', 'hex');
const ids = { traceId: TRACE_ID.toString('hex'), spanId: SPAN_ID.toString('hex') };
const zipkinJson = [{ traceId: ids.traceId, id: ids.spanId, name: 'get', timestamp: 1_000, duration: 5 }];

/** A record as the OpenTelemetry Collector's exporter writes it, of one span. */
const VALUES: Readonly<Record<Encoding, Buffer>> = {
  otlp_proto: requestOf({ ...testSpan(1, 1, 'get'), traceId: TRACE_ID, spanId: SPAN_ID }),
  otlp_json: Buffer.from(
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...ids, name: 'get' }] }] }] }),
  ),
  jaeger_proto: Buffer.from(
    jaeger.api_v2.Span.encode({
      ...{ traceId: TRACE_ID, spanId: SPAN_ID, operationName: 'get' },
      process: { serviceName: 'shop' },
    }).finish(),
  ),
  zipkin_json: Buffer.from(JSON.stringify(zipkinJson)),
  zipkin_proto: Buffer.from(
    zipkin.proto3.ListOfSpans.encode({
      spans: [{ traceId: TRACE_ID, id: SPAN_ID, name: 'get', timestamp: 1_000 }],
    }).finish(),
  ),
};

describe.each(ENCODINGS)('%s', (encoding) => {
  test('is stored as OTLP, with its own protocol in the metrics', async () => {
    const bench = new ReceiverBench();
    await bench.prepare();
    await bench.start({ encoding });
    await bench.send({ value: VALUES[encoding], headers: { any: 'header' } });
    await bench.pass(1_000);
    const [span, ...others] = bench.storedValues().flatMap((value) => otlpSpans(value));
    expect(others).toEqual([]);
    expect(span).toMatchObject({ ...ids, name: 'get' });
    const metrics = await bench.registry.expose();
    expect(metrics).toMatch(new RegExp(`spans_stored_total\\{[^}]*protocol="kafka/${encoding}"[^}]*\\} 1`));
    await bench.stopAll();
  });

  test('what is of another encoding is a dead letter and stops nothing', async () => {
    const bench = new ReceiverBench();
    await bench.prepare();
    await bench.start({ encoding });
    await bench.send({ value: Buffer.from('\u00ff nothing of the kind') });
    await bench.send({ value: VALUES[encoding] });
    await bench.pass(1_000);
    expect(bench.stored()).toEqual(['get']);
    expect(bench.letters()).toHaveLength(1);
    await bench.stopAll();
  });
});

describe('the setting of topics', () => {
  test('is topics with their encodings', () => {
    expect(parseSourceTopics(' otlp_spans:otlp_proto, a.b-c_1:zipkin_json ')).toEqual([
      { topic: 'otlp_spans', encoding: 'otlp_proto' },
      { topic: 'a.b-c_1', encoding: 'zipkin_json' },
    ]);
    expect(parseSourceTopics('')).toEqual([]);
  });

  test.each([
    'spans',
    'spans:',
    ':otlp_proto',
    'spans:otlp',
    'spans:otlp_proto:1',
    'sp ans:otlp_proto',
    'spans:toString',
  ])('%s is refused with what would be right', (text) => {
    expect(() => parseSourceTopics(text)).toThrow(
      `must be topic:encoding, comma-separated, with an encoding of ${ENCODINGS.join(', ')}`,
    );
  });

  test('names each topic once', () => {
    expect(() => parseSourceTopics('a:otlp_proto,a:otlp_json')).toThrow('must name a once');
  });
});

describe('where the topics are', () => {
  const config = {
    ...{
      kafkaBrokers: 'ours:9092',
      receiverTopics: 'others:otlp_proto',
      receiverGroup: 'g',
      receiverStart: 'latest' as const,
    },
    ...{
      receiverBrokers: '',
      receiverTenant: 'shop',
      receiverAccess: 'open' as const,
      maxInFlightBytes: 400,
    },
  };
  const another = {} as Kafka;
  const settingsOf = (change: Partial<typeof config>) =>
    receiverSettings({ ...config, ...change }, topicNames('p'), () => another);

  test('is our own Kafka, unless other brokers are named', () => {
    expect(settingsOf({})?.source).toBeNull();
    expect(settingsOf({ receiverBrokers: 'ours:9092' })?.source).toBeNull();
    expect(settingsOf({ receiverBrokers: 'theirs:9092' })?.source).toBe(another);
    expect(settingsOf({ receiverTopics: '' })).toBeNull();
  });

  test('is not told our login unless the settings say so', () => {
    const accesses: string[] = [];
    const connect = (_brokers: readonly string[], access: string): Kafka => {
      accesses.push(access);
      return another;
    };
    const theirs = { ...config, receiverBrokers: 'theirs:9092' };
    receiverSettings(theirs, topicNames('p'), connect);
    receiverSettings({ ...theirs, receiverAccess: 'same' }, topicNames('p'), connect);
    expect(accesses).toEqual(['open', 'same']);
  });

  test('is never where the receiver writes itself', () => {
    const bench = new ReceiverBench();
    expect(() => bench.create({ topic: 'spanmill.spans' })).toThrow(
      'the receiver cannot read spanmill.spans: it writes there',
    );
  });
});

test('a Kafka that is not there yet is said, holds up nothing, and is joined once it is', async () => {
  const bench = new ReceiverBench('another Kafka');
  await bench.prepare();
  const { receiver } = await bench.start({ topic: 'later' });
  expect(receiver.remark()).toBe('Kafka receiver: not yet a member of the consumer group of later');
  const admin = await bench.source.admin();
  await admin.ensureTopics([{ name: 'later', partitions: 1, replicationFactor: 1, config: {} }]);
  const producer = await bench.source.producer();
  await producer.append({ topic: 'later', partition: 0, records: [{ value: VALUES.otlp_proto }] });
  await bench.pass(6_000);
  expect(receiver.remark()).toBeNull();
  expect(bench.stored()).toEqual(['get']);
  await bench.stopAll();
});
