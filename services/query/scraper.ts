/**
 * The metrics of the other services, asked for when somebody wants to see them, and what they were a while before.
 *
 * Requests that come together are one scrape. Not for what the figures mean (pipeline_figures.ts).
 */
import type { Clock } from '../platform/clock.ts';
import { parsePrometheusText, type Sample } from '../platform/prometheus_text.ts';

export interface Target {
  readonly url: string;
  /** Null when its figures are there. */
  readonly problem: string | null;
}

export interface Scrape {
  readonly atMs: number;
  readonly targets: readonly Target[];
  /** Of all targets, each sample with the label `instance`. */
  readonly samples: readonly Sample[];
}

export interface Scrapes {
  readonly now: Scrape;
  /** Null at the first time. */
  readonly before: Scrape | null;
}

export interface Scraper {
  /** Never throws for a target that does not answer. */
  scrape(): Promise<Scrapes>;
}

export interface ScraperOptions {
  readonly urls: readonly string[];
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

/** Between two scrapes: rates over less are noise, and many who watch are no burden. */
const LEAST_INTERVAL_MS = 1000;
const TIMEOUT_MS = 2000;
/** A thousand partitions are a megabyte. */
const MAX_TEXT_CHARACTERS = 32 * 1024 * 1024;

export function metricsScraper({ urls, clock, timeoutMs = TIMEOUT_MS }: ScraperOptions): Scraper {
  let latest: Scrapes | null = null;
  let running: Promise<Scrapes> | null = null;
  const run = async (): Promise<Scrapes> => {
    const found = await Promise.all(urls.map((url) => scrapeTarget(url, timeoutMs)));
    const now = {
      atMs: clock.now(),
      targets: found.map(({ target }) => target),
      samples: found.flatMap(({ samples }) => samples),
    };
    latest = { now, before: latest?.now ?? null };
    return latest;
  };
  return {
    scrape: () => {
      if (latest !== null && clock.now() - latest.now.atMs < LEAST_INTERVAL_MS)
        return Promise.resolve(latest);
      running ??= run().finally(() => {
        running = null;
      });
      return running;
    },
  };
}

async function scrapeTarget(url: string, timeoutMs: number): Promise<{ target: Target; samples: Sample[] }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    const text = await response.text();
    if (!response.ok) throw new Error(`answers with status ${response.status}`);
    if (text.length > MAX_TEXT_CHARACTERS) throw new Error('says more than can be read');
    const samples = parsePrometheusText(text).map((sample) => ({
      ...sample,
      labels: { ...sample.labels, instance: url },
    }));
    return { target: { url, problem: null }, samples };
  } catch (error) {
    return { target: { url, problem: problemOf(error) }, samples: [] };
  }
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return 'does not answer';
  if (error.name === 'TimeoutError') return 'does not answer in time';
  return error instanceof TypeError ? 'does not answer' : error.message;
}

/** How much each counter grew in between, as samples again; one that started anew counts from 0, and gauges mean nothing here. */
export function growth(now: readonly Sample[], before: readonly Sample[]): Sample[] {
  const earlier = new Map(before.map((sample) => [seriesOf(sample), sample.value]));
  return now.map((sample) => {
    const from = earlier.get(seriesOf(sample)) ?? 0;
    return { ...sample, value: sample.value >= from ? sample.value - from : sample.value };
  });
}

function seriesOf({ name, labels }: Sample): string {
  return JSON.stringify([name, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
