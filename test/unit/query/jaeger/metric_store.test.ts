import { describe, expect, it } from '@jest/globals';
import { clickHouseMetricStore } from '../../../../services/query/jaeger/metric_store.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12, 0, 0);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const RETENTION = { tenSecondDays: 2, minuteDays: 30 };

/** The figures of an hour that ended `ageMs` ago. */
async function askedOf(ageMs: number) {
  const asked: Readonly<Record<string, unknown>>[] = [];
  const store = clickHouseMetricStore({
    query: (_sql, params) => {
      asked.push(params);
      return Promise.resolve([]);
    },
    clock: { now: () => NOW_MS },
    retention: RETENTION,
  });
  const { stepSeconds } = await store.windows(
    {
      ...{ tenant: 'default', services: ['cart'], kinds: ['Server'], byOperation: false },
      ...{ endMs: NOW_MS - ageMs, lookbackMs: HOUR_MS / 2, stepMs: 60_000, ratePerMs: HOUR_MS / 2 },
    },
    new AbortController().signal,
  );
  return { table: asked[0]?.['table'], stepSeconds };
}

describe("the windows of Jaeger's monitor", () => {
  it('come from the finest metrics that an hour of that age still has', async () => {
    expect(await askedOf(0)).toEqual({ table: 'span_metrics', stepSeconds: 10 });
    expect(await askedOf(3 * DAY_MS)).toEqual({ table: 'span_metrics_1m', stepSeconds: 60 });
    expect(await askedOf(40 * DAY_MS)).toEqual({ table: 'span_metrics_1h', stepSeconds: 3600 });
  });
});
