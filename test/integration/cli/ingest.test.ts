/** `spanmill ingest` as a process, to a collector that is one, over a real Kafka: the recorded traces of real systems arrive whole. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { topicNames } from '../../../services/core/contracts.ts';
import { connectKafka } from '../../../services/platform/kafka/connect.ts';
import { readTopic } from '../../../services/platform/kafka/read_topic.ts';
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../../services/platform/kafka/topics.ts';
import { startCollectorProcess, type CollectorProcess } from '../../support/collector_process.ts';
import { otlpSpans, type OtlpSpan } from '../../support/otlp_spans.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { recordedTraces } from '../../support/recorded_zipkin.ts';
import { serviceEnv, testKafka, uniqueName } from '../../support/servers.ts';

jest.setTimeout(60_000);

const RECORDED = join(import.meta.dirname, '../../../../shared/data/zipkin');
const recorded = recordedTraces(0);
const kafka = connectKafka({
  client: 'direct',
  brokers: testKafka(),
  clientId: 'ingest-test',
  log: quietLog,
});
const prefix = uniqueName('ingest');
const folder = mkdtempSync(join(tmpdir(), 'spanmill-ingest-'));
let collector: CollectorProcess;

beforeAll(async () => {
  const admin = await kafka.admin();
  await admin.ensureTopics(topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, prefix }));
  await admin.stop();
  collector = await startCollectorProcess({
    SPANMILL_KAFKA_BROKERS: testKafka().join(','),
    SPANMILL_KAFKA_TOPIC_PREFIX: prefix,
  });
});

afterAll(async () => {
  await collector.stop();
  rmSync(folder, { recursive: true });
});

async function spanmill(args: readonly string[], standardInput = '') {
  const main = new URL('../../../services/cli/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, 'ingest', ...args, '--to', collector.url], {
    env: serviceEnv({ NODE_OPTIONS: '', SPANMILL_HOME: folder }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  child.stdin.end(standardInput);
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

async function stored(): Promise<OtlpSpan[]> {
  const topic = topicNames(prefix).spans;
  const admin = await kafka.admin();
  const ends = await admin.watermarks(topic);
  await admin.stop();
  const spans: OtlpSpan[] = [];
  await readTopic(kafka, {
    ...{ topic, isolation: 'read_committed' },
    ranges: ends.map(({ partition, low, high }) => ({ partition, from: low, to: high })),
    onRecords: (_partition, records) => {
      for (const { value } of records) spans.push(...otlpSpans(value));
    },
  });
  return spans;
}

(recorded.length > 0 ? test : test.skip)('recorded traces arrive whole, moved to now', async () => {
  const files = readdirSync(RECORDED).filter((name) => name.endsWith('.json'));
  const before = Date.now();
  const { code, output } = await spanmill([...files.map((name) => join(RECORDED, name)), '--shift', 'now']);
  expect([code, output]).toEqual([0, expect.stringMatching(/^\d+ spans of [\d.]+ kB taken in /)]);
  const spans = await stored();
  const sent = recorded.flatMap(({ spans: ofTrace }) => ofTrace);
  const id = (text: string, digits: number): string => text.toLowerCase().padStart(digits, '0');
  expect(spans.map(({ traceId, spanId, name }) => `${traceId} ${spanId} ${name}`).sort()).toEqual(
    sent.map((span) => `${id(span.traceId, 32)} ${id(span.id, 16)} ${span.name ?? ''}`).sort(),
  );
  const newestMs = spans.reduce(
    (newest, { startNs, endNs }) =>
      Math.max(newest, Number(startNs / 1_000_000n), Number(endNs / 1_000_000n)),
    0,
  );
  expect(newestMs).toBeGreaterThanOrEqual(before);
  expect(newestMs).toBeLessThanOrEqual(Date.now());
});

test('compressed files and standard input are taken, and what is not all good ends with 2, what is no file with 1', async () => {
  const span = (name: string, trace: number) => ({ traceId: `ff0${trace}`, id: '1', name, timestamp: 1 });
  const path = join(folder, 'spans.json.gz');
  writeFileSync(path, gzipSync(JSON.stringify([span('from a file', 1), span('and another', 2)])));
  const { code, output } = await spanmill(
    [path, '-'],
    `${JSON.stringify(span('from a pipe', 3))}\n{"traceId":[]}\n`,
  );
  expect(code).toBe(2);
  expect(output).toContain('3 spans of');
  expect(output).toMatch(/not read: standard input, byte \d+, line 2: /);
  const names = new Set((await stored()).map(({ name }) => name));
  for (const name of ['from a file', 'and another', 'from a pipe']) expect(names).toContain(name);
  expect(await spanmill([join(folder, 'nothing.json')])).toEqual({
    code: 1,
    output: `spanmill: ${join(folder, 'nothing.json')}: there is no such file\n`,
  });
});
