/** The windows of the metrics tables that Jaeger's figures are made of. */
import type { Clock } from '../../platform/clock.ts';
import { readSql, type Query } from '../queries.ts';
import { rollupStep, type Retention } from '../rollups.ts';
import type { MetricQuery, MetricWindow, MetricWindows } from './metric_family.ts';

export interface MetricStore {
  /** Throws StoreError. */
  windows(query: MetricQuery, signal: AbortSignal): Promise<MetricWindows>;
}

export interface MetricStoreOptions {
  readonly query: Query;
  readonly clock: Clock;
  readonly retention: Retention;
}

const METRIC_WINDOWS = readSql('metric_windows', 'jaeger');

export function clickHouseMetricStore({ query, clock, retention }: MetricStoreOptions): MetricStore {
  return {
    windows: async (asked, signal) => {
      const sinceMs = Math.max(0, asked.endMs - asked.lookbackMs - asked.ratePerMs);
      const range = { sinceMs, untilMs: asked.endMs };
      const { suffix, stepSeconds } = rollupStep(range, clock.now(), retention);
      const params = {
        ...{ tenant: asked.tenant, services: asked.services, kinds: asked.kinds },
        ...{ table: `span_metrics${suffix}`, byOperation: asked.byOperation },
        since: Math.floor(sinceMs / 1000 / stepSeconds) * stepSeconds,
        until: Math.ceil(asked.endMs / 1000),
      };
      const rows = await query(METRIC_WINDOWS, params, signal);
      return { stepSeconds, windows: rows.map((row) => row as unknown as MetricWindow) };
    },
  };
}
