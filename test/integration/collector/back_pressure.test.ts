/**
 * What the official SDK sees of a collector with a full spool and no Kafka, over both protocols, and that all it was told to
 * be stored is there in the end. The collector is a process, and Kafka is one of the test's own, which is stopped.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as HttpExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { google } from '../../../proto/generated/index.js';
import { topicNames } from '../../../services/core/contracts.ts';
import { ensureKafkaJars } from '../../../services/local/kafka_jars.ts';
import { startKafka } from '../../../services/local/kafka_server.ts';
import type { RunningServer } from '../../../services/local/server_process.ts';
import { connectKafka } from '../../../services/platform/kafka/kafkajs_kafka.ts';
import type { Kafka } from '../../../services/platform/kafka/port.ts';
import { DEFAULT_TOPIC_OPTIONS, topicSpecs } from '../../../services/platform/kafka/topics.ts';
import { startCollectorProcess, type CollectorProcess } from '../../support/collector_process.ts';
import { requestOf, testSpan } from '../../support/export_requests.ts';
import { freePorts } from '../../support/free_ports.ts';
import { quietLog } from '../../support/quiet_log.ts';
import { PatientExporter, sdkSpans } from '../../support/sdk_spans.ts';
import { testHome } from '../../support/servers.ts';
import { spansInTopic } from '../../support/topic_spans.ts';
import { waitFor } from '../../support/wait_for.ts';

jest.setTimeout(240_000);

const PREFIX = 'pressure';
const TOPIC = topicNames(PREFIX).spans;
const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const root = mkdtempSync(join(tmpdir(), 'spanmill-pressure-'));
const acknowledged: string[] = [];
let server: RunningServer;
let kafka: Kafka;
let collector: CollectorProcess;

beforeAll(async () => {
  const jarsDir = join(testHome(), 'kafka/libs');
  await ensureKafkaJars(jarsDir);
  const [port = 0, controllerPort = 0] = await freePorts(2);
  server = await startKafka({
    ...{ jarsDir, port, controllerPort, detached: false },
    ...{ dataDir: join(root, 'data'), logFile: join(root, 'kafka.log') },
  });
  kafka = connectKafka({ brokers: [`127.0.0.1:${port}`], clientId: 'pressure', log: quietLog });
  const admin = await kafka.admin();
  await admin.ensureTopics(topicSpecs({ ...DEFAULT_TOPIC_OPTIONS, prefix: PREFIX, partitions: 2 }));
  await admin.stop();
  collector = await startCollectorProcess({
    SPANMILL_KAFKA_BROKERS: `127.0.0.1:${port}`,
    SPANMILL_KAFKA_TOPIC_PREFIX: PREFIX,
    SPANMILL_COLLECTOR_SPOOL_DIRECTORY: join(root, 'spool'),
    SPANMILL_COLLECTOR_SPOOL_BYTES: String(1024 * 1024),
    SPANMILL_COLLECTOR_SPOOL_SEGMENT_BYTES: String(64 * 1024),
  });
  await waitFor(async () => (await collector.readiness())[0] === 200);
});

afterAll(async () => {
  await collector.stop();
  process.kill(server.pid, 'SIGCONT');
  await server.stop();
  rmSync(root, { recursive: true, force: true });
});

async function post(name: string, bytes: number): Promise<Response> {
  const noise = { key: 'noise', value: { bytesValue: crypto.getRandomValues(new Uint8Array(bytes)) } };
  const request = requestOf({ ...testSpan(1 + (acknowledged.length % 200), 1, name), attributes: [noise] });
  const headers = { 'content-type': 'application/x-protobuf' };
  const answer = await fetch(`${collector.url}/v1/traces`, { method: 'POST', headers, body: request });
  if (answer.ok) acknowledged.push(name);
  return answer;
}

/** The first answer that says no. */
async function fill(): Promise<Response> {
  for (const bytes of [60_000, 6_000, 600]) {
    for (let at = 0; ; at++) {
      const answer = await post(`fill ${bytes}/${at}`, bytes);
      if (!answer.ok && bytes === 600) return answer;
      if (!answer.ok) break;
    }
  }
  throw new Error('it never said no');
}

function grpcRefusal(): Promise<ServiceError> {
  const client = new Client(collector.grpcAddress, credentials.createInsecure(), {
    'grpc.enable_retries': 0,
  });
  const same = (bytes: Buffer): Buffer => bytes;
  const request = requestOf({ ...testSpan(1, 1), name: 'x'.repeat(1_000) });
  return new Promise<ServiceError>((resolve, reject) => {
    client.makeUnaryRequest(EXPORT, same, same, request, (error: ServiceError | null) => {
      if (error === null) reject(new Error('it was taken'));
      else resolve(error);
    });
  }).finally(() => client.close());
}

function retryDelaySeconds(error: Pick<ServiceError, 'metadata'>): number {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const [any] = google.rpc.Status.decode(bytes as Buffer).details;
  expect(any?.type_url).toBe('type.googleapis.com/google.rpc.RetryInfo');
  return Number(google.rpc.RetryInfo.decode(any?.value ?? Buffer.alloc(0)).retryDelay?.seconds);
}

/** How often the collector has said over this protocol that it takes nothing. */
async function refusals(protocol: string): Promise<number> {
  const line = new RegExp(
    `requests_total\\{(?=[^}]*protocol="${protocol}")(?=[^}]*outcome="unavailable")[^}]*\\} (\\d+)`,
  );
  return Number(line.exec(await collector.metrics())?.[1] ?? 0);
}

const names = (what: string): string[] => Array.from({ length: 600 }, (_, at) => `${what} ${at}`);

test('with a full spool and no Kafka the SDK waits as it is told, and nothing is lost once Kafka is back', async () => {
  expect((await post('before', 10)).status).toBe(200);
  process.kill(server.pid, 'SIGSTOP');

  const answer = await fill();
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '3']);
  const body = google.rpc.Status.decode(new Uint8Array(await answer.arrayBuffer()));
  expect([body.code, body.message]).toEqual([status.UNAVAILABLE, 'Kafka is not reachable']);
  const refusal = await grpcRefusal();
  expect([refusal.code, retryDelaySeconds(refusal)]).toEqual([status.UNAVAILABLE, 3]);
  expect((await collector.readiness())[0]).toBe(503);

  const http = new PatientExporter(
    new HttpExporter({ url: `${collector.url}/v1/traces`, timeoutMillis: 60_000 }),
  );
  const grpc = new PatientExporter(new GrpcExporter({ url: `http://${collector.grpcAddress}` }));
  const providers = [sdkSpans(http), sdkSpans(grpc)];
  const before = await refusals('http/protobuf');
  const recorded = [names('over http'), names('over grpc')];
  const taken = providers.map((provider, at) => provider.record(recorded[at] ?? []));
  // Two batches, and each was tried again.
  await waitFor(async () => (await refusals('http/protobuf')) >= before + 4);
  await waitFor(() => grpc.failures.length >= 2);
  // Over HTTP the SDK did that by itself, within one export; over gRPC it leaves it to the application.
  expect([http.exports, http.failures]).toEqual([2, []]);
  expect(grpc.failures[0]?.code).toBe(status.UNAVAILABLE);

  process.kill(server.pid, 'SIGCONT');
  await Promise.all(taken);
  acknowledged.push(...recorded.flat());
  await Promise.all(providers.map((provider) => provider.shutdown()));
  await waitFor(async () => /spanmill_collector_spool_records(\{.*\})? 0\n/.test(await collector.metrics()));
  expect(await collector.readiness()).toEqual([200, 'ready\n']);
  expect(await spansInTopic(kafka, TOPIC)).toEqual([...acknowledged].sort());
});
