import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from '@jest/globals';
import { KafkaUnavailableError } from '../../../services/platform/kafka/port.ts';
import { spanNames } from '../../support/export_requests.ts';
import { thriftBatch } from '../../support/jaeger_batches.ts';
import {
  ANY_JAEGER_PORTS,
  PARTITIONS,
  startCollector,
  type RunningCollector,
} from '../../support/running_collector.ts';
import { binaryEncoder } from '../../support/thrift_encoder.ts';

const SPAN = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), name: 'pay' };
const BATCH = binaryEncoder.encode(thriftBatch({ spans: [SPAN] }));
const THRIFT = 'application/x-thrift';

let collector: RunningCollector | null = null;

async function start(settings: Parameters<typeof startCollector>[0] = {}): Promise<RunningCollector> {
  collector = await startCollector({ jaeger: ANY_JAEGER_PORTS, ...settings });
  return collector;
}

afterEach(async () => {
  await collector?.stop();
  collector = null;
});

function post(
  { jaegerPorts }: RunningCollector,
  body: Uint8Array,
  headers: Record<string, string> = {},
  path = '/api/traces',
): Promise<Response> {
  return fetch(`http://127.0.0.1:${jaegerPorts?.http}${path}`, {
    method: 'POST',
    headers: { 'content-type': THRIFT, ...headers },
    body: Uint8Array.from(body),
  });
}

const storedNames = (running: RunningCollector): string[] =>
  Array.from({ length: PARTITIONS }, (_, partition) => spanNames(running.stored(partition))).flat();

test.each([
  ['as it is', BATCH, {}, '/api/traces'],
  ['of the other type', BATCH, { 'content-type': 'application/vnd.apache.thrift.binary' }, '/api/traces'],
  ['compressed', gzipSync(BATCH), { 'content-encoding': 'gzip' }, '/api/traces'],
  ['with the format that old clients say', BATCH, {}, '/api/traces?format=jaeger.thrift'],
])('a batch is stored and answered with 202: %s', async (_name, body, headers, path) => {
  const running = await start();
  const answer = await post(running, body, headers, path);
  expect([answer.status, await answer.text()]).toEqual([202, '']);
  expect(storedNames(running)).toEqual(['pay']);
  expect(await running.metrics()).toMatch(
    /spanmill_collector_spans_stored_total\{[^}]*protocol="jaeger\/thrift"[^}]*\} 1/,
  );
});

test('spans without valid ids are left out and counted', async () => {
  const running = await start();
  const spans = [SPAN, { ...SPAN, spanId: '0'.repeat(16), name: 'nobody' }];
  const answer = await post(running, binaryEncoder.encode(thriftBatch({ spans })));
  expect(answer.status).toBe(202);
  expect(storedNames(running)).toEqual(['pay']);
  expect(await running.metrics()).toMatch(/spans_refused_total\{[^}]*reason="invalid_span_id"[^}]*\} 1/);
});

test('a body that is no batch is refused with the reason', async () => {
  const running = await start();
  const answer = await post(running, BATCH.subarray(0, 20));
  expect([answer.status, await answer.text()]).toEqual([
    400,
    'the body is no jaeger.thrift Batch: value past the end\n',
  ]);
});

test.each([
  ['application/json', '/api/traces', 415],
  [THRIFT, '/api/traces?format=zipkin.thrift', 415],
  [THRIFT, '/api/v2/spans', 404],
])('what is not taken here is refused: %s to %s', async (type, path, status) => {
  const answer = await post(await start(), BATCH, { 'content-type': type }, path);
  expect(answer.status).toBe(status);
});

test('Kafka being away is answered with 503 and a time to come back', async () => {
  const running = await start();
  running.gate.failWith(new KafkaUnavailableError('away'));
  const answer = await post(running, BATCH);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '3']);
});

test('a batch that becomes larger than it came is within the limits of what came', async () => {
  const running = await start({ maxRequestBytes: BATCH.length });
  expect((await post(running, BATCH)).status).toBe(202);
  expect((await post(running, Buffer.concat([BATCH, Buffer.alloc(1)]))).status).toBe(413);
});
