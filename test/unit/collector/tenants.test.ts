/** Who may send, over both protocols: which tenant spans become, and what those are told who may not, or not now. */
import { request as httpRequest } from 'node:http';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from '@jest/globals';
import { google } from '../../../proto/generated/index.js';
import { TENANT_HEADER } from '../../../services/core/contracts.ts';
import { ConfigError } from '../../../services/platform/config.ts';
import { accessOf, aToken, tokenEntry } from '../../support/access_fixture.ts';
import { requestOf, testSpan } from '../../support/export_requests.ts';
import { ManualTime } from '../../support/manual_time.ts';
import { recordingLog, type LogLine } from '../../support/recording_log.ts';
import { startCollector, type RunningCollector } from '../../support/running_collector.ts';

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const ONE_SPAN = requestOf(testSpan(1, 1));
const TEN_SPANS = requestOf(...Array.from({ length: 10 }, (_, at) => testSpan(1, at + 1)));
const [SHOP, BANK, READER] = [aToken(), aToken(), aToken()];
const YAML = `
tenants:
  shop: { spansPerSecond: 10, burstSeconds: 1, inFlightBytes: 2000 }
  bank:
credentials:
${tokenEntry('shop', SHOP, 'shop')}${tokenEntry('bank', BANK, 'bank')}${tokenEntry('reader', READER, 'shop', 'query')}`;

let collector: RunningCollector | null = null;
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await collector?.stop();
  collector = null;
});

async function start(settings: Parameters<typeof startCollector>[0] = {}): Promise<RunningCollector> {
  collector = await startCollector({ access: accessOf(YAML, new ManualTime()), ...settings });
  return collector;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function post(
  token: string | null,
  body = ONE_SPAN,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${collector?.url}/v1/traces`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body,
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Null where it went well. */
function call(token: string | null, body = ONE_SPAN): Promise<ServiceError | null> {
  const client = new Client(collector?.grpcAddress ?? '', credentials.createInsecure(), {
    'grpc.enable_retries': 0,
  });
  clients.push(client);
  const metadata = new Metadata();
  if (token !== null) metadata.set('authorization', `Bearer ${token}`);
  const asItIs = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve) => client.makeUnaryRequest(EXPORT, asItIs, asItIs, body, metadata, resolve));
}

function retryMs(error: ServiceError | null): number | null {
  const [details] = error?.metadata.get('grpc-status-details-bin') ?? [];
  if (!(details instanceof Buffer)) return null;
  const [info] = google.rpc.Status.decode(details).details;
  const { retryDelay } = google.rpc.RetryInfo.decode(info?.value ?? Buffer.alloc(0));
  return Number(retryDelay?.seconds) * 1000 + (retryDelay?.nanos ?? 0) / 1e6;
}

const tenantsSent = (): (string | undefined)[] =>
  (collector?.gate.batches ?? []).flatMap(({ records }) =>
    records.map(({ headers }) => headers?.[TENANT_HEADER]?.toString()),
  );

describe('with credentials', () => {
  test('spans are of the tenant that their sender is known for', async () => {
    await start();
    expect((await post(SHOP)).status).toBe(200);
    expect(await call(BANK)).toBeNull();
    expect(tenantsSent()).toEqual(['shop', 'bank']);
  });

  test('no header names a tenant', async () => {
    await start();
    await post(BANK, ONE_SPAN, { 'x-tenant': 'shop', tenant: 'shop', 'x-scope-orgid': 'shop' });
    expect(tenantsSent()).toEqual(['bank']);
  });

  test('whoever shows nothing or something unknown is told what to show, and nothing is stored', async () => {
    await start();
    for (const token of [null, aToken()]) {
      const { headers, status: httpStatus } = await post(token);
      expect(httpStatus).toBe(401);
      expect(headers.get('www-authenticate')).toBe(
        'Bearer realm="Spanmill", Basic realm="Spanmill", charset="UTF-8"',
      );
      expect((await call(token))?.code).toBe(status.UNAUTHENTICATED);
    }
    expect(tenantsSent()).toEqual([]);
    expect(await collector?.metrics()).toMatch(
      /requests_total\{protocol="grpc",outcome="unauthenticated".*\} 2/,
    );
  });

  test('a credential that is not for sending is forbidden', async () => {
    await start();
    expect((await post(READER)).status).toBe(403);
    expect((await call(READER))?.code).toBe(status.PERMISSION_DENIED);
  });

  test('many wrong guesses are told to wait, while those who are known are not', async () => {
    await start();
    for (let at = 0; at < 10; at++) await post('guess');
    const guess = await post('guess');
    expect([guess.status, guess.headers.get('retry-after')]).toEqual([429, '6']);
    const error = await call('guess');
    expect([error?.code, retryMs(error)]).toEqual([status.RESOURCE_EXHAUSTED, 6000]);
    expect((await post(SHOP)).status).toBe(200);
  });

  test('a stranger is not asked for its body', async () => {
    const running = await start();
    const answer = await new Promise<number | 'continue'>((resolve, reject) => {
      const sent = httpRequest(`${running.url}/v1/traces`, {
        method: 'POST',
        headers: { expect: '100-continue', 'content-length': '1000' },
      });
      sent.once('continue', () => resolve('continue'));
      sent.once('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
        sent.destroy();
      });
      sent.once('error', reject);
      sent.flushHeaders();
    });
    expect(answer).toBe(401);
  });
});

test('no log line, metric or answer shows what somebody has shown', async () => {
  const lines: LogLine[] = [];
  await start({ log: recordingLog(lines) });
  const basic = `Basic ${Buffer.from('MARKER-user:MARKER-password').toString('base64')}`;
  const answers = [
    await post(SHOP),
    await post('MARKER-token'),
    await post(null, ONE_SPAN, { 'x-api-key': 'MARKER-key' }),
    await post(null, ONE_SPAN, { authorization: basic }),
    await post(null, ONE_SPAN, { authorization: 'MARKER-scheme' }),
    await post(SHOP, Buffer.from('MARKER-body')),
  ];
  expect(answers.map(({ status: httpStatus }) => httpStatus)).toEqual([200, 401, 401, 401, 401, 400]);
  const error = await call('MARKER-token');
  const told = JSON.stringify([
    lines,
    answers.map(({ text }) => text),
    error?.message,
    await collector?.metrics(),
  ]);
  expect(told).toContain('unauthenticated');
  for (const secret of ['MARKER', SHOP, BANK, basic.slice('Basic '.length)])
    expect(told).not.toContain(secret);
});

describe('a tenant over its rate', () => {
  test('is told when to come back, by its bucket, and the other one is not held up', async () => {
    const clock = new ManualTime();
    await start({ access: accessOf(YAML, clock), clock });
    expect((await post(SHOP, TEN_SPANS)).status).toBe(200);
    expect((await post(SHOP, TEN_SPANS)).status).toBe(429);
    const late = await post(SHOP);
    expect([late.status, late.headers.get('retry-after')]).toEqual([429, '1']);
    const error = await call(SHOP);
    expect([error?.code, retryMs(error)]).toEqual([status.RESOURCE_EXHAUSTED, 100]);
    expect((await post(BANK, TEN_SPANS)).status).toBe(200);
    clock.advance(100);
    expect((await post(SHOP)).status).toBe(200);
    const metrics = await collector?.metrics();
    expect(metrics).toMatch(/tenant_refusals_total\{tenant="shop",reason="rate".*\} 3/);
    expect(metrics).toMatch(/tenant_spans_stored_total\{tenant="shop".*\} 11/);
    expect(metrics).toMatch(/tenant_spans_stored_total\{tenant="bank".*\} 10/);
  });

  test('is refused before its body is read', async () => {
    const clock = new ManualTime();
    const running = await start({ access: accessOf(YAML, clock), clock });
    await post(SHOP, TEN_SPANS);
    const answer = await new Promise<number>((resolve, reject) => {
      // The body never comes.
      const sent = httpRequest(`${running.url}/v1/traces`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${SHOP}`,
          'content-type': 'application/x-protobuf',
          'content-length': '1000',
        },
      });
      sent.once('response', (response) => {
        resolve(response.statusCode ?? 0);
        response.resume();
        sent.destroy();
      });
      sent.once('error', reject);
      sent.flushHeaders();
    });
    expect(answer).toBe(429);
  });
});

test('a tenant over its bytes in flight is refused, and the other one is not', async () => {
  const running = await start();
  running.gate.hold();
  const big = requestOf(testSpan(1, 1, 'x'.repeat(1500)));
  const held = post(SHOP, big);
  await running.gate.reached;
  const refused = await post(SHOP, big);
  expect(refused.status).toBe(429);
  expect((await call(SHOP, big))?.code).toBe(status.RESOURCE_EXHAUSTED);
  const other = post(BANK, big);
  running.gate.release();
  expect([(await held).status, (await other).status]).toEqual([200, 200]);
  expect(await running.metrics()).toMatch(/tenant_refusals_total\{tenant="shop",reason="in_flight".*\} 2/);
});

describe('without credentials', () => {
  test('everybody is the default tenant, whatever they show', async () => {
    await start({ access: null });
    await post(SHOP, ONE_SPAN, { 'x-tenant': 'shop' });
    await call(null);
    expect(tenantsSent()).toEqual([undefined, undefined]);
  });

  test('a trusted header names the tenant, if it is a name', async () => {
    await start({ access: null, tenantHeader: 'x-tenant' });
    expect((await post(null, ONE_SPAN, { 'x-tenant': 'shop' })).status).toBe(200);
    expect((await post(null)).status).toBe(200);
    expect((await post(null, ONE_SPAN, { 'x-tenant': 'Shop!' })).status).toBe(403);
    expect((await post(null, ONE_SPAN, { 'x-tenant': `a${'b'.repeat(63)}` })).status).toBe(403);
    expect(tenantsSent()).toEqual(['shop', undefined]);
  });

  test('there are not more tenants than a thousand', async () => {
    await start({ access: null, tenantHeader: 'x-tenant' });
    const answers: number[] = [];
    for (let at = 0; at < 1001; at++)
      answers.push((await post(null, Buffer.alloc(0), { 'x-tenant': `t${at}` })).status);
    expect(new Set(answers.slice(0, 1000))).toEqual(new Set([200]));
    expect(answers.at(-1)).toBe(403);
    expect((await post(null, Buffer.alloc(0), { 'x-tenant': 't5' })).status).toBe(200);
  });

  test('a header beside credentials is a fault', async () => {
    await expect(startCollector({ access: accessOf(YAML), tenantHeader: 'x-tenant' })).rejects.toThrow(
      ConfigError,
    );
  });
});
