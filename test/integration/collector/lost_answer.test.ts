import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { collectorParts, type Collector } from '../../../services/collector/collector.ts';
import { METRICS } from '../../../services/collector/metrics.ts';
import { directoryDisk } from '../../../services/collector/spool_disk.ts';
import { systemClock, systemTimers } from '../../../services/platform/clock.ts';
import { connectKafka } from '../../../services/platform/kafka/kafkajs_kafka.ts';
import type { Kafka } from '../../../services/platform/kafka/port.ts';
import { startAll, stopAll } from '../../../services/platform/lifecycle.ts';
import { createRegistry } from '../../../services/platform/metrics.ts';
import { requestOf, testSpan } from '../../support/export_requests.ts';
import { API_KEY, KafkaProxy } from '../../support/kafka_proxy.ts';
import { httpSender } from '../../support/otlp_client.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { testKafka, uniqueName } from '../../support/servers.ts';
import { spansInTopic } from '../../support/topic_spans.ts';
import { waitFor } from '../../support/wait_for.ts';

jest.setTimeout(180_000);

const PARTITIONS = 2;
const root = mkdtempSync(join(tmpdir(), 'spanmill-lost-answer-'));
let proxy: KafkaProxy;
let direct: Kafka;
let topic: string;
let collector: Collector;

beforeEach(async () => {
  const [broker = ''] = testKafka();
  topic = uniqueName('lost');
  direct = connectKafka({ brokers: [broker], clientId: 'direct', log: quietLog });
  const admin = await direct.admin();
  await admin.ensureTopics([{ name: topic, partitions: PARTITIONS, replicationFactor: 1, config: {} }]);
  await admin.stop();
  proxy = await KafkaProxy.start(broker);
  collector = collectorParts({
    ...{ host: '127.0.0.1', grpcPort: 0, httpPort: 0, maxRequestBytes: 1_000_000 },
    ...{ maxInFlightBytes: 64_000_000, recordBytes: 64_000, lingerMs: 5, requestTimeoutMs: 30_000 },
    topic,
    spool: { disk: directoryDisk(root), newId: randomUUID, maxBytes: 10_000_000, segmentBytes: 2_000 },
    kafka: connectKafka({ brokers: [proxy.address], clientId: 'collector', log: quietLog }),
    ...{ clock: systemClock, timers: systemTimers, log: quietLog },
    metrics: createRegistry('collector').create(METRICS),
    onBug: (error) => {
      throw error;
    },
  });
  await startAll(collector.parts);
});

afterEach(async () => {
  await stopAll(collector.parts);
  await proxy.stop();
  rmSync(root, { recursive: true, force: true });
});

const send = async (...names: string[]): Promise<string[]> => {
  const spans = names.map((name, at) => testSpan(7, at, name));
  await httpSender(`http://127.0.0.1:${collector.ports.http}`).send(requestOf(...spans));
  return names;
};

const isDrained = (): boolean =>
  collector.remark() === null && readdirSync(root).every((name) => !name.endsWith('.spool'));

test('a batch that Kafka has, though its answer was lost, comes once', async () => {
  const sent = await send('before');
  proxy.swallow = (apiKey) => apiKey === API_KEY.produce && proxy.swallowed === 0;
  sent.push(...(await send('doubtful 1', 'doubtful 2')));
  expect([proxy.swallowed, await spansInTopic(direct, topic)]).toEqual([1, [...sent].sort()]);
  await waitFor(isDrained);
  sent.push(...(await send('after')));
  expect(await spansInTopic(direct, topic)).toEqual(sent.sort());
});

test('a batch that never reached Kafka comes once as well, past what others wrote meanwhile', async () => {
  const sent = await send('before');
  proxy.holdBack = (apiKey) => apiKey === API_KEY.produce;
  const answered = send('doubtful');
  await waitFor(() => proxy.count(API_KEY.produce) === 2);
  const others = await direct.producer();
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const records = [{ value: requestOf(testSpan(9, partition, `other ${partition}`)) }];
    await others.append({ topic, partition, records, compression: 'zstd' });
    sent.push(`other ${partition}`);
  }
  await others.stop();
  sent.push(...(await answered));
  proxy.holdBack = () => false;
  await waitFor(isDrained);
  expect(await spansInTopic(direct, topic)).toEqual(sent.sort());
});
