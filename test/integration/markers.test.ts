/**
 * Secrets, and what a policy redacts, are planted wherever a client can put them, in good requests and in bad ones. Then everything that the
 * pipeline writes is searched for them: logs at their most talkative, metrics, readiness, answers, every record of every topic, every
 * table. A marker that may be seen is planted as well, and must be found, or the search would prove nothing.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdDecompressSync } from 'node:zlib';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { opentelemetry } from '../../proto/generated/index.js';
import { ENCODING_HEADER, topicNames, type TopicNames } from '../../services/core/contracts.ts';
import { hashPassword, hashToken, newToken } from '../../services/platform/auth/secret_hash.ts';
import { connectKafka } from '../../services/platform/kafka/kafkajs_kafka.ts';
import { readTopic } from '../../services/platform/kafka/read_topic.ts';
import { startPipeline, type Pipeline, type ServiceName } from '../support/pipeline.ts';
import { quietLog } from '../support/quiet_log.ts';
import { testKafka } from '../support/servers.ts';
import { waitFor } from '../support/wait_for.ts';

jest.setTimeout(240_000);

const { TracesData } = opentelemetry.proto.trace.v1;
const SERVICES: readonly ServiceName[] = ['collector', 'processor', 'sink', 'query'];
const TABLES = ['otel_traces', 'trace_summaries', 'span_metrics', 'service_edges', 'operations'];
const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

/** May be seen, once it is stored. */
const VISIBLE = 'visible-marker-7d1f';
/** Each stands where its name says, and nowhere else. */
const planted = new Map<string, string>();
function marker(place: string): string {
  const text = `planted-${randomBytes(6).toString('hex')}`;
  planted.set(place, text);
  return text;
}

const token = newToken(randomBytes);
planted.set('the right token', token);
const apiKey = newToken(randomBytes);
planted.set('the right API key', apiKey);
const password = marker('the right password');
const key = marker('the key of hashes').padEnd(32, '0');

const POLICY = `rules:
  - { id: credentials, attribute: ['*password*', '*secret*'], action: drop }
  - { id: people, attribute: [user.email], action: hash }
detectors: [card-number, email, bearer-token, url-query, url-user-info]
`;

const directory = mkdtempSync(join(tmpdir(), 'spanmill-markers-'));
let pipeline: Pipeline;
let topics: TopicNames;
/** Everything that a client was answered, headers included. */
const answers: string[] = [];

beforeAll(async () => {
  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text, { mode: 0o600 });
    return join(directory, name);
  };
  const entry = (name: string, kind: string, hash: string): string =>
    `  - { name: ${name}, kind: ${kind}, tenant: shop, use: [ingest, query], hash: "${hash}" }\n`;
  const credentialsFile = file(
    'credentials.yaml',
    `tenants: { shop: {} }\ncredentials:\n${entry('gateway', 'token', hashToken(token))}` +
      `${entry('job', 'api-key', hashToken(apiKey))}${entry('people', 'basic, user: anna', await hashPassword(password, randomBytes))}`,
  );
  pipeline = await startPipeline(
    SERVICES,
    {
      SPANMILL_LOG_LEVEL: 'trace',
      SPANMILL_COLLECTOR_CREDENTIALS_FILE: credentialsFile,
      SPANMILL_COLLECTOR_REDACTION_FILE: file('redaction.yaml', POLICY),
      SPANMILL_COLLECTOR_REDACTION_KEY: key,
      SPANMILL_PROCESSOR_SETTLE_MS: '1000',
    },
    { logLines: 1_000_000 },
  );
  topics = topicNames(pipeline.prefix);
});

afterAll(async () => {
  await pipeline.stop();
  rmSync(directory, { recursive: true, force: true });
});

const text = (name: string, stringValue: string) => ({ key: name, value: { stringValue } });
const email = (place: string): string => `${marker(place)}@shop.example`;
let spans = 0;

/** A span with a marker in every place that the policy looks at. */
function markedSpan(where: string) {
  const attributes = (place: string) => [
    text('user.password', marker(`an attribute of ${place}, ${where}`)),
    text('user.email', email(`a hashed attribute of ${place}, ${where}`)),
    text(
      'url.full',
      `https://anna:${marker(`a URL of ${place}, ${where}`)}@shop/?q=${marker(`a query of ${place}, ${where}`)}`,
    ),
    text('note', `Authorization: Bearer ${marker(`a token in text of ${place}, ${where}`)}`),
    {
      key: 'nested',
      value: {
        kvlistValue: { values: [text('secret', marker(`a nested attribute of ${place}, ${where}`))] },
      },
    },
  ];
  const now = Date.now() * 1e6;
  return {
    resource: { attributes: [text('service.name', 'shop'), ...attributes('the resource')] },
    scopeSpans: [
      {
        scope: { name: 'test', attributes: attributes('the scope') },
        spans: [
          {
            ...{
              traceId: randomBytes(16),
              spanId: Buffer.alloc(8, ++spans),
              name: `mail ${email(`a name, ${where}`)}`,
            },
            ...{
              startTimeUnixNano: now,
              endTimeUnixNano: now,
              attributes: [text('visible', VISIBLE), ...attributes('the span')],
            },
            events: [
              {
                name: email(`an event's name, ${where}`),
                timeUnixNano: now,
                attributes: attributes('an event'),
              },
            ],
            links: [{ traceId: randomBytes(16), spanId: randomBytes(8), attributes: attributes('a link') }],
            status: { code: 2, message: `for ${email(`a status, ${where}`)}` },
          },
        ],
      },
    ],
  };
}

const protobuf = (...resourceSpans: readonly object[]): Buffer =>
  Buffer.from(TracesData.encode(TracesData.fromObject({ resourceSpans })).finish());

async function post(
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>>,
  path = '/v1/traces',
): Promise<number> {
  const answer = await fetch(`${pipeline.otlpHttp}${path}`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/x-protobuf', ...headers }, body },
  });
  const said = Buffer.from(await answer.arrayBuffer()).toString('latin1');
  answers.push(`${JSON.stringify([...answer.headers])} ${said}`);
  return answer.status;
}

const bearer = { authorization: `Bearer ${token}` };
const basic = (user: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`,
});

function call(body: Buffer, authorization: string): Promise<string> {
  const client = new Client(pipeline.otlpGrpc, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('authorization', authorization);
  metadata.set('cookie', marker('metadata of a call'));
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise<string>((resolve) => {
    client.makeUnaryRequest(
      EXPORT,
      same,
      same,
      body,
      metadata,
      (error: ServiceError | null, value?: Buffer) => {
        const said =
          error === null
            ? (value?.toString('latin1') ?? '')
            : `${error.message} ${JSON.stringify(error.metadata)}`;
        answers.push(said);
        resolve(said);
      },
    );
  }).finally(() => client.close());
}

async function sendGood(): Promise<void> {
  expect(await post(protobuf(markedSpan('by token')), { ...bearer, cookie: marker('a cookie') })).toBe(200);
  expect(await post(protobuf(markedSpan('by API key')), { 'x-api-key': apiKey })).toBe(200);
  expect(
    await post(gzipSync(protobuf(markedSpan('by password'))), {
      ...basic('anna', password),
      'content-encoding': 'gzip',
    }),
  ).toBe(200);
  const path = `/v1/traces?token=${marker('the query of a request')}`;
  expect(await post(protobuf(markedSpan('with a query')), bearer, path)).toBe(200);
  expect(await call(protobuf(markedSpan('by gRPC')), `Bearer ${token}`)).toBe('');
}

async function sendBad(): Promise<void> {
  const whole = protobuf(markedSpan('cut off'));
  expect(await post(whole.subarray(0, -3), bearer)).toBe(400);
  expect(await post(protobuf({ ...markedSpan('too short an id'), ...withoutIds() }), bearer)).toBe(200);
  const json = { ...bearer, 'content-type': 'application/json' };
  expect(await post(`{"resourceSpans": [{"resource": ${marker('broken JSON')}`, json)).toBe(400);
  expect(await post(JSON.stringify({ resourceSpans: marker('JSON of a wrong type') }), json)).toBe(400);
  const badId = { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: marker('an id in JSON') }] }] }] };
  expect(await post(JSON.stringify(badId), json)).toBe(400);
  expect(await post(marker('a body that is no gzip'), { ...bearer, 'content-encoding': 'gzip' })).toBe(400);
  expect(await post('', { ...bearer, 'content-type': marker('a content type') })).toBe(415);
  expect(await post('', { ...bearer, 'content-encoding': marker('an encoding') })).toBe(415);
  expect(await post('', bearer, `/${marker('a path')}`)).toBe(404);
  expect(await post(whole, { authorization: `Bearer ${marker('a wrong token')}` })).toBe(401);
  expect(await post(whole, { authorization: `Strange ${marker('a strange scheme')}` })).toBe(401);
  expect(await post(whole, basic('anna', marker('a wrong password')))).toBe(401);
  expect(await post(whole, { 'x-api-key': marker('a wrong API key') })).toBe(401);
  expect(await call(whole, `Bearer ${marker('a wrong token of a call')}`)).toContain('UNAUTHENTICATED');
  expect(await call(whole.subarray(0, -3), `Bearer ${token}`)).toContain('INVALID_ARGUMENT');
}

const withoutIds = () => ({
  scopeSpans: [{ spans: [{ traceId: Buffer.alloc(3), name: email('the name of a span without an id') }] }],
});

/** Past the collector: what stands in the log already, and cannot be read. Its bytes go to dead letters; nobody else may repeat them. */
async function poisonTopic(): Promise<void> {
  const kafka = connectKafka({ brokers: testKafka(), clientId: 'test', log: quietLog });
  const producer = await kafka.producer();
  const value = Buffer.concat([Buffer.from([0x0a, 0x7f]), Buffer.from(marker(IN_POISON))]);
  await producer.append({ topic: topics.spans, partition: 0, records: [{ value }] });
  await producer.stop();
  await waitFor(async () => (await pipeline.recordsIn('deadLetters')) > 0, 'the dead letter');
}

const IN_POISON = 'a record that cannot be read';

async function ask(): Promise<void> {
  const paths = [
    '/api/v1/services',
    '/api/v1/traces/zz',
    '/api/nothing',
    '/api/traces?service=shop&tags=%7B%22',
  ];
  for (const path of paths) {
    const separator = path.includes('?') ? '&' : '?';
    const answer = await fetch(
      `${pipeline.queryUrl}${path}${separator}access_token=${marker(`the query of ${path}`)}`,
      {
        headers: {
          authorization: `Bearer ${marker(`a token for ${path}`)}`,
          cookie: marker(`a cookie for ${path}`),
        },
      },
    );
    answers.push(await answer.text());
  }
}

/** All records of a topic as text; values that we compress are inflated. */
async function recordsText(topic: string): Promise<{ values: string; headers: string }> {
  const kafka = connectKafka({ brokers: testKafka(), clientId: 'test', log: quietLog });
  const admin = await kafka.admin();
  const ends = await admin.watermarks(topic);
  await admin.stop();
  const found = { values: '', headers: '' };
  await readTopic(kafka, {
    ...{ topic, isolation: 'read_committed' },
    ranges: ends.map(({ partition, low, high }) => ({ partition, from: low, to: high })),
    onRecords: (_partition, records) => {
      for (const { value, headers } of records) {
        const bytes = headers[ENCODING_HEADER] === undefined ? value : zstdDecompressSync(value);
        found.values += bytes.toString('latin1');
        found.headers += Object.entries(headers)
          .map(([name, content]) => `${name}: ${content.toString('latin1')}\n`)
          .join('');
      }
    },
  });
  return found;
}

/** Where each of the markers is found in a text. */
const seenIn = (where: string, content: string, except: readonly string[] = []): string[] =>
  [...planted]
    .filter(([place, one]) => !except.includes(place) && content.includes(one))
    .map(([place]) => `${place}: in ${where}`);

async function everythingWritten(): Promise<(readonly [string, string])[]> {
  const written: (readonly [string, string])[] = [['answers to clients', answers.join('\n')]];
  for (const service of SERVICES) {
    written.push([`the log of ${service}`, pipeline.log(service).join('\n')]);
    written.push([`metrics of ${service}`, await pipeline.metrics(service)]);
    written.push([`readiness of ${service}`, await pipeline.readiness(service)]);
  }
  for (const table of TABLES) {
    const rows = await pipeline.clickhouse.query(`SELECT * FROM ${table}`);
    written.push([`table ${table}`, JSON.stringify(rows)]);
  }
  return written;
}

test('no secret and nothing redacted comes out anywhere', async () => {
  await sendGood();
  await sendBad();
  await poisonTopic();
  await ask();
  await waitFor(
    async () =>
      JSON.stringify(await pipeline.clickhouse.query('SELECT * FROM otel_traces')).split(VISIBLE).length > 5,
    'the spans in ClickHouse',
  );

  const written = await everythingWritten();
  for (const [where, content] of written) expect(seenIn(where, content)).toEqual([]);
  for (const topic of Object.values(topics) as string[]) {
    const { values, headers } = await recordsText(topic);
    expect(seenIn(`headers of ${topic}`, headers)).toEqual([]);
    expect(seenIn(topic, values, [IN_POISON])).toEqual([]);
  }
  // The search would have found what there is to be found.
  expect((await recordsText(topics.spans)).values).toContain(VISIBLE);
  expect((await recordsText(topics.deadLetters)).values).toContain(planted.get(IN_POISON));
  for (const service of SERVICES) expect(pipeline.log(service).length).toBeGreaterThan(0);
  expect(planted.size).toBeGreaterThan(100);
});
