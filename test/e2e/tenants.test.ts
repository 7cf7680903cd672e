/** Two tenants whose traces have the same ids: from their senders to their readers, on real servers, nothing of one is the other's. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { opentelemetry } from '../../proto/generated/index.js';
import { hashPassword } from '../../services/platform/auth/secret_hash.ts';
import { aToken, tokenEntry } from '../support/access_fixture.ts';
import { buildPage, chromiumPath, keepScreenshot, launchChromium } from '../support/browser.ts';
import { startPipeline, type Pipeline } from '../support/pipeline.ts';
import { waitFor } from '../support/wait_for.ts';

jest.setTimeout(240_000);

const { TracesData } = opentelemetry.proto.trace.v1;
const { SPAN_KIND_SERVER, SPAN_KIND_CLIENT } = opentelemetry.proto.trace.v1.Span.SpanKind;
const TRACES = 200;
const TENANTS = { shop: aToken(), bank: aToken() };
const OPERATOR = aToken();
const ANNA = { username: 'anna', password: 'correct horse battery staple' };
const chromium = chromiumPath();
const START_NS = BigInt(Date.now() - 60_000) * 1_000_000n;

/** A call of `web` to `cart`, as two spans; ids are the same for all tenants, names are not. */
function requestOf(tenant: string, trace: number): Buffer {
  const traceId = Buffer.alloc(16, 7);
  traceId.writeUInt32BE(trace + 1, 12);
  const [root, client, server] = [Buffer.alloc(8, 1), Buffer.alloc(8, 2), Buffer.alloc(8, 3)];
  const start = Number(START_NS / 1_000_000n) + trace;
  const times = { startTimeUnixNano: start * 1e6, endTimeUnixNano: (start + 5) * 1e6 };
  const ofService = (name: string, spans: opentelemetry.proto.trace.v1.Span.$Properties[]) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: `${tenant}-${name}` } }] },
    scopeSpans: [{ scope: { name: 'test' }, spans }],
  });
  const resourceSpans = [
    ofService('web', [
      { traceId, spanId: root, name: 'GET /', kind: SPAN_KIND_SERVER, ...times },
      { traceId, spanId: client, parentSpanId: root, name: 'GET', kind: SPAN_KIND_CLIENT, ...times },
    ]),
    ofService('cart', [
      { traceId, spanId: server, parentSpanId: client, name: 'GET /items', kind: SPAN_KIND_SERVER, ...times },
    ]),
  ];
  return Buffer.from(TracesData.encode({ resourceSpans }).finish());
}

describe('two tenants with the same trace ids', () => {
  const directory = mkdtempSync(join(tmpdir(), 'spanmill-tenants-'));
  let pipeline: Pipeline;
  let page: ReturnType<typeof buildPage> | null = null;

  beforeAll(async () => {
    const file = join(directory, 'credentials.yaml');
    const entries = Object.entries(TENANTS).map(([tenant, token]) => tokenEntry(tenant, token, tenant));
    const operator = tokenEntry('operator', OPERATOR, '*', 'query, admin');
    const hash = await hashPassword(ANNA.password, randomBytes);
    const anna = `  - { name: anna, kind: basic, user: ${ANNA.username}, tenant: "*", use: [query, admin], hash: "${hash}" }\n`;
    writeFileSync(file, `tenants: { shop: , bank: }\ncredentials:\n${entries.join('')}${operator}${anna}`);
    if (chromium !== null) page = buildPage();
    pipeline = await startPipeline(['collector', 'processor', 'sink', 'query'], {
      SPANMILL_COLLECTOR_CREDENTIALS_FILE: file,
      SPANMILL_QUERY_CREDENTIALS_FILE: file,
      ...(page !== null && { SPANMILL_QUERY_WEB_DIRECTORY: page.directory }),
      SPANMILL_PROCESSOR_FORGET_MS: '6000',
      SPANMILL_PROCESSOR_SETTLE_MS: '2000',
    });
    for (let trace = 0; trace < TRACES; trace++) {
      await Promise.all(Object.keys(TENANTS).map((tenant) => send(tenant as keyof typeof TENANTS, trace)));
    }
    await waitFor(async () => {
      const counts = [
        await rows('SELECT count() AS n FROM otel_traces'),
        await rows('SELECT sum(Calls) AS n FROM service_edges'),
      ];
      return JSON.stringify(counts) === JSON.stringify([[{ n: String(6 * TRACES) }], [{ n: 2 * TRACES }]]);
    }, 'all spans and edges');
  });
  afterAll(async () => {
    await pipeline.stop();
    page?.remove();
    rmSync(directory, { recursive: true });
  });

  async function send(tenant: keyof typeof TENANTS, trace: number): Promise<void> {
    const answer = await fetch(`${pipeline.otlpHttp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', authorization: `Bearer ${TENANTS[tenant]}` },
      body: new Uint8Array(requestOf(tenant, trace)),
    });
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  }

  const rows = (sql: string) => pipeline.clickhouse.query(sql);
  const ofEach = (figures: (tenant: string) => Readonly<Record<string, unknown>>) =>
    ['bank', 'shop'].map((tenant) => ({ Tenant: tenant, ...figures(tenant) }));

  test('have all of their spans, and no others', async () => {
    expect(
      await rows(`
        SELECT Tenant, toUInt32(count()) AS spans, toUInt32(uniqExact(TraceId)) AS traces, toUInt32(countIf(NOT startsWith(ServiceName, Tenant))) AS foreign
        FROM otel_traces GROUP BY Tenant ORDER BY Tenant`),
    ).toEqual(ofEach(() => ({ spans: 3 * TRACES, traces: TRACES, foreign: 0 })));
  });

  test('have a summary of each trace with its own services', async () => {
    expect(
      await rows(`
        SELECT Tenant, toUInt32(count()) AS traces, toUInt32(countIf(Spans = 3)) AS whole, any(Services) AS services, toUInt32(uniqExact(Services)) AS kinds
        FROM (SELECT Tenant, TraceId, sum(Spans) AS Spans, arraySort(groupUniqArrayArray(Services)) AS Services FROM trace_summaries GROUP BY Tenant, TraceId)
        GROUP BY Tenant ORDER BY Tenant`),
    ).toEqual(
      ofEach((tenant) => ({
        ...{ traces: TRACES, whole: TRACES, services: [`${tenant}-cart`, `${tenant}-web`], kinds: 1 },
      })),
    );
  });

  test('have metrics of their own spans, in all rollups', async () => {
    for (const table of ['span_metrics', 'span_metrics_1m', 'span_metrics_1h']) {
      expect(
        await rows(`
          SELECT Tenant, toUInt32(sum(Spans)) AS spans, toUInt32(countIf(NOT startsWith(ServiceName, Tenant))) AS foreign
          FROM ${table} GROUP BY Tenant ORDER BY Tenant`),
      ).toEqual(ofEach(() => ({ spans: 3 * TRACES, foreign: 0 })));
    }
  });

  test('have calls between their own services', async () => {
    expect(await rows('SELECT DISTINCT Tenant, Client, Server FROM service_edges ORDER BY Tenant')).toEqual(
      ofEach((tenant) => ({ Client: `${tenant}-web`, Server: `${tenant}-cart` })),
    );
    expect(
      await rows('SELECT Tenant, sum(Calls) AS calls FROM service_edges GROUP BY Tenant ORDER BY Tenant'),
    ).toEqual(ofEach(() => ({ calls: TRACES })));
  });

  test('read what is theirs with their own token', async () => {
    for (const [tenant, token] of Object.entries(TENANTS)) {
      const answer = await fetch(`${pipeline.queryUrl}/api/services`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const { data } = (await answer.json()) as { data: string[] };
      expect([...data].sort()).toEqual([`${tenant}-cart`, `${tenant}-web`]);
    }
    const all = await fetch(`${pipeline.queryUrl}/api/v1/tenants`, {
      headers: { authorization: `Bearer ${OPERATOR}` },
    });
    expect(await all.json()).toMatchObject({ tenants: ['bank', 'shop'] });
  });

  (chromium === null ? test.skip : test)(
    'one who may see both chooses on the page, which asks for a password',
    async () => {
      const browser = await launchChromium(chromium ?? '');
      try {
        const context = await browser.newContext({ httpCredentials: ANNA });
        const tab = await context.newPage();
        await tab.goto(`${pipeline.queryUrl}/services?since=1h&tenant=bank`);
        await tab.getByRole('link', { name: 'bank-web' }).waitFor();
        expect(await tab.getByText('shop-web').count()).toBe(0);
        await tab.getByLabel('Tenant').selectOption('shop');
        await tab.getByRole('link', { name: 'shop-web' }).waitFor();
        await keepScreenshot(tab, 'tenants');
        await tab.getByRole('link', { name: 'Map' }).click();
        await tab.getByText('shop-cart').first().waitFor();
        expect(new URL(tab.url()).searchParams.get('tenant')).toBe('shop');
        const stranger = await (await browser.newContext()).newPage();
        const answer = await stranger.goto(`${pipeline.queryUrl}/services`).catch(() => null);
        expect(answer?.status() ?? 401).toBe(401);
      } finally {
        await browser.close();
      }
    },
  );
});
