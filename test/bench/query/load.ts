/** Fills empty tables with the corpus, on all cores, and waits until ClickHouse has merged what it wants to merge. */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import {
  connectClickHouse,
  type ClickHouse,
  type ClickHouseOptions,
} from '../../../services/platform/clickhouse/client.ts';
import type { LoadShare } from './load_worker.ts';

const QUIET_LOOKS = 5;
const LOOK_MS = 1000;
const MERGE_TIMEOUT_MS = 10 * 60_000;

export interface LoadOptions {
  readonly connection: ClickHouseOptions;
  readonly spans: number;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly onProgress: (spans: number) => void;
}

/** Resolves with the spans that are in the table. */
export async function loadCorpus({
  connection,
  spans,
  sinceMs,
  untilMs,
  onProgress,
}: LoadOptions): Promise<number> {
  const threads = availableParallelism();
  const made = Array.from({ length: threads }, () => 0);
  await Promise.all(
    made.map(async (_, partition) => {
      const share: LoadShare = {
        partition,
        sinceMs,
        untilMs,
        connection,
        spans: Math.round(spans / threads),
      };
      const worker = new Worker(new URL('load_worker.ts', import.meta.url), { workerData: share });
      worker.on('message', (count: number) => {
        made[partition] = count;
        onProgress(made.reduce((sum, one) => sum + one, 0));
      });
      // `once` throws what the thread threw.
      const [code] = (await once(worker, 'exit')) as [number];
      if (code !== 0) throw new Error(`a loading thread ended with ${code}`);
    }),
  );
  const clickhouse = connectClickHouse(connection);
  try {
    await untilMerged(clickhouse);
    const [row] = await clickhouse.query('SELECT count() AS spans FROM otel_traces');
    return Number(row?.['spans']);
  } finally {
    await clickhouse.close();
  }
}

async function untilMerged(clickhouse: ClickHouse): Promise<void> {
  const deadline = Date.now() + MERGE_TIMEOUT_MS;
  for (let quiet = 0; quiet < QUIET_LOOKS && Date.now() < deadline;) {
    const [row] = await clickhouse.query('SELECT count() AS merges FROM system.merges');
    quiet = Number(row?.['merges']) === 0 ? quiet + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
