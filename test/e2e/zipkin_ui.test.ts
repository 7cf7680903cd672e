/** Zipkin's own page, in a real browser, on what the pipeline stored: it finds traces, shows one, and draws the dependencies. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { chromiumPath, keepScreenshot, launchChromium } from '../support/browser.ts';
import { shopHistory } from '../support/colourful_shop.ts';
import { startPipeline, type Pipeline } from '../support/pipeline.ts';
import { sendShop } from '../support/shop_otlp_json.ts';
import { hasZipkinUi, serveZipkinUi, type ZipkinUi } from '../support/zipkin_ui.ts';

jest.setTimeout(240_000);

const HISTORY_MS = 10 * 60_000;
const chromium = chromiumPath();

(chromium === null || !hasZipkinUi() ? describe.skip : describe)("Zipkin's page", () => {
  let pipeline: Pipeline;
  let ui: ZipkinUi;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const started: (() => unknown)[] = [];
  const now = Date.now();
  const spans = shopHistory(now - HISTORY_MS, now - 20_000, 2);
  const charge = spans.find(({ name }) => name === 'POST /charges');
  const trace = spans.filter(({ traceId }) => traceId === charge?.traceId);

  beforeAll(async () => {
    pipeline = await startPipeline(['collector', 'processor', 'sink', 'query']);
    started.push(() => pipeline.stop());
    ui = await serveZipkinUi(pipeline.queryUrl);
    started.push(() => ui.close());
    await sendShop(pipeline.otlpHttp, spans);
    await untilStored();
    browser = await launchChromium(chromium ?? '');
    started.push(() => browser.close());
  });
  afterAll(async () => {
    for (const undo of started.reverse()) await undo();
  });
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1400, height: 900 }, locale: 'en' });
    page.on('pageerror', (error) => complaints.push(String(error)));
  });

  async function untilStored(): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
      const [row] = await pipeline.clickhouse.query(
        'SELECT (SELECT count() FROM otel_traces) AS spans, (SELECT sum(Calls) FROM service_edges) AS calls',
      );
      if (Number(row?.['spans']) === spans.length && Number(row?.['calls']) > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`${spans.length} spans were sent, and not all of them are stored`);
  }

  test('finds traces of a service', async () => {
    await page.goto(`${ui.url}/?serviceName=payment&lookback=1h&limit=10&endTs=${Date.now()}`);
    await page.getByRole('button', { name: 'Run Query' }).click();
    await page.getByText('10 Results').waitFor();
    await page.locator('a[href*="/traces/"]').nth(9).waitFor();
    await keepScreenshot(page, 'zipkin-search');
  });

  test('shows a trace, with the spans and tags that were sent', async () => {
    await page.goto(`${ui.url}/traces/${charge?.traceId}`);
    await page.getByText('Total Spans').waitFor();
    const shown = await page.locator('body').innerText();
    expect(shown).toContain(`Total Spans\n${trace.length}\n`);
    for (const { name } of trace) expect(shown).toContain(name);
    expect(shown).toContain('http.response.status_code');
    await keepScreenshot(page, 'zipkin-trace');
  });

  test('draws the dependencies', async () => {
    await page.goto(`${ui.url}/dependency?startTime=${now - HISTORY_MS}&endTime=${Date.now()}`);
    await page.locator('canvas').first().waitFor();
    await keepScreenshot(page, 'zipkin-dependencies');
  });

  test('had an answer to all that it asked', () => {
    expect(ui.failures).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
