/**
 * A real Chromium for tests of the page, without a window: the machine's own (SPANMILL_TEST_CHROMIUM, else where distributions put
 * it). Where there is none, tests are skipped and say so; in CI that is a failure.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { tellSkipped } from './skipped.ts';

const ROOT = join(import.meta.dirname, '../..');
const KNOWN = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Null where there is no browser. Throws in CI then. */
export function chromiumPath(): string | null {
  const given = process.env['SPANMILL_TEST_CHROMIUM'] ?? '';
  const found = given === '' ? KNOWN.find((path) => existsSync(path)) : given;
  if (found !== undefined) return found;
  const reason = 'there is no Chromium: install it (apt-get install chromium) or set SPANMILL_TEST_CHROMIUM';
  tellSkipped('the page', reason);
  return null;
}

export function launchChromium(executablePath: string): Promise<Browser> {
  // Chromium has no sandbox for root, as whom containers run.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args: [...args, '--disable-gpu'] });
}

/** The page built from the sources as they are, for SPANMILL_QUERY_WEB_DIRECTORY. */
export function buildPage(): { directory: string; remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'spanmill-page-'));
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const args = [
    vite,
    'build',
    '--logLevel',
    'error',
    '--outDir',
    directory,
    '--emptyOutDir',
    join(ROOT, 'services/web'),
  ];
  // As users get it: a test's own NODE_ENV would bring React's development build, which asks everything twice.
  const env = { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' };
  execFileSync(process.execPath, args, { env, stdio: 'inherit' });
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

const SCREENSHOTS = join(ROOT, 'test-output/web');

export async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

export interface Finding {
  readonly rule: string;
  readonly impact: string;
  readonly nodes: readonly string[];
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds that is serious or critical. */
export async function accessibilityFindings(page: Page): Promise<Finding[]> {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const violations = await page.evaluate<Violation[]>(
    'axe.run(document).then(({ violations }) => violations)',
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, nodes }) => ({
      rule: id,
      impact: impact ?? '',
      nodes: nodes
        .slice(0, 5)
        .map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary ?? ''}`),
    }));
}
