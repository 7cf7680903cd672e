/** What ClickHouse knows of the pipeline: what is stored, and how new it is. Of all tenants. */
import type { Clock } from '../platform/clock.ts';
import { number, text } from './columns.ts';
import { readSql, type Query } from './queries.ts';

export interface StoredTable {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  readonly parts: number;
}

export interface StorageFigures {
  /** Most bytes first. */
  readonly tables: readonly StoredTable[];
  /** Of the last five minutes by the spans' own clocks. */
  readonly spansPerSecond: number;
  /** Since the start of the newest ten seconds of which metrics are stored; null where there are none in five minutes. */
  readonly newestAgeSeconds: number | null;
}

export interface PipelineStore {
  storage(signal: AbortSignal): Promise<StorageFigures>;
}

const STORED_TABLES = readSql('stored_tables');
const RECENT_SPANS = readSql('recent_spans');
const RECENT_SECONDS = 300;

export function pipelineStore(query: Query, clock: Clock): PipelineStore {
  return {
    storage: async (signal) => {
      const nowMs = clock.now();
      const since = Math.floor(nowMs / 1000) - RECENT_SECONDS;
      const [tables, [recent = {}]] = await Promise.all([
        query(STORED_TABLES, {}, signal),
        query(RECENT_SPANS, { since }, signal),
      ]);
      const newestMs = number(recent, 'newestSeconds') * 1000;
      return {
        tables: tables.map((row) => ({
          table: text(row, 'table'),
          rows: number(row, 'rows'),
          bytes: number(row, 'bytes'),
          parts: number(row, 'parts'),
        })),
        spansPerSecond: number(recent, 'spans') / RECENT_SECONDS,
        newestAgeSeconds: newestMs > 0 ? Math.max(0, (nowMs - newestMs) / 1000) : null,
      };
    },
  };
}
