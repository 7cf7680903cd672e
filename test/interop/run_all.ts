/** A whole Spanmill, the clients one after the other, and what is found of them in Kafka and ClickHouse. */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { connectKafka } from '../../services/platform/kafka/kafkajs_kafka.ts';
import { topicNames } from '../../services/core/contracts.ts';
import { startPipeline, type Pipeline } from '../support/pipeline.ts';
import { quietLog } from '../support/quiet_log.ts';
import { testKafka } from '../support/servers.ts';
import { until } from '../support/until.ts';
import { spansOfTopic, type ArrivedSpan } from './arrived_spans.ts';
import { MissingToolError, type Client, type Doors } from './client.ts';
import { JAEGER_CLIENT_REMOTE } from './clients/jaeger_clients.ts';
import { JAVA_SAMPLED } from './clients/otlp_clients.ts';
import { failure, run } from './clients/run.ts';
import { chooseDoors, doorSettings, writeSamplingFile } from './doors.ts';
import type { Told } from './features.ts';
import { compareRecorded, sendRecorded, type RecordedResult } from './recorded.ts';
import { resultOf, rowsByKey, skippedResult, spansOfClient, toldBy, type ClientResult } from './outcome.ts';
import { storedRows } from './stored_spans.ts';

const CLIENT_TIMEOUT_MS = 90_000;
/** A trace is written once it is quiet for this long. */
const SETTLE_MS = 2_000;

interface Run {
  readonly client: Client;
  readonly service: string;
  readonly told: Told;
  /** What went wrong with the client itself, or null. */
  readonly failed: string | null;
  readonly skipped: string | null;
}

export interface Results {
  readonly clients: readonly ClientResult[];
  readonly recorded: readonly RecordedResult[];
}

export async function runAll(clients: readonly Client[], say: (line: string) => void): Promise<Results> {
  const doors = await chooseDoors();
  const samplingFile = writeSamplingFile([JAVA_SAMPLED, JAEGER_CLIENT_REMOTE].map(serviceOf));
  const pipeline = await startPipeline(['collector', 'processor', 'sink', 'query'], {
    ...doorSettings(doors),
    SPANMILL_COLLECTOR_SAMPLING_FILE: samplingFile,
    SPANMILL_PROCESSOR_SETTLE_MS: String(SETTLE_MS),
  });
  try {
    const runs: Run[] = [];
    for (const [index, client] of clients.entries()) {
      const one = await runClient(client, doors, say, `[${index + 1}/${clients.length}]`);
      runs.push(one);
    }
    const traces = await sendRecorded(doors.zipkin);
    say(`${traces.length} recorded traces: sent to the port of Zipkin`);
    const results = await judge(pipeline, runs, say);
    const recorded: RecordedResult[] = [];
    for (const trace of traces) recorded.push(await compareRecorded(pipeline.queryUrl, trace));
    return { clients: results, recorded };
  } finally {
    await pipeline.stop();
    rmSync(dirname(samplingFile), { recursive: true });
  }
}

const serviceOf = (id: string): string => `interop-${id}`;

async function runClient(
  client: Client,
  doors: Doors,
  say: (line: string) => void,
  at: string,
): Promise<Run> {
  const { id, library, protocol, toolchain } = client;
  const service = serviceOf(id);
  const name = `${at} ${library}, ${protocol}`;
  const begun = { client, service, told: { spans: [] }, failed: null, skipped: null };
  try {
    await toolchain.prepare();
  } catch (error) {
    const { message } = error as Error;
    const isSkipped = error instanceof MissingToolError;
    say(`${name}: ${isSkipped ? 'skipped: ' : ''}${message}`);
    return isSkipped ? { ...begun, skipped: message } : { ...begun, failed: message };
  }
  const startedMs = performance.now();
  const ran = await run(client.command(doors, service), CLIENT_TIMEOUT_MS);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const failed = ran.exitCode === 0 ? null : failure(ran);
  say(`${name}: ${failed ?? 'has sent'} (${seconds} s)`);
  return { ...begun, failed, told: failed === null ? toldBy(ran.stdout) : begun.told };
}

async function judge(
  pipeline: Pipeline,
  runs: readonly Run[],
  say: (line: string) => void,
): Promise<ClientResult[]> {
  const spans = await arrivedSpans(pipeline.prefix);
  say(`${spans.length} spans lie in the topic; waiting for them in ClickHouse`);
  await untilStored(pipeline, spans.length);
  const rows = rowsByKey(await storedRows(pipeline.clickhouse));
  return runs.map(({ client, service, told, failed, skipped }) => {
    if (skipped !== null) return skippedResult(client, skipped);
    const arrived = spansOfClient(spans, service, told);
    const result = resultOf(client, { service, told, arrived }, rows);
    if (failed === null) return result;
    return { ...result, outcomes: { ...result.outcomes, spans: { is: 'fault', fault: failed } } };
  });
}

async function arrivedSpans(prefix: string): Promise<ArrivedSpan[]> {
  const kafka = connectKafka({ brokers: testKafka(), clientId: 'interop', log: quietLog });
  return spansOfTopic(kafka, topicNames(prefix).spans);
}

/** Fewer rows are a fault of the client that lacks them, and told as such. */
async function untilStored(pipeline: Pipeline, spans: number): Promise<void> {
  const rows = async (): Promise<true | null> => {
    const [row] = await pipeline.clickhouse.query('SELECT count() AS rows FROM otel_traces');
    return Number(row?.['rows']) >= spans ? true : null;
  };
  await until('every span is a row', rows, 60_000).catch(() => undefined);
}
