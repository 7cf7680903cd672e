/** The page in a real browser, on the whole pipeline with a shop's traces of an hour and one of ten thousand spans. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import {
  accessibilityFindings,
  buildPage,
  chromiumPath,
  keepScreenshot,
  launchChromium,
} from '../support/browser.ts';
import { bigTrace, shopHistory } from '../support/colourful_shop.ts';
import { sendShop } from '../support/shop_otlp_json.ts';
import { startPipeline, type Pipeline } from '../support/pipeline.ts';
import { waitFor } from '../support/wait_for.ts';

jest.setTimeout(180_000);

const BIG_SPANS = 10_000;
const HISTORY_MS = 50 * 60_000;
const chromium = chromiumPath();
/** Not all are told on the console. */
const TELL_VIOLATIONS = `addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
  console.error('policy violated: ' + effectiveDirective + ' ' + blockedURI))`;
const PLANT_SCRIPT = `(() => {
  const script = document.createElement('script');
  script.textContent = 'window.planted = true';
  document.body.append(script);
})()`;

(chromium === null ? describe.skip : describe)('the page', () => {
  let pipeline: Pipeline;
  let browser: Browser;
  let page: Page;
  let bigId = '';
  let ids: string[] = [];
  const started: (() => unknown)[] = [];
  const foreign: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    const built = buildPage();
    started.push(built.remove);
    pipeline = await startPipeline(['collector', 'processor', 'sink', 'query'], {
      SPANMILL_QUERY_WEB_DIRECTORY: built.directory,
    });
    started.push(() => pipeline.stop());
    const now = Date.now();
    const shop = shopHistory(now - HISTORY_MS, now - 20_000, 3);
    const big = bigTrace(now - 70_000, BIG_SPANS);
    bigId = big[0]?.traceId ?? '';
    ids = [...new Set(shop.filter(({ name }) => name === 'POST /charges').map(({ traceId }) => traceId))];
    await sendShop(pipeline.otlpHttp, [...shop, ...big]);
    await untilStored(shop.length + big.length);
    browser = await launchChromium(chromium ?? '');
    started.push(() => browser.close());
  });
  afterAll(async () => {
    for (const undo of started.reverse()) await undo();
  });

  async function untilStored(spans: number): Promise<void> {
    const deadline = Date.now() + 90_000;
    let rows: unknown = null;
    while (Date.now() < deadline) {
      [rows] = await pipeline.clickhouse.query(
        'SELECT (SELECT count() FROM otel_traces) AS spans, (SELECT sum(Spans) FROM span_metrics) AS metrics, (SELECT sum(Calls) FROM service_edges) AS calls',
      );
      const { spans: stored, metrics, calls } = rows as Record<string, unknown>;
      if (Number(stored) === spans && Number(metrics) === spans && Number(calls) > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`${spans} spans were sent; stored are ${JSON.stringify(rows)}`);
  }

  async function newPage(options: { width: number; height: number; dark?: boolean }): Promise<Page> {
    const { width, height, dark = false } = options;
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? 'dark' : 'light',
      timezoneId: 'Europe/Berlin',
    });
    await context.addInitScript(TELL_VIOLATIONS);
    const opened = await context.newPage();
    opened.on('request', (request) => {
      if (!request.url().startsWith(`${pipeline.queryUrl}/`)) foreign.push(request.url());
    });
    opened.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('503')) complaints.push(message.text());
    });
    opened.on('pageerror', (error) => complaints.push(String(error)));
    return opened;
  }

  beforeEach(async () => {
    page = await newPage({ width: 1440, height: 900 });
  });
  afterEach(async () => {
    await page.context().close();
    expect(complaints.splice(0)).toEqual([]);
    expect(foreign.splice(0)).toEqual([]);
  });

  const open = (path: string): Promise<unknown> => page.goto(pipeline.queryUrl + path);
  const rows = () => page.locator('[role=treegrid] [role=row]');
  const path = (): string => new URL(page.url()).pathname;

  test('finds traces by service and status; a dot in the plot opens one', async () => {
    await open('/');
    await page.getByLabel('Service', { exact: true }).selectOption('payment');
    await page.getByLabel('Status').selectOption('Error');
    await page.waitForURL(/service=payment&status=Error/);
    // The list of the search before stays until the answer is there.
    await page.locator('.trace-item:not(:has(.badge.failed))').first().waitFor({ state: 'detached' });
    await page.locator('.trace-item .badge.failed').first().waitFor();
    // The plot measures its place before it draws: its dots come a moment after the list.
    const failed = page.locator('.scatter .dot.failed');
    await waitFor(async () => (await failed.count()) === (await page.locator('.trace-item').count()));
    await clickUntil(page.locator('.scatter a').last(), rows().first(), { force: true });
    expect(path()).toMatch(/^\/trace\//);
  });

  test('has no script or style in its document, and runs none that got there', async () => {
    await open('/');
    await page.locator('.trace-item').first().waitFor();
    expect(complaints).toEqual([]);
    await page.evaluate(PLANT_SCRIPT);
    await waitFor(() => complaints.some((one) => one.startsWith('policy violated: script-src')));
    expect(await page.evaluate('window.planted')).toBeUndefined();
    complaints.splice(0);
  });

  test('shows more of a search, and the longest first', async () => {
    await open('/search?order=longest');
    await page.getByRole('button', { name: 'Next 50' }).click();
    await page.getByText('100 traces').waitFor();
    expect(await page.locator('.trace-item').first().textContent()).toContain('reports');
  });

  test('says what is wrong with a filter, and what to do when nothing matches', async () => {
    await open('/search');
    await page.getByLabel('Longer than').fill('fast');
    await page.getByRole('alert').getByText('250ms').waitFor();
    await open('/search?name=no-such-span');
    await page.getByText('No trace matches').waitFor();
  });

  test('opens and closes parts of a trace by keyboard, finds, and shows details', async () => {
    await open(`/trace/${ids[0]}`);
    await rows().first().waitFor();
    // Rows come in a moment after their number: the list measures its place first.
    const all = Number(await page.locator('[role=treegrid]').getAttribute('aria-rowcount'));
    await rows()
      .nth(all - 1)
      .waitFor();
    await page.locator('[role=treegrid]').focus();
    await page.keyboard.press('ArrowLeft');
    await rows().nth(1).waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowRight');
    await rows()
      .nth(all - 1)
      .waitFor();
    expect(await rows().count()).toBe(all);
    await page.keyboard.press('/');
    await page.keyboard.type('charges');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.locator('[role=treegrid]').focus();
    await page.keyboard.press('Enter');
    const details = page.getByLabel('Details of the span');
    await details.getByRole('heading', { name: /payment POST \/charges/ }).waitFor();
    await details.getByText('/charges', { exact: true }).waitFor();
    expect(page.url()).toContain('span=');
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('the next error').waitFor();
  });

  test('opens ten thousand spans with few rows in the document, and scrolls to the last', async () => {
    const begun = performance.now();
    await open(`/trace/${bigId}`);
    await rows().first().waitFor();
    const opened = performance.now() - begun;
    expect(await page.locator('[role=treegrid]').getAttribute('aria-rowcount')).toBe(String(BIG_SPANS));
    expect(await rows().count()).toBeLessThan(100);
    const answer = await page.evaluate<number>(ANSWER);
    const frames = await page.evaluate<number[]>(SCROLL);
    process.stderr.write(
      `${BIG_SPANS} spans open after ${Math.round(opened)} ms, the answer is there after ${Math.round(answer)} ms; ${said(frames)}\n`,
    );
    await page.locator('[role=treegrid]').focus();
    await page.keyboard.press('End');
    await page.locator(`[role=row][aria-rowindex="${BIG_SPANS}"]`).waitFor();
  });

  test('leads from a chart, a bar and a cell to the traces behind them', async () => {
    await open('/services/storefront');
    const exemplars = page.getByLabel('Traces behind the figure');
    await clickUntil(
      page.locator('section[aria-label=Duration] .u-over'),
      exemplars.getByRole('link').first(),
      { position: { x: 150, y: 60 } },
    );
    await clickUntil(
      page.locator('.histogram button:enabled').first(),
      exemplars.getByRole('heading', { name: /in all/ }),
    );
    await clickUntil(exemplars.getByRole('link').first(), page.getByLabel('Details of the span'));
    expect(page.url()).toMatch(/\/trace\/.*span=/);
    await page.goBack();
    await page.getByRole('heading', { name: 'Critical path of its traces' }).waitFor();
  });

  test('draws the map with a shape for each kind; a node leads to its service', async () => {
    await open('/map');
    const node = page.locator('a.node', { hasText: 'payment' });
    await node.waitFor();
    await page.locator('.node-shape.external').first().waitFor({ state: 'attached' });
    await page.locator('g.node .node-line').first().waitFor({ state: 'attached' });
    await node.click();
    await page.waitForURL(/\/services\/payment/);
  });

  test('compares two traces, and one with what is normal', async () => {
    await open('/compare');
    await page.getByLabel('Trace A').fill(ids[0] ?? '');
    await page.getByLabel(/Trace B/).fill(ids[1] ?? '');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.waitForURL(/\/compare\/.+\/.+/);
    await page.getByRole('table').getByText('POST /checkout').waitFor();
    await open(`/compare/${ids[0]}/normal`);
    await page.getByRole('columnheader', { name: 'Longer than' }).waitFor();
  });

  test('shows the pipeline live', async () => {
    await open('/pipeline');
    await page.getByText('All services answer and keep up.').waitFor();
    // A rate is known from the second answer on.
    await page.locator('.stage .big', { hasText: '/s' }).first().waitFor();
  });

  test('says that ClickHouse is away, asks again, and goes on by itself', async () => {
    const away = {
      status: 503,
      contentType: 'application/problem+json',
      body: JSON.stringify({ detail: 'ClickHouse does not answer; see /readyz, and try again' }),
    };
    await page.route('**/api/v1/**', (route) => route.fulfill(away));
    await open('/services');
    await page.getByRole('alert').getByText('ClickHouse does not answer').waitFor();
    await page.unroute('**/api/v1/**');
    await page.getByRole('link', { name: 'storefront' }).waitFor();
  });

  describe.each([false, true])('dark: %s', (dark) => {
    test.each([
      ['search', () => '/search', '.trace-item'],
      ['trace', () => `/trace/${ids[0]}`, '[role=treegrid] [role=row]'],
      ['flame', () => `/trace/${ids[0]}?view=flame`, '.flame-frame'],
      ['services', () => '/services', 'tbody tr'],
      ['service', () => '/services/storefront', '.heatmap-panel'],
      ['map', () => '/map', '.node'],
      ['compare', () => `/compare/${ids[0]}/${ids[1]}`, '.compare-body [role=row]'],
      ['pipeline', () => '/pipeline', '.stage'],
    ])('%s can be used by everybody and fits a telephone', async (name, address, shown) => {
      for (const [size, width, height] of [
        ['desktop', 1440, 900],
        ['phone', 360, 740],
      ] as const) {
        await page.context().close();
        page = await newPage({ width, height, dark });
        await open(address());
        await page.locator(shown).first().waitFor();
        await page.waitForLoadState('networkidle');
        await keepScreenshot(page, `${name}-${size}-${dark ? 'dark' : 'light'}`);
        expect(await accessibilityFindings(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
      }
    });
  });

  test('goes by the address alone: a link that is sent opens the same', async () => {
    await open(`/trace/${ids[0]}`);
    await clickUntil(rows().nth(3), page.getByLabel('Details of the span'));
    const href = page.url();
    await page.context().close();
    page = await newPage({ width: 1440, height: 900 });
    await page.goto(href);
    await page.getByLabel('Details of the span').waitFor();
    expect(path()).toBe(`/trace/${ids[0]}`);
    await page.locator('[role=row][aria-selected=true][aria-rowindex="4"]').waitFor();
  });
});

/** When the browser had the trace's answer, in milliseconds since the page was asked for. */
const ANSWER = `performance.getEntriesByType('resource').find(({ name }) => name.includes('/api/v1/traces/')).responseEnd`;

/** Scrolls through the rows for two hundred frames; milliseconds between them. */
const SCROLL = `new Promise((done) => {
  const rows = document.querySelector('[role=treegrid]');
  const times = [];
  const step = (now) => {
    times.push(now);
    rows.scrollTop += 400;
    if (times.length <= 200) requestAnimationFrame(step);
    else done(times.slice(1).map((time, i) => time - times[i]));
  };
  requestAnimationFrame(step);
})`;

const CLICKS = 5;

/** An answer that comes amid a click moves what is under the pointer: people click again. */
async function clickUntil(
  button: Locator,
  result: Locator,
  how: Parameters<Locator['click']>[0] = {},
): Promise<void> {
  for (let clicks = 1; ; clicks++) {
    await button.click(how);
    try {
      await result.waitFor({ timeout: 5_000 });
      return;
    } catch (error) {
      if (clicks === CLICKS) throw error;
    }
  }
}

function said(frames: readonly number[]): string {
  const sorted = [...frames].sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  return `frames while scrolling: median ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms`;
}
