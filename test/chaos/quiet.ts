/** Waits until a pipeline has nothing more to write: its tables have not changed for longer than anything in it waits. */
import type { ClickHouse } from '../../services/platform/clickhouse/client.ts';

export interface QuietOptions {
  /** Connected to the pipeline's database. */
  readonly clickhouse: ClickHouse;
  /** Longer than `forget`, a mark of the metrics and a batch of the sink together. */
  readonly quietMs: number;
  readonly timeoutMs: number;
}

const LOOK_EVERY_MS = 500;
const SUMS = `
  SELECT
    (SELECT count() FROM otel_traces) AS spans,
    (SELECT sum(Fragments) FROM trace_summaries) AS fragments,
    (SELECT sum(Spans) FROM span_metrics) AS counted,
    (SELECT sum(Calls) FROM service_edges) AS calls`;

/** Whether it fell quiet in time. ClickHouse may be away meanwhile. */
export async function untilQuiet({ clickhouse, quietMs, timeoutMs }: QuietOptions): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  let last: string | null = null;
  let changedAt = Date.now();
  while (Date.now() < deadline) {
    // Who does not answer is not quiet.
    const now = await clickhouse.text(SUMS, 'TabSeparated').catch(() => null);
    if (now === null || now !== last) changedAt = Date.now();
    last = now;
    if (Date.now() - changedAt >= quietMs) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return false;
}
