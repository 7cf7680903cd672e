/** The windows of the metrics tables that Jaeger's figures are made of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { metricsTable, type Query } from '../clickhouse_store.ts';
import type { MetricQuery, MetricWindow, MetricWindows } from './metric_family.ts';

export interface MetricStore {
  /** Throws StoreError. */
  windows(query: MetricQuery, signal: AbortSignal): Promise<MetricWindows>;
}

const METRIC_WINDOWS = readFileSync(join(import.meta.dirname, 'sql', 'metric_windows.sql'), 'utf8');

export function clickHouseMetricStore(query: Query): MetricStore {
  return {
    windows: async (asked, signal) => {
      const sinceMs = Math.max(0, asked.endMs - asked.lookbackMs - asked.ratePerMs);
      const { table, stepSeconds } = metricsTable({ sinceMs, untilMs: asked.endMs });
      const params = {
        ...{ tenant: asked.tenant, services: asked.services, kinds: asked.kinds },
        ...{ table, byOperation: asked.byOperation },
        since: Math.floor(sinceMs / 1000 / stepSeconds) * stepSeconds,
        until: Math.ceil(asked.endMs / 1000),
      };
      const rows = await query(METRIC_WINDOWS, params, signal);
      return { stepSeconds, windows: rows.map((row) => row as unknown as MetricWindow) };
    },
  };
}
